# shellcheck shell=bash
# What every script here shares. Sourced, never run:  . "$(dirname "$0")/lib.sh"
#
# Promises: sourcing it prints nothing and changes nothing but the existence of the cache folder.

# shellcheck disable=SC2034 # for whoever sources this
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that costs time to make lives here, outside the clone, so that a fresh clone on the same machine is
# warm. Deleting it is always safe.
CACHE=${STREAMIT_CACHE:-$HOME/.cache/streamit}
export STREAMIT_CACHE=$CACHE
mkdir -p "$CACHE/log" "$CACHE/lock"

# Standard error, because some scripts answer on standard output (exports for `eval`).
say() { printf '%s\n' "▸ $*" >&2; }
warn() { printf '%s\n' "! $*" >&2; }
die() {
  printf '%s\n' "✗ $*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "this needs root and there is no sudo: $*"
  fi
}

# one_at_a_time NAME COMMAND…: holds a lock while COMMAND runs, so that two scripts do not install the same thing at
# once. The descriptor is closed for COMMAND: a daemon started by it must not go on holding the lock.
one_at_a_time() {
  local name=$1
  shift
  (
    if ! flock -n 9; then
      say "waiting for another run that holds '$name'"
      flock 9
    fi
    "$@" 9>&-
  ) 9>"$CACHE/lock/$name"
}

# step "WHAT IT DOES" COMMAND…: one line when it starts and one when it ends, the output in a log file; every half
# minute a sign of life; when it fails, the end of the log. For what takes longer than a few seconds.
step() {
  local what=$1 log started ticker code=0 me=$BASHPID
  shift
  log=$CACHE/log/$(printf '%s' "$what" | tr -cs 'A-Za-z0-9.' '-' | cut -c1-60).$$.log
  started=$SECONDS
  say "$what …"
  (
    trap 'kill "$sleeper" 2>/dev/null; exit 0' TERM
    # A Ctrl-C does not reach what runs in the background: it looks itself whether it is still wanted.
    while kill -0 "$me" 2>/dev/null; do
      sleep 30 &
      sleeper=$!
      wait "$sleeper"
      say "  still at it after $((SECONDS - started)) s: $(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-100)"
    done
  ) &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || code=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ "$code" != 0 ]; then
    tail -n 40 "$log" >&2
    warn "failed: $what (whole log: $log)"
    return "$code"
  fi
  say "  done in $((SECONDS - started)) s"
  rm -f "$log"
}

# version_at_least HAVE WANT
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The short hash of what is on standard input, for names in the cache.
short_hash() { sha256sum | cut -c1-12; }

# True when a TCP or UDP socket of this machine sits on PORT (listening, or a UDP socket bound to it).
port_in_use() {
  local hex
  hex=$(printf ':%04X' "$1")
  # Column 2 is the local address, column 4 the state: 0A is LISTEN, 07 an unconnected UDP socket.
  awk -v p="$hex" 'substr($2, length($2) - 4) == p && ($4 == "0A" || $4 == "07") { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null
}

# Prints a port that is free for TCP and UDP, and that free_port has not handed out in the last two minutes. Below the
# kernel's ephemeral range, so that no outgoing connection takes it meanwhile.
free_port() { one_at_a_time ports _free_port; }
_free_port() {
  local port
  mkdir -p "$CACHE/ports"
  find "$CACHE/ports" -type f -mmin +2 -delete
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if [ ! -e "$CACHE/ports/$port" ] && ! port_in_use "$port"; then
      : >"$CACHE/ports/$port"
      echo "$port"
      return
    fi
  done
}

# wait_for SECONDS COMMAND…: until COMMAND succeeds; false when the time is up.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.1
  done
}

tcp_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
http_answers() { curl -fsS -o /dev/null --max-time 2 "$1"; }

# A process is named by its id, the time it started and the machine's boot, so that a recycled id is never mistaken
# for it.
BOOT=$(cat /proc/sys/kernel/random/boot_id)
process_start() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

# launch NAME DIR COMMAND…: starts COMMAND as the leader of a session of its own (a Ctrl-C in the terminal does not
# reach it, and its children can be found by that session), log in DIR/NAME.log, identity in DIR/NAME.pid.
launch() {
  local name=$1 dir=$2
  shift 2
  setsid "$@" >>"$dir/$name.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid $(process_start "$pid") $BOOT" >"$dir/$name.pid"
}

# The id of what launch started as NAME in DIR; fails when that is no longer running.
running() {
  local pid start boot
  read -r pid start boot 2>/dev/null <"$2/$1.pid" || return 1
  [ "$boot" = "$BOOT" ] && [ "$(process_start "$pid")" = "$start" ] || return 1
  # Dead, but not yet collected by its parent.
  ! _zombie "$pid" || return 1
  echo "$pid"
}

_zombie() { [ "$(awk '{ sub(/^.*\) /, ""); print $1 }' "/proc/$1/stat" 2>/dev/null)" = Z ]; }

# The processes of the session that PID leads.
session_of() {
  local stat
  for stat in /proc/[0-9]*/stat; do
    awk -v s="$1" '{ split($0, a, " "); id = a[1]; sub(/^.*\) /, ""); if ($4 == s && $1 != "Z") print id }' "$stat" 2>/dev/null || true
  done
}

# halt NAME DIR [SECONDS]: asks what launch started to stop, insists when the time is up, and takes its children along.
halt() {
  local name=$1 dir=$2 seconds=${3:-5} pid boot
  [ -e "$dir/$name.pid" ] || return 0
  if pid=$(running "$name" "$dir"); then
    kill -TERM "$pid" 2>/dev/null || true
    wait_for "$seconds" _gone "$pid" || true
  else
    # The leader may be dead and its children alive. Their session keeps its number, which no other process gets as
    # long as one of them lives: if one has it, they are gone.
    read -r pid _ boot <"$dir/$name.pid" || true
    if [ "$boot" != "$BOOT" ] || { [ -e "/proc/$pid" ] && ! _zombie "$pid"; }; then
      rm -f "$dir/$name.pid"
      return 0
    fi
  fi
  # shellcheck disable=SC2046 # one word for each process
  kill -KILL $(session_of "$pid") 2>/dev/null || true
  wait_for 5 _gone "$pid" || warn "$name ($pid) does not go away"
  rm -f "$dir/$name.pid"
}
_gone() { [ -z "$(session_of "$1")" ]; }
