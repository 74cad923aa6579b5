//! A new migration rebuilds `sqlx::migrate!`, which reads the folder at compile time.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
