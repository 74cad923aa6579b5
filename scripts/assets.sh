#!/usr/bin/env bash
# Makes public/vendor/ (not in git) from pinned npm packages: LiveKit's browser client as one minified module, the
# Inter font, a sprite of icons, and their licences. Also puts esbuild and wasm-opt where a build finds them.
# Does nothing when nothing it reads has changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

HERE=$ROOT/scripts/assets
OUT=$ROOT/public/vendor
MODULES=$CACHE/assets-$(cat "$HERE/package.json" "$HERE/package-lock.json" | short_hash)
WANTED=$(cat "$HERE/package-lock.json" "$HERE/icons.txt" "$HERE/make.mjs" | short_hash)

install() {
  [ ! -e "$MODULES/done" ] || return 0
  rm -rf "$MODULES"
  mkdir -p "$MODULES"
  cp "$HERE/package.json" "$HERE/package-lock.json" "$MODULES/"
  # None of the packages needs its install script.
  (cd "$MODULES" && step "installing the npm packages of the build" npm ci --ignore-scripts --no-audit --no-fund)
  touch "$MODULES/done"
}

[ -e "$MODULES/done" ] || {
  "$ROOT/scripts/packages.sh" base build
  one_at_a_time assets install
}
# The folder that toolchain.sh puts on PATH.
if [ "$(readlink "$CACHE/assets-bin" || true)" != "$MODULES/node_modules/.bin" ]; then
  ln -sfn "$MODULES/node_modules/.bin" "$CACHE/assets-bin"
fi

if [ "$(cat "$OUT/.made-from" 2>/dev/null)" != "$WANTED" ]; then
  rm -rf "$OUT.new"
  node "$HERE/make.mjs" "$MODULES/node_modules" "$HERE/icons.txt" "$OUT.new"
  echo "$WANTED" >"$OUT.new/.made-from"
  rm -rf "$OUT"
  mv "$OUT.new" "$OUT"
  say "made public/vendor: player, font, icons"
fi
