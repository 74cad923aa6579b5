#!/usr/bin/env bash
# Builds StreamIt:  scripts/build.sh debug|release   → target/streamit/{debug,release}/
#   streamit          the server
#   site/             what browsers get: public/ and, in pkg/, streamit.HASH.{js,wasm,css} and the program's bundles
#                     what others made is in vendor/, as NAME.HASH.{js,woff2,svg}
#   hash.txt          those hashes, read by the server from beside itself
# It is what `cargo leptos build --split` does (which takes longer to install than this takes to run): the library for
# the browser, cut into bundles, wasm-bindgen, the server. A release also goes through wasm-opt, and has a .br and a .gz
# beside each file.
# Compiled crates are kept in the cache, for every clone of the machine. Does nothing when nothing has changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

PROFILE=${1:-}
case $PROFILE in
  debug) SERVER_FLAGS=() BROWSER_FLAGS=() BROWSER_FOLDER=debug UNSTABLE=() UNSTABLE_FLAGS=() ;;
  release)
    SERVER_FLAGS=(--release) BROWSER_FLAGS=(--profile wasm-release) BROWSER_FOLDER=wasm-release
    # Where in the source a panic was, thousands of places, is left out of what every visitor gets. A stable compiler
    # refuses -Z options unless it is told otherwise, and goes on doing so for all crates but ours.
    UNSTABLE=(RUSTC_BOOTSTRAP=streamit) UNSTABLE_FLAGS=(-Zlocation-detail=none)
    ;;
  *) die "say which: scripts/build.sh debug|release" ;;
esac
OUT=$ROOT/target/streamit/$PROFILE
FRONT=$CACHE/target/front

# Every file that goes in, with its size and time: a deleted file counts as a change too.
inputs() {
  cd "$ROOT"
  # find complains of those that do not exist.
  { find Cargo.toml Cargo.lock build.rs .cargo locales src style public migrations scripts/build.sh scripts/toolchain.sh scripts/assets \
    -name .made-from -o -type f -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort | short_hash
}

# The library for the browser alone, not for the server too: only then is it optimised as a whole. The linker keeps what
# wasm-split-cli needs to know where it may cut.
browser_library() {
  env "${UNSTABLE[@]}" nice cargo rustc --lib --crate-type cdylib --target wasm32-unknown-unknown --no-default-features --features hydrate \
    "${BROWSER_FLAGS[@]}" --target-dir "$FRONT" -- -Clink-args=--emit-relocs "${UNSTABLE_FLAGS[@]}"
}

# As small as can be once it is compressed (-Oz leaves fewer bytes, and more of them compressed), with the features that
# rustc itself takes for granted in a browser.
optimise() {
  local file
  for file in "$1"/*.wasm; do
    nice wasm-opt -Os --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int --enable-sign-ext \
      --enable-mutable-globals --enable-reference-types --enable-multivalue "$file" -o "$file" || return 1
  done
}

# The browser's files, named by what is in them, so that they can be cached for ever.
browser() {
  local site=$OUT.new/site pkg=$OUT.new/site/pkg bundles=$OUT.new/bundles minify=()
  step "compiling for the browser ($PROFILE)" browser_library
  cp -r "$ROOT/public/." "$site/"
  rm -f "$site/vendor/.made-from"
  wasm-split-cli --target web --out-name streamit "$FRONT/wasm32-unknown-unknown/$BROWSER_FOLDER/streamit.wasm" "$bundles"
  wasm-bindgen --target web --no-typescript --keep-lld-exports --no-demangle --out-name streamit --out-dir "$bundles/bound" \
    "$bundles/streamit.wasm"
  mv "$bundles/bound/streamit_bg.wasm" "$pkg/streamit.wasm"
  mv "$bundles/"{split,chunk}_*.wasm "$pkg/"
  if [ "$PROFILE" = release ]; then
    minify=(--minify)
    step "making the browser's part smaller" optimise "$pkg"
  fi
  # Our own scripts become a part of the one that loads the program, instead of each a request of its own. (wasm-bindgen
  # names the loader of the bundles once for each of its functions: the same loader.)
  mv "$bundles/__wasm_split.js" "$bundles/bound/"
  esbuild "$bundles/bound/streamit.js" --bundle --format=esm "${minify[@]}" --external:./__wasm_split.js '--external:/vendor/*' \
    --log-override:duplicate-object-key=silent --outfile="$pkg/streamit.js" --log-level=warning
  esbuild "$bundles/bound/__wasm_split.js" --format=esm "${minify[@]}" --outfile="$pkg/__wasm_split.js" --log-level=warning
  # Fonts are named by their address on the site, not bundled. (A plain /* would take the style's own files, too, whose
  # paths on this machine begin with a slash.)
  esbuild "$ROOT/style/main.css" --bundle --minify '--external:/vendor/*' --outfile="$pkg/streamit.css" --log-level=warning
  node "$ROOT/scripts/assets/names.mjs" "$site" "$bundles/bound/__wasm_split.js" >"$OUT.new/hash.txt"
  rm -rf "$bundles"
  if [ "$PROFILE" = release ]; then node "$ROOT/scripts/assets/compress.mjs" "$site"; fi
}

server() {
  step "compiling the server ($PROFILE)" nice cargo build --bin streamit --no-default-features --features ssr "${SERVER_FLAGS[@]}"
  # A copy, since cargo's own is a hard link that another clone's build overwrites once the lock is free.
  cp "$CARGO_TARGET_DIR/$PROFILE/streamit" "$OUT.new/streamit"
}

# Both at once: the compiler spends most of its time on our own crate, on one core.
build() {
  local browser server code=0
  rm -rf "$OUT.new"
  mkdir -p "$OUT.new/site/pkg"
  cd "$ROOT"
  # A shell lets what it runs in the background ignore Ctrl-C, unless told otherwise.
  (trap - INT && set -e && browser) &
  browser=$!
  (trap - INT && set -e && server) &
  server=$!
  trap 'kill "$browser" "$server" 2>/dev/null; exit 143' TERM
  wait "$server" || code=$?
  wait "$browser" || code=$?
  return "$code"
}

"$ROOT/scripts/assets.sh"
WANTED=$(inputs)
if [ "$(cat "$OUT/built-from" 2>/dev/null)" = "$WANTED" ] && [ -x "$OUT/streamit" ]; then exit 0; fi

exports=$("$ROOT/scripts/toolchain.sh")
eval "$exports"
one_at_a_time "cargo-$PROFILE" build
echo "$WANTED" >"$OUT.new/built-from"
rm -rf "$OUT"
mv "$OUT.new" "$OUT"
say "built target/streamit/$PROFILE"
