#!/usr/bin/env bash
# A whole LiveKit on this machine: Redis, livekit-server and ingress, with all they write in one folder.
#   scripts/stack.sh start DIR                  starts what is not running, waits until each answers
#   scripts/stack.sh stop DIR                   stops exactly that
#   scripts/stack.sh restart DIR NAME           one of: redis livekit-server ingress
#   scripts/stack.sh kill DIR NAME [SIGNAL]     as a crash would (KILL); its children go with it
#   scripts/stack.sh up DIR NAME                starts one again
#   scripts/stack.sh status DIR                 a line for each
#
# Settings, all optional:
#   APP_PORT (3000)          where StreamIt listens, for the webhook; or STACK_WEBHOOK_URL in full
#   STACK_FREE_PORTS=1       any free ports instead of the usual ones; kept in DIR for the next start
#   REDIS_PORT LIVEKIT_PORT RTC_TCP_PORT RTC_UDP_PORT RTMP_PORT WHIP_PORT RELAY_PORT INGRESS_UDP_PORT
#   INGRESS_HEALTH_PORT      each port by itself
#   STACK_NODE_IP (127.0.0.1), STACK_PUBLIC_HOST (127.0.0.1), STACK_BIND (127.0.0.1)   for other machines to reach it
#   STACK_LOG_LEVEL (info)
# Writes DIR/stack.env (mode 600): LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, RTMP_URL, WHIP_URL, the ports and
# process ids. Key and secret are made once for a DIR and never printed. LiveKit's log holds no stream keys, but its
# webhooks do: DIR is readable by its owner alone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
umask 077

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
[ $# -ge 2 ] || usage
VERB=$1
mkdir -p "$2"
DIR=$(cd "$2" && pwd)
NAMES=(redis livekit-server ingress)

# name, its usual port
PORTS=(
  REDIS_PORT 6390 LIVEKIT_PORT 7880 RTC_TCP_PORT 7881 RTC_UDP_PORT 7882 RTMP_PORT 1935 WHIP_PORT 8080
  RELAY_PORT 9090 INGRESS_UDP_PORT 7885 INGRESS_HEALTH_PORT 9091
)

# From the environment, else what this DIR used before when it used free ones, else a free one or the usual one.
choose_ports() {
  local i name
  for ((i = 0; i < ${#PORTS[@]}; i += 2)); do
    name=${PORTS[i]}
    if [ -z "${!name:-}" ] && [ -n "${STACK_FREE_PORTS:-}" ]; then
      printf -v "$name" %s "$(sed -n "s/^$name=//p" "$DIR/stack.env" 2>/dev/null)"
      [ -n "${!name}" ] || printf -v "$name" %s "$(free_port)"
    fi
    [ -n "${!name:-}" ] || printf -v "$name" %s "${PORTS[i + 1]}"
  done
}

# shellcheck disable=SC2034 # the templates name them
load_settings() {
  NODE_IP=${STACK_NODE_IP:-127.0.0.1}
  PUBLIC_HOST=${STACK_PUBLIC_HOST:-127.0.0.1}
  BIND_ADDRESS=${STACK_BIND:-127.0.0.1}
  LOG_LEVEL=${STACK_LOG_LEVEL:-info}
  WEBHOOK_URL=${STACK_WEBHOOK_URL:-http://127.0.0.1:${APP_PORT:-3000}/api/webhook/livekit}
  if [ ! -s "$DIR/livekit.key" ]; then
    echo "streamit$(openssl rand -hex 6) $(openssl rand -hex 32)" >"$DIR/livekit.key"
  fi
  read -r LIVEKIT_API_KEY LIVEKIT_API_SECRET <"$DIR/livekit.key"
}

# Fills in a template: every ${NAME} by the variable of that name.
render() {
  local text name
  text=$(cat "$1")
  while [[ $text =~ \$\{([A-Z_]+)\} ]]; do
    name=${BASH_REMATCH[1]}
    [ -n "${!name:-}" ] || die "$1 asks for $name, which is not set"
    text=${text//"\${$name}"/${!name}}
  done
  printf '%s\n' "$text" >"$2"
}

write_env() {
  local i name pid
  {
    echo "LIVEKIT_URL=ws://127.0.0.1:$LIVEKIT_PORT"
    echo "LIVEKIT_API_KEY=$LIVEKIT_API_KEY"
    echo "LIVEKIT_API_SECRET=$LIVEKIT_API_SECRET"
    echo "RTMP_URL=rtmp://$PUBLIC_HOST:$RTMP_PORT/live"
    echo "WHIP_URL=http://$PUBLIC_HOST:$WHIP_PORT/w"
    echo "WEBHOOK_URL=$WEBHOOK_URL"
    echo "PUBLIC_HOST=$PUBLIC_HOST"
    for ((i = 0; i < ${#PORTS[@]}; i += 2)); do
      name=${PORTS[i]}
      echo "$name=${!name}"
    done
    for name in "${NAMES[@]}"; do
      pid=$(running "$name" "$DIR") || pid=
      echo "$(tr 'a-z-' 'A-Z_' <<<"$name")_PID=$pid"
    done
  } >"$DIR/stack.env.new"
  mv "$DIR/stack.env.new" "$DIR/stack.env"
}

answers() {
  case $1 in
    redis) [ "$(redis-cli -p "$REDIS_PORT" ping 2>/dev/null)" = PONG ] ;;
    livekit-server) http_answers "http://127.0.0.1:$LIVEKIT_PORT/" ;;
    ingress) http_answers "http://127.0.0.1:$INGRESS_HEALTH_PORT/" && tcp_answers "$RTMP_PORT" && tcp_answers "$WHIP_PORT" ;;
  esac
}
ready_or_dead() { answers "$1" || ! running "$1" "$DIR" >/dev/null; }

# The first port in the way of NAME's start, with what it is for.
port_taken() {
  local name
  for name in "$@"; do
    if port_in_use "${!name}"; then
      echo "$name ${!name}"
      return 0
    fi
  done
  return 1
}

ports_clear() { ! port_taken "$@"; }

start_one() {
  local name=$1 taken
  if running "$name" "$DIR" >/dev/null; then return 0; fi
  local -a needs command
  case $name in
    redis)
      needs=(REDIS_PORT)
      command=(redis-server "$DIR/redis.conf")
      mkdir -p "$DIR/redis"
      ;;
    livekit-server)
      needs=(LIVEKIT_PORT RTC_TCP_PORT RTC_UDP_PORT)
      command=(livekit-server --config "$DIR/server.yaml")
      ;;
    ingress)
      needs=(RTMP_PORT WHIP_PORT RELAY_PORT INGRESS_UDP_PORT INGRESS_HEALTH_PORT)
      command=(ingress --config "$DIR/ingress.yaml")
      ;;
    *) die "no part is called '$name' (there are: ${NAMES[*]})" ;;
  esac
  # What an earlier crash left of it; its sockets may take a moment to close.
  halt "$name" "$DIR" 0
  if ! wait_for 3 ports_clear "${needs[@]}"; then
    taken=$(port_taken "${needs[@]}") || true
    warn "$name cannot start: port ${taken#* } is taken by another program (choose another with ${taken% *}=…)"
    return 1
  fi
  if [ "$(stat -c %s "$DIR/$name.log" 2>/dev/null || echo 0)" -gt 20000000 ]; then mv "$DIR/$name.log" "$DIR/$name.log.1"; fi
  launch "$name" "$DIR" "${command[@]}"
  wait_for 30 ready_or_dead "$name" || true
  if ! running "$name" "$DIR" >/dev/null || ! answers "$name"; then
    tail -n 15 "$DIR/$name.log" >&2
    warn "$name does not answer (its log: $DIR/$name.log)"
    halt "$name" "$DIR" 1
    return 1
  fi
}

# stop_one NAME SECONDS: how long it may take to say goodbye before it is killed. Ingress and server would otherwise
# wait for encoders and viewers to leave.
stop_one() {
  local pid
  if [ "$1" != redis ] && pid=$(running "$1" "$DIR"); then
    # For ingress TERM means "when all encoders have gone"; for the server, the second signal means "now".
    kill -INT "$pid" 2>/dev/null || true
    wait_for "$2" _gone "$pid" || true
    halt "$1" "$DIR" 0
  else
    halt "$1" "$DIR" 3
  fi
}

use_programs() {
  local exports
  exports=$("$ROOT/scripts/livekit.sh") || die "LiveKit could not be had (see above)"
  eval "$exports"
}

start_all() {
  local name
  use_programs
  choose_ports
  load_settings
  render "$ROOT/deploy/livekit/redis.conf" "$DIR/redis.conf"
  render "$ROOT/deploy/livekit/server.yaml" "$DIR/server.yaml"
  render "$ROOT/deploy/livekit/ingress.yaml" "$DIR/ingress.yaml"
  for name in "${NAMES[@]}"; do
    start_one "$name" || {
      stop_all
      exit 1
    }
  done
  write_env
}

stop_all() {
  local i
  for ((i = ${#NAMES[@]} - 1; i >= 0; i--)); do stop_one "${NAMES[i]}" 1; done
}

# For the verbs about one part: as DIR was started.
reload() {
  [ -s "$DIR/stack.env" ] || die "nothing was started in $DIR"
  set -a
  # shellcheck disable=SC1091 # written by write_env
  . "$DIR/stack.env"
  set +a
}

case $VERB in
  start) start_all ;;
  stop) stop_all ;;
  restart)
    reload
    use_programs
    stop_one "${3:?which part?}" 5
    start_one "$3"
    write_env
    ;;
  up)
    reload
    use_programs
    start_one "${3:?which part?}"
    write_env
    ;;
  kill)
    pid=$(running "${3:?which part?}" "$DIR") || die "$3 is not running"
    # shellcheck disable=SC2046 # one word for each process
    kill -s "${4:-KILL}" $(session_of "$pid")
    if [ "${4:-KILL}" = KILL ]; then wait_for 5 _gone "$pid"; fi
    ;;
  status) for name in "${NAMES[@]}"; do echo "$name $(running "$name" "$DIR" || echo stopped)"; done ;;
  *) usage ;;
esac
