#!/usr/bin/env bash
# Asks StreamIt, beside a real LiveKit, what its own description of its API allows and what it does not, as somebody
# without an account, a creator and an admin; fails when an answer is not as described.
#   scripts/api.sh [ARGUMENTS]        they go to `schemathesis run`: --include-operation-id browse
# Uses what scripts/build.sh has made (STREAMIT_BUILD, or target/streamit/debug). What is asked and how is in
# end2end/schemathesis.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

HERE=$ROOT/end2end/schemathesis
BUILD=${STREAMIT_BUILD:-$ROOT/target/streamit/debug}
PYTHON=$CACHE/schemathesis-$(short_hash <"$HERE/requirements.txt")

install() {
  [ ! -e "$PYTHON/done" ] || return 0
  rm -rf "$PYTHON"
  python3 -c 'import ensurepip' 2>/dev/null || "$ROOT/scripts/packages.sh" python
  python3 -m venv "$PYTHON"
  step "installing schemathesis" "$PYTHON/bin/pip" install --disable-pip-version-check -r "$HERE/requirements.txt"
  touch "$PYTHON/done"
}
one_at_a_time schemathesis install

DIR=$(mktemp -d)
PORT=$(free_port)
URL=http://127.0.0.1:$PORT
finish() {
  local code=$?
  trap '' INT TERM
  halt streamit "$DIR" 10
  "$ROOT/scripts/stack.sh" stop "$DIR/livekit" || true
  [ "$code" = 0 ] || grep -v '"target":"streamit::requests"' "$DIR/streamit.log" | tail -n 20 >&2 || true
  rm -rf "$DIR"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_app() {
  APP_PORT=$PORT STACK_FREE_PORTS=1 "$ROOT/scripts/stack.sh" start "$DIR/livekit"
  set -a
  # shellcheck disable=SC1091 # written by stack.sh
  . "$DIR/livekit/stack.env"
  set +a
  export STREAMIT_ADDR=127.0.0.1:$PORT STREAMIT_BASE_URL=$URL STREAMIT_DATA_DIR=$DIR DATABASE_URL=sqlite:$DIR/streamit.db
  # Who applies is a creator at once; and each request may say where it comes from.
  export STREAMIT_AUTO_APPROVE=true STREAMIT_TRUSTED_PROXIES=127.0.0.1
  # The log says how each request was answered.
  export STREAMIT_LOG_FORMAT=json RUST_LOG=warn,streamit::requests=info
  (cd "$DIR" && launch streamit "$DIR" "$BUILD/streamit")
  wait_for 30 http_answers "$URL/healthz" || die "StreamIt does not answer"
}

# post PATH JSON [TOKEN]
post() {
  curl -fsS --json "$2" ${3:+-H "Authorization: Bearer $3"} "$URL$1"
}

# sign_up NAME: prints a token.
sign_up() {
  local password="correct horse battery $1"
  post /api/auth/signup "{\"username\":\"$1\",\"email\":\"$1@example.org\",\"password\":\"$password\"}" >/dev/null
  post /api/auth/token "{\"login\":\"$1\",\"password\":\"$password\"}" | sed 's/.*"token":"\([^"]*\)".*/\1/'
}

# ask "WHO" TOKEN ARGUMENTS…: without an account the token is empty.
ask() {
  local who=$1 token=$2
  shift 2
  say "asking as $who"
  # What it remembers of a run, it writes to where it is.
  cd "$DIR"
  PYTHONPATH=$HERE PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=hooks "$PYTHON/bin/schemathesis" --config-file "$HERE/schemathesis.toml" \
    run "$URL/api/openapi.json" --no-color ${token:+-H "Authorization: Bearer $token"} "$@"
}

# What the log says of how the answers were; fails when too many were "too often".
shares() {
  awk '
    /"target":"streamit::requests"/ && /"route":"\/api\// && match($0, /"status":[0-9]+/) {
      count[substr($0, RSTART + 9, 3)]++
      all++
    }
    END {
      printf "%d answers of the API:", all
      for (status in count) printf "  %s: %.1f %%", status, 100 * count[status] / all
      print ""
      exit !(all > 1000 && count[429] < all / 10)
    }' "$DIR/streamit.log"
}

start_app
ANN=$(sign_up ann)
CARL=$(sign_up carl)
ZOE=$(sign_up zoe)
post /api/creator/application '{"about":"Music"}' "$CARL" >/dev/null
post /api/chat/bans '{"user":"zoe","seconds":60}' "$CARL" >/dev/null
post /api/chat/moderators '{"user":"ann"}' "$CARL" >/dev/null
post /api/channel/follow '{"username":"carl"}' "$ZOE" >/dev/null

failed=0
ask "somebody without an account" "" "$@" || failed=1
ask "a creator" "$CARL" "$@" || failed=1
ask "an admin" "$ANN" "$@" || failed=1
[ $# -gt 0 ] || shares || die "too many answers said that it was too often: the rest was hardly asked"
exit "$failed"
