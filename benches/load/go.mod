module streamit/benches/load

go 1.24
