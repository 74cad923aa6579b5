#!/usr/bin/env bash
# A PostgreSQL of its own for a test run, on a free port, with no care for the data:
#   scripts/postgres.sh start DIR | stop DIR
#   scripts/postgres.sh kill DIR | up DIR     as a crash would (KILL), and again with what it holds
# Writes DIR/postgres.env with TEST_POSTGRES_URL: a superuser who may create databases. The data lies in a folder of
# its own under the system's temporary folder and goes with `stop`.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

VERB=${1:?start or stop}
mkdir -p "${2:?a folder}"
DIR=$(cd "$2" && pwd)

# PostgreSQL refuses to run as root: then it is Debian's postgres user who runs it.
as_someone() {
  if [ "$(id -u)" = 0 ]; then
    # The user need not be allowed into the folder that this was called from.
    (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp "$@")
  else
    "$@"
  fi
}

programs() {
  local newest
  newest=$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$newest" ] || die "PostgreSQL is not installed (scripts/packages.sh test)"
  dirname "$newest"
}

start() {
  local bin data port password
  if as_someone test -s "$(cat "$DIR/postgres.data" 2>/dev/null)/cluster/postmaster.pid"; then return 0; fi
  bin=$(programs)
  port=$(free_port)
  password=$(openssl rand -hex 16)
  data=$(as_someone mktemp -d /tmp/streamit-postgres.XXXXXX)
  echo "$data" >"$DIR/postgres.data"
  as_someone tee "$data/password" >/dev/null <<<"$password"
  as_someone "$bin/initdb" -D "$data/cluster" -U streamit --pwfile="$data/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync >"$DIR/postgres.log" 2>&1 || { cat "$DIR/postgres.log" >&2; die "initdb failed"; }
  # Kept small: several of them may run on one machine.
  as_someone tee -a "$data/cluster/postgresql.conf" >/dev/null <<TEXT
port = $port
unix_socket_directories = '$data'
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
TEXT
  up
  (umask 077 && echo "TEST_POSTGRES_URL=postgres://streamit:$password@127.0.0.1:$port/postgres" >"$DIR/postgres.env")
}

up() {
  local data
  data=$(cat "$DIR/postgres.data")
  as_someone "$(programs)/pg_ctl" -D "$data/cluster" -l "$data/log" -w -t 30 start >>"$DIR/postgres.log" 2>&1 || {
    as_someone cat "$data/log" >&2
    die "PostgreSQL does not start"
  }
}

# Its children hold the memory that they share with it: a new one cannot start before they are gone, too.
crash() {
  local first data
  data=$(cat "$DIR/postgres.data")
  first=$(as_someone head -n 1 "$data/cluster/postmaster.pid")
  # shellcheck disable=SC2046 # one word for each process
  as_someone kill -KILL "$first" $(pgrep -P "$first")
  wait_for 5 all_gone "$first" || die "PostgreSQL ($first) does not go away"
  # To PostgreSQL a process that nobody has waited for yet is one that runs.
  as_someone rm -f "$data/cluster/postmaster.pid" "$data"/.s.PGSQL.*
}
all_gone() { ! [ -e "/proc/$1" ] || [ "$(awk '{ print $3 }' "/proc/$1/stat" 2>/dev/null)" = Z ]; }

stop() {
  local data
  data=$(cat "$DIR/postgres.data" 2>/dev/null) || return 0
  as_someone "$(programs)/pg_ctl" -D "$data/cluster" -m immediate -w stop >/dev/null 2>&1 || true
  case $data in /tmp/streamit-postgres.*) as_someone rm -rf "$data" ;; esac
  rm -f "$DIR/postgres.data" "$DIR/postgres.env"
}

case $VERB in
  start) start ;;
  stop) stop ;;
  kill) crash ;;
  up) up ;;
  *) die "postgres.sh start|stop|kill|up DIR" ;;
esac
