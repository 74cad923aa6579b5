#!/usr/bin/env bash
# Builds the real LiveKit server and its ingress from their own sources, once for the machine, and says where they
# are:  eval "$(scripts/livekit.sh)"  puts `livekit-server` and `ingress` on PATH.
#
# Both must keep those names: ingress starts itself again as `ingress` for each encoder that connects.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

SERVER_VERSION=v1.13.5
MODULE=$ROOT/deploy/ingress
SERVER=$CACHE/livekit/server-$SERVER_VERSION
INGRESS=$CACHE/livekit/ingress-$(cat "$MODULE/go.mod" "$MODULE/go.sum" | short_hash)

go_env() {
  # Go's module and build caches stay where the machine has them, unless it has no home for them.
  env GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=1 "$@"
}

build_server() {
  [ ! -x "$SERVER/livekit-server" ] || return 0
  local go
  go=$("$ROOT/scripts/go.sh")
  cd "$CACHE"
  mkdir -p "$SERVER.new"
  step "building livekit-server $SERVER_VERSION (2 to 5 minutes)" go_env GOBIN="$SERVER.new" \
    nice "$go" install -trimpath -ldflags '-s -w' "github.com/livekit/livekit-server/cmd/server@$SERVER_VERSION"
  mv "$SERVER.new/server" "$SERVER.new/livekit-server"
  mv "$SERVER.new" "$SERVER"
}

build_ingress() {
  [ ! -x "$INGRESS/ingress" ] || return 0
  local go
  go=$("$ROOT/scripts/go.sh")
  cd "$MODULE"
  mkdir -p "$INGRESS.new"
  step "building LiveKit's ingress (2 to 5 minutes)" go_env \
    nice "$go" build -mod=readonly -trimpath -ldflags '-s -w' -o "$INGRESS.new/ingress" github.com/livekit/ingress/cmd/server
  mv "$INGRESS.new" "$INGRESS"
}

"$ROOT/scripts/packages.sh" base media
[ -x "$SERVER/livekit-server" ] || one_at_a_time livekit build_server
[ -x "$INGRESS/ingress" ] || one_at_a_time livekit build_ingress
echo "export PATH=$SERVER:$INGRESS:\$PATH"
