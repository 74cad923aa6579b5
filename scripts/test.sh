#!/usr/bin/env bash
# Everything that is tested, from nothing, in one command; CI calls it too.
#   ./test               all of it
#   ./test lint | unit | integration | api | e2e   one part
#   ./test faults        what breaks while somebody is live, all of it; `./test` has the short form
#   ./test soak [KILLS [SECONDS]]               not among all: 200 crashes under writes, then ten minutes under load
# Arguments after the part go to its runner: ./test integration chat, ./test e2e watching.spec.ts
# Runs on free ports with its own Redis, databases and data, beside a running ./run.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

PART=${1:-all}
[ $# -eq 0 ] || shift
case $PART in
  all | lint | unit | integration | api | e2e | faults | soak) ;;
  *) die "no part is called '$PART' (there are: lint unit integration api e2e faults soak)" ;;
esac

WORK=$(mktemp -d)
RESULTS=$WORK/results
: >"$RESULTS"
finish() {
  local code=$?
  trap '' INT TERM
  "$ROOT/scripts/postgres.sh" stop "$WORK" || true
  rm -rf "$WORK"
  [ "$code" = 0 ] || printf '\n✗ ./test failed: %s\n' "${NOW:-before the first part}" >&2
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# part "NAME" COMMAND…: its output is shown and kept for the count at the end; the first that fails ends the run.
part() {
  local started=$SECONDS
  NOW=$1
  shift
  printf '\n== %s\n' "$NOW"
  "$@" 2>&1 </dev/null | tee "$WORK/output"
  cat "$WORK/output" >>"$RESULTS"
  printf '== %s: %s s\n' "$NOW" $((SECONDS - started))
}

use_tools() {
  local exports
  exports=$("$ROOT/scripts/toolchain.sh" && "$ROOT/scripts/node.sh")
  eval "$exports"
}

SSR=(--no-default-features --features ssr)
BROWSER=(--lib --target wasm32-unknown-unknown --no-default-features --features hydrate --target-dir "$CACHE/target/front")

formatted() { cargo fmt --check; }
shell_scripts() { shellcheck run test bench .ci/run scripts/*.sh deploy/*.sh deploy/single/*.sh benches/run.sh; }
lints_of_the_server() { nice cargo clippy --quiet --all-targets "${SSR[@]}" -- -D warnings; }
lints_of_the_browser() { nice cargo clippy --quiet "${BROWSER[@]}" -- -D warnings; }
# Links that lead nowhere, and signs that are taken for HTML.
documentation() { RUSTDOCFLAGS="-D warnings" nice cargo doc --quiet --lib --no-deps --document-private-items "${SSR[@]}"; }

# What runs in the browser must hold nothing of the server.
browser_holds_no_server() {
  local all found
  all=$(cargo tree --target wasm32-unknown-unknown --no-default-features --features hydrate -e normal --prefix none)
  found=$(awk '{ print $1 }' <<<"$all" | sort -u | grep -x -e 'sqlx.*' -e 'axum.*' -e tokio -e livekit-api | tr '\n' ' ') || true
  [ -z "$found" ] || die "the browser's part depends on: $found"
}

lint() {
  part "formatting" formatted
  part "shell scripts" shell_scripts
  "$ROOT/scripts/packages.sh" deploy
  part "deploy/, as Caddy, Compose and systemd read it" "$ROOT/scripts/deployment.sh"
  part "the browser's part holds nothing of the server" browser_holds_no_server
  part "lints: server" lints_of_the_server
  part "lints: browser" lints_of_the_browser
  part "documentation" documentation
}

compile_tests() { step "compiling the tests" nice cargo test --no-run "$@" "${SSR[@]}"; }
unit() {
  part "compiling the tests" compile_tests --lib
  part "unit tests" cargo test --quiet --lib "${SSR[@]}" -- "$@"
}
integration() {
  part "compiling the tests" compile_tests --test integration
  "$ROOT/scripts/postgres.sh" start "$WORK"
  set -a
  # shellcheck disable=SC1091 # written by postgres.sh
  . "$WORK/postgres.env"
  set +a
  part "integration tests, on SQLite and PostgreSQL" cargo test --quiet --test integration "${SSR[@]}" -- "$@"
}

livekit_is_built() { "$ROOT/scripts/livekit.sh" >/dev/null; }
api() {
  part "building StreamIt" "$ROOT/scripts/build.sh" debug
  part "LiveKit" livekit_is_built
  part "the API, asked at random by its own description" "$ROOT/scripts/api.sh" "$@"
}

types_of_end2end() { cd end2end && npm run --silent check; }
playwright() { cd end2end && npx --no-install playwright test "$@"; }
real_thing() {
  part "building StreamIt" "$ROOT/scripts/build.sh" debug
  part "LiveKit" livekit_is_built
  "$ROOT/scripts/playwright.sh"
  part "types of the end-to-end tests" types_of_end2end
}
faults() {
  "$ROOT/scripts/packages.sh" faults
  real_thing
  part "faults, with the real LiveKit" playwright --config faults "$@"
}
e2e() {
  real_thing
  part "end to end, in Chromium with the real LiveKit" playwright "$@"
}

# A measurement that fails when anything is lost: what it took is in benches/README.md.
soak() { part "soak" "$ROOT/benches/run.sh" soak "$@"; }

# The sum of what the runners said of themselves: cargo's "test result" lines and Playwright's closing lines.
count() {
  awk '
    { gsub(/\033\[[0-9;]*m/, "") }
    /^test result:/ { passed += $4; failed += $6; skipped += $8 }
    /^ +[0-9]+ passed/ { passed += $1 }
    /^ +[0-9]+ flaky/ { passed += $1 }
    /^ +[0-9]+ failed/ { failed += $1 }
    /^ +[0-9]+ (skipped|did not run)/ { skipped += $1 }
    END { if (passed + failed) printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped }
  ' "$RESULTS"
}

NOW="getting the tools"
"$ROOT/scripts/packages.sh" base build media test
use_tools
case $PART in
  all)
    lint
    unit "$@"
    integration "$@"
    api "$@"
    e2e "$@"
    part "faults, in short" playwright --config faults --grep @short
    ;;
  *) "$PART" "$@" ;;
esac
NOW=''
count
