#!/usr/bin/env bash
# The npm packages of the end-to-end tests and of the measurements: in the cache, by their lock file, with a link to
# them in end2end/ and benches/. The browser is Debian's. Does nothing when they are there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

FOLDER=$CACHE/end2end-$(cat "$ROOT/end2end/package.json" "$ROOT/end2end/package-lock.json" | short_hash)

install() {
  [ ! -e "$FOLDER/done" ] || return 0
  rm -rf "$FOLDER"
  mkdir -p "$FOLDER"
  cp "$ROOT/end2end/package.json" "$ROOT/end2end/package-lock.json" "$FOLDER/"
  cd "$FOLDER"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 step "installing the npm packages of end2end" npm ci --no-audit --no-fund
  touch "$FOLDER/done"
}

one_at_a_time end2end install
for place in end2end benches; do
  [ -L "$ROOT/$place/node_modules" ] || rm -rf "$ROOT/$place/node_modules"
  ln -sfn "$FOLDER/node_modules" "$ROOT/$place/node_modules"
done
