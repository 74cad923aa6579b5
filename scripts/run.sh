#!/usr/bin/env bash
# From nothing to StreamIt at http://localhost:3000:
#   ./run            installs what is missing, builds, starts Redis, LiveKit, ingress and StreamIt; Ctrl-C stops them
#   ./run --demo     also a demo creator who is live with a test picture
#   ./run --no-app   everything but StreamIt itself, for `cargo leptos watch --split` in another terminal:
#                        . data/dev.env && cargo leptos watch --split
#
# Settings are StreamIt's own, from the environment or .env. With LIVEKIT_URL set, that LiveKit is used and none is
# started. Everything that is kept lies in STREAMIT_DATA_DIR (./data): the database, LiveKit's key and secret (made
# once), Redis' data, logs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

DEMO='' APP=yes
for argument in "$@"; do
  case $argument in
    --demo) DEMO=yes ;;
    --no-app) APP='' ;;
    -h | --help)
      sed -n '2,11s/^# \{0,1\}//p' "$0"
      exit
      ;;
    *) die "./run knows --demo, --no-app and --help, not '$argument'" ;;
  esac
done
[ -z "$DEMO" ] || [ -n "$APP" ] || die "--demo needs the app, which --no-app leaves out"

# A setting from the environment, else from .env, else the default.
setting() {
  local value=${!1:-}
  if [ -z "$value" ] && [ -f .env ]; then
    # The first of several, without quotes, and without what is said behind a #, as the program reads it; a $ and a \
    # mean nothing here.
    value=$(sed -n "s/^[[:space:]]*\(export \)\{0,1\}$1[[:space:]]*=[[:space:]]*//p" .env | sed 1q |
      sed -e 's/^"\([^"]*\)".*/\1/;t' -e "s/^'\([^']*\)'.*/\1/;t" -e 's/\(^\|[[:space:]]\)#.*//;s/[[:space:]]*$//')
  fi
  printf '%s' "${value:-$2}"
}
ADDR=$(setting STREAMIT_ADDR 127.0.0.1:3000)
PORT=${ADDR##*:}
HOST=${ADDR%:*}
case $HOST in 0.0.0.0 | '[::]') HOST=127.0.0.1 ;; esac
HERE=http://$HOST:$PORT
PUBLIC=$(setting STREAMIT_BASE_URL "http://localhost:$PORT")
mkdir -p "$(setting STREAMIT_DATA_DIR ./data)"
DATA=$(cd "$(setting STREAMIT_DATA_DIR ./data)" && pwd)
STACK=$DATA/livekit
LOGS=$DATA/run
mkdir -p "$LOGS"
chmod 700 "$DATA"

# One at a time for a data folder. Whatever an earlier run left behind when it was killed is then nobody's.
exec 8>"$LOGS/lock"
flock -n 8 || die "./run is already running with the data in $DATA"

stop_all() {
  trap '' INT TERM
  # The encoder first: what is live ends as it would in real life.
  halt encoder "$LOGS" 2
  halt streamit "$LOGS" 10
  [ ! -d "$STACK" ] || "$ROOT/scripts/stack.sh" stop "$STACK" 8>&-
}
on_exit() {
  local code=$?
  echo >&2
  say "stopping"
  [ -z "${SLEEPER:-}" ] || kill "$SLEEPER" 2>/dev/null || true
  stop_all
  exit "$code"
}
stop_all
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_livekit() {
  if [ -n "$(setting LIVEKIT_URL '')" ]; then
    say "using the LiveKit at $(setting LIVEKIT_URL '')"
    return 0
  fi
  if STACK_WEBHOOK_URL=$HERE/api/webhook/livekit "$ROOT/scripts/stack.sh" start "$STACK" 8>&-; then
    set -a
    # shellcheck disable=SC1091 # written by stack.sh
    . "$STACK/stack.env"
    set +a
    say "LiveKit answers on port $LIVEKIT_PORT, its ingress takes RTMP on $RTMP_PORT and WHIP on $WHIP_PORT"
    return 0
  fi
  warn "LiveKit could not be started, for the reason above: StreamIt starts without it, and nobody can go live."
  warn "Once that is mended, start ./run again; or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET to use another."
}

# What `cargo leptos watch --split` needs to find the toolchain and the running parts. Holds LiveKit's secret.
write_dev_env() {
  (
    umask 077
    {
      echo "# For development against what ./run has started:  . data/dev.env && cargo leptos watch --split"
      "$ROOT/scripts/toolchain.sh"
      if [ -s "$STACK/stack.env" ]; then sed -n 's/^LIVEKIT_\(URL\|API_KEY\|API_SECRET\)=/export &/p' "$STACK/stack.env"; fi
    } >"$DATA/dev.env"
  )
}

answers_or_died() { http_answers "$HERE/healthz" || ! running streamit "$LOGS" >/dev/null; }

start_app() {
  # Three qualities of one RTMP stream take about a core and a half, which a small machine needs for everything else.
  if [ -z "$(setting STREAMIT_SEVERAL_QUALITIES '')" ] && [ "$(nproc)" -lt 4 ]; then
    export STREAMIT_SEVERAL_QUALITIES=false
    say "one quality for RTMP on this machine of $(nproc) cores (STREAMIT_SEVERAL_QUALITIES=true for three)"
  fi
  if port_in_use "$PORT"; then
    die "port $PORT is taken by another program (choose another: STREAMIT_ADDR=127.0.0.1:3100 ./run)"
  fi
  : >"$LOGS/streamit.log"
  launch streamit "$LOGS" "$ROOT/target/streamit/release/streamit" 8>&-
  wait_for 30 answers_or_died || true
  if ! http_answers "$HERE/healthz"; then
    tail -n 20 "$LOGS/streamit.log" >&2
    die "StreamIt does not answer at $HERE/healthz"
  fi
}

# json EXPRESSION: of the JSON on standard input, called `it`.
json() { node -e "const it = JSON.parse(require('fs').readFileSync(0, 'utf8')); console.log($1)"; }

demo_is_live() { curl -fsS --max-time 2 "$HERE/api/channel?username=$1" | grep -q '"status":"live"'; }

# A new key, or the one from last time: a new one is refused while the stream still counts as live, as it may right after
# the last demo has ended.
demo_key() {
  curl -fsS -X POST -H @- "$HERE/api/stream/ingress" 2>/dev/null <<<"Authorization: Bearer $1" ||
    curl -fsS -H @- "$HERE/api/stream/credentials" <<<"Authorization: Bearer $1"
}

# Secrets go by standard input and by variables: never on the terminal, nor in a list of commands.
start_demo() {
  local account token ingress name
  [ -n "${LIVEKIT_URL:-$(setting LIVEKIT_URL '')}" ] || {
    warn "no demo without LiveKit"
    return 0
  }
  account=$("$ROOT/target/streamit/release/streamit" demo-creator 8>&- | tail -n 1) || {
    warn "the demo creator could not be made"
    return 0
  }
  name=$(json it.username <<<"$account")
  token=$(json 'JSON.stringify({ login: it.username, password: it.password })' <<<"$account" |
    curl -fsS -H 'Content-Type: application/json' -d @- "$HERE/api/auth/token" | json it.data.token) &&
    ingress=$(demo_key "$token") || {
    warn "the demo creator could not get a stream key (log: $LOGS/streamit.log)"
    return 0
  }
  curl -fsS -o /dev/null -X PUT -H 'Content-Type: application/json' -H @- "$HERE/api/stream/info" \
    -d '{"title":"What a live stream looks like"}' <<<"Authorization: Bearer $token" ||
    warn "the demo stream has no title (log: $LOGS/streamit.log)"
  STREAM_KEY=$(json it.data.streamKey <<<"$ingress") \
    launch encoder "$LOGS" "$ROOT/scripts/encoder.sh" "$(json it.data.serverUrl <<<"$ingress")" - 1280x720 30 8>&-
  if wait_for 30 demo_is_live "$name"; then
    DEMO_URL=$PUBLIC/watch/$name
  else
    warn "the test picture is not live after 30 s (logs: $LOGS)"
  fi
}

"$ROOT/scripts/packages.sh" base 8>&-
if [ -n "$APP" ]; then
  "$ROOT/scripts/build.sh" release 8>&-
else
  # cargo-leptos compiles, and copies public/ as it is.
  "$ROOT/scripts/assets.sh" 8>&-
fi
start_livekit
write_dev_env 8>&-
if [ -z "$APP" ]; then
  printf '\n  The parts are running. In another terminal:\n\n    . %s/dev.env && cargo leptos watch --split\n\n  Ctrl-C here stops them.\n' "${DATA/#"$ROOT"\//}"
  while :; do
    sleep 3600 8>&- &
    SLEEPER=$!
    wait "$SLEEPER"
  done
fi
start_app
DEMO_URL=''
[ -z "$DEMO" ] || start_demo

cat <<TEXT

  StreamIt is running:  $PUBLIC      (ready after $SECONDS s)

TEXT
[ -z "$DEMO_URL" ] || printf '  Live now:             %s\n\n' "$DEMO_URL"
cat <<TEXT
  Next: sign up; the first account becomes the administrator and may stream at once.
  Then open Keys, choose Make a key, and put server and key into OBS (Settings → Stream → Custom).
  Logs: $LOGS       Ctrl-C stops everything that was started here.

TEXT
read -r pid _ <"$LOGS/streamit.pid"
wait "$pid" || true
tail -n 20 "$LOGS/streamit.log" >&2
die "StreamIt has stopped by itself (log: $LOGS/streamit.log)"
