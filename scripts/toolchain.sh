#!/usr/bin/env bash
# One Rust toolchain that compiles for this machine and for the browser, with the clippy and rustfmt of the same
# version, the wasm-bindgen command of exactly the version that Cargo.toml pins, and wasm-split-cli. Installs what is missing and
# says how to use it:  eval "$(scripts/toolchain.sh)"
#
# With rustup: its toolchain, if that is new enough and rustup can add the wasm target. Otherwise Debian's rustc-web
# (no rustup needed), whose standard library for wasm is built once from Debian's own sources.
# STREAMIT_RUST=debian passes rustup over.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

TARGET=wasm32-unknown-unknown
# cargo-leptos 0.3.11 compiles with nothing older.
MINIMUM=1.96
BINDGEN=$(sed -n 's/^wasm-bindgen *= *"=\([0-9.]*\)".*/\1/p' "$ROOT/Cargo.toml")
[ -n "$BINDGEN" ] || die "Cargo.toml pins no wasm-bindgen (expected: wasm-bindgen = \"=X.Y.Z\")"
# The command that cuts the browser's part where wasm_split_helpers (Cargo.toml) marked it.
SPLIT=0.2.4

has_wasm_std() {
  local dir
  dir=$("$1" --print target-libdir --target $TARGET 2>/dev/null) || return 1
  compgen -G "$dir/libstd-*.rlib" >/dev/null && compgen -G "$dir/libcore-*.rlib" >/dev/null
}

# The real test: a program compiled and linked for the browser.
links_wasm() {
  local dir ok=1
  dir=$(mktemp -d)
  echo 'fn main() { println!("{:?}", std::env::args().collect::<Vec<_>>()) }' >"$dir/main.rs"
  if "$1" --target $TARGET -O -o "$dir/main.wasm" "$dir/main.rs" >"$CACHE/log/links-wasm.log" 2>&1; then ok=0; fi
  rm -rf "$dir"
  return $ok
}

# Prints the name of a toolchain of rustup's that will do, having added the wasm target to it where it lacks only that.
from_rustup() {
  local name version rustc
  [ "${STREAMIT_RUST:-}" != debian ] && have rustup || return 1
  name=${RUSTUP_TOOLCHAIN:-$(rustup show active-toolchain 2>/dev/null | awk '{ print $1 }')}
  [ -n "$name" ] || return 1
  version=$(rustup run "$name" rustc -V 2>/dev/null | awk '{ print $2 }') || return 1
  version_at_least "${version%%-*}" $MINIMUM || return 1
  rustc=$(rustup which --toolchain "$name" rustc) || return 1
  has_wasm_std "$rustc" || timeout 120 rustup target add --toolchain "$name" $TARGET >&2 || return 1
  rustup run "$name" cargo clippy -V >/dev/null 2>&1 && rustup run "$name" cargo fmt -V >/dev/null 2>&1 ||
    timeout 120 rustup component add --toolchain "$name" clippy rustfmt >&2 || return 1
  links_wasm "$rustc" || return 1
  dirname "$rustc"
}

# What the standard library for the browser was made from, and how.
wasm_std_stamp() { echo "$(/usr/bin/rustc -V), small, with bitcode"; }

# Debian ships the compiler's source but not its library for wasm without an operating system: cargo builds that, as
# its -Zbuild-std does, and the compiled crates are put where rustc looks for them. They are made small, since they are
# sent to every visitor, and keep their bitcode, so that a release is optimised as a whole, this library with it.
build_wasm_std() {
  local seed=$CACHE/wasm-std library
  rm -rf "$seed"
  mkdir -p "$seed/src"
  echo '#![no_std]' >"$seed/src/lib.rs"
  cat >"$seed/Cargo.toml" <<'TOML'
[package]
name = "seed"
version = "0.0.0"
edition = "2024"
[workspace]
[profile.release]
opt-level = "z"
codegen-units = 4
TOML
  # RUSTC_BOOTSTRAP: -Z options are otherwise refused by a stable compiler.
  (cd "$seed" && env -u CARGO_TARGET_DIR -u RUSTUP_TOOLCHAIN RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
    RUSTFLAGS=-Cembed-bitcode=yes nice /usr/bin/cargo build --release --target $TARGET -Zbuild-std=std,panic_abort,panic_unwind,proc_macro -Zbuild-std-features=optimize_for_size --target-dir target) || return 1
  library=$(/usr/bin/rustc --print target-libdir --target $TARGET)
  rm -f "$seed/target/$TARGET/release/deps/"libseed-*
  as_root rm -rf "$library"
  as_root mkdir -p "$library"
  as_root cp "$seed/target/$TARGET/release/deps/"*.rlib "$library/"
  wasm_std_stamp | as_root tee "$library/../built-for" >/dev/null
  # What was compiled with another standard library cannot be linked with this one, and cargo does not see that.
  rm -rf "$seed" "$CACHE/target/front"
}

# Prints a folder that holds Debian's tools and nothing else, so that they come before rustup's on PATH.
from_debian() {
  local bin=$CACHE/rust-debian tool stamp version
  "$ROOT/scripts/packages.sh" rust
  version=$(/usr/bin/rustc -V | awk '{ print $2 }')
  version_at_least "$version" $MINIMUM || die "Debian's rustc-web is $version, and StreamIt needs $MINIMUM: install rustup with a newer one"
  mkdir -p "$bin"
  for tool in cargo rustc rustdoc cargo-clippy clippy-driver cargo-fmt rustfmt; do ln -sfn "/usr/bin/$tool" "$bin/$tool"; done
  stamp=$(/usr/bin/rustc --print target-libdir --target $TARGET)/../built-for
  if ! has_wasm_std /usr/bin/rustc || [ "$(cat "$stamp" 2>/dev/null)" != "$(wasm_std_stamp)" ]; then
    step "building Rust's standard library for the browser (1 to 2 minutes)" build_wasm_std || return 1
    links_wasm /usr/bin/rustc || { cat "$CACHE/log/links-wasm.log" >&2; return 1; }
  fi
  echo "$bin"
}

# The linker is chosen by a wrapper, not by RUSTFLAGS: cargo rebuilds everything when those differ, but not for this.
linker() {
  local wrapper=$CACHE/cc-mold
  have mold || return 0
  printf '#!/bin/sh\nexec cc -fuse-ld=mold "$@"\n' >"$wrapper.$$"
  chmod +x "$wrapper.$$"
  mv "$wrapper.$$" "$wrapper"
  echo "$wrapper"
}

install_wasm_bindgen() {
  local into=$CACHE/wasm-bindgen-$BINDGEN
  [ ! -x "$into/bin/wasm-bindgen" ] || return 0
  # Without --locked: one of the crates that its lock file names has been withdrawn.
  CARGO_TARGET_DIR=$CACHE/wasm-bindgen-target CARGO_PROFILE_RELEASE_LTO=off \
    step "installing wasm-bindgen $BINDGEN (2 to 4 minutes)" \
    nice cargo install wasm-bindgen-cli --version "$BINDGEN" --root "$into" || return 1
  rm -rf "$CACHE/wasm-bindgen-target"
}

install_wasm_split() {
  local into=$CACHE/wasm-split-$SPLIT
  [ ! -x "$into/bin/wasm-split-cli" ] || return 0
  CARGO_TARGET_DIR=$CACHE/wasm-split-target CARGO_PROFILE_RELEASE_LTO=off \
    step "installing wasm-split-cli $SPLIT (1 minute)" \
    nice cargo install wasm_split_cli_support --version "$SPLIT" --locked --features build-binary --root "$into" || return 1
  rm -rf "$CACHE/wasm-split-target"
}

prepare() {
  local bin wrapper
  "$ROOT/scripts/packages.sh" base build
  # Why rustup's will not do is of interest to nobody, as long as Debian's does.
  bin=$(from_rustup 2>"$CACHE/log/rustup.log") || bin=$(from_debian) || die "no Rust toolchain could be had that compiles for the browser"
  export PATH=$bin:$PATH
  unset RUSTUP_TOOLCHAIN
  wrapper=$(linker)
  [ -z "$wrapper" ] || export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$wrapper
  install_wasm_bindgen
  install_wasm_split
  {
    echo "export PATH=$bin:$CACHE/wasm-bindgen-$BINDGEN/bin:$CACHE/wasm-split-$SPLIT/bin:$CACHE/assets-bin:\$PATH"
    # Flags of one's own would take the place of those in .cargo/config.toml.
    echo "unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_ENCODED_RUSTFLAGS"
    [ -z "$wrapper" ] || echo "export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$wrapper"
    # One target folder for every clone: the dependencies are compiled once for the machine.
    echo "export CARGO_TARGET_DIR=$CACHE/target"
    # Parts of leptos read it while compiling: the same everywhere, or they are compiled again.
    echo "export LEPTOS_OUTPUT_NAME=streamit"
  } >"$CACHE/toolchain.env.$$"
  mv "$CACHE/toolchain.env.$$" "$CACHE/toolchain.env"
}

one_at_a_time toolchain prepare
cat "$CACHE/toolchain.env"
# By this build.rs knows one clone from another.
printf 'export STREAMIT_CLONE=%q\n' "$ROOT"
