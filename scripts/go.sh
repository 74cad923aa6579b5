#!/usr/bin/env bash
# Prints the path of a Go command new enough to build LiveKit.
# Takes the machine's own if it will do. Otherwise any Go (Debian's, installed if there is none) fetches a newer one
# as a module, which is how Go itself changes its version; its checksum is verified like any module's.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

MINIMUM=1.26
FETCHED=1.26.8

version_of() { GOTOOLCHAIN=local "$1" version 2>/dev/null | awk '{ sub(/^go/, "", $3); print $3 }'; }

fetch() {
  local into=$CACHE/go-$FETCHED module found arch
  [ ! -x "$into/bin/go" ] || return 0
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Go is fetched for $(uname -m): install Go $MINIMUM or newer" ;;
  esac
  have go || "$ROOT/scripts/packages.sh" go
  module=golang.org/toolchain@v0.0.1-go$FETCHED.linux-$arch
  # Away from the clone, so that no go.mod is in sight. Module files are read-only unless asked for otherwise.
  cd "$CACHE"
  step "fetching Go $FETCHED" env GOTOOLCHAIN=local GOFLAGS=-modcacherw GOPATH="$CACHE/go-fetch" go mod download "$module"
  found=$CACHE/go-fetch/pkg/mod/$module
  # A module's archive carries no permissions.
  chmod -R u+x "$found/bin" "$found/pkg/tool"
  rm -rf "$into"
  mv "$found" "$into"
  rm -rf "$CACHE/go-fetch"
}

if [ -z "${STREAMIT_GO_FETCH:-}" ] && have go && version_at_least "$(version_of go)" $MINIMUM; then
  command -v go
else
  one_at_a_time go fetch >&2
  echo "$CACHE/go-$FETCHED/bin/go"
fi
