#!/usr/bin/env bash
# Builds a release and packs it:  scripts/release.sh   → target/package/streamit-VERSION-linux-ARCH.tar.gz and .sha256
# In it, in one folder: the program with what browsers get, all of deploy/, what there is to read, license. The program
# needs the C library of the machine that it was built on, or a newer one.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

"$ROOT/scripts/build.sh" release
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
NAME=streamit-$VERSION-linux-$(uname -m)
OUT=$ROOT/target/package
STAGE=$OUT/$NAME
trap 'rm -rf "$STAGE"' EXIT
rm -rf "$STAGE"
mkdir -p "$STAGE"
cp -r target/streamit/release/{streamit,site,hash.txt} README.md ARCHITECTURE.md CONTRIBUTING.md LICENSE docs "$STAGE"
# What git knows of it: never settings that were made here.
git ls-files -z deploy benches/README.md scripts/lib.sh scripts/packages.sh scripts/go.sh scripts/livekit.sh | xargs -0 cp --parents -t "$STAGE"
cd "$OUT"
# The same input gives the same file.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -c "$NAME" | gzip -9n >"$NAME.tar.gz.new"
mv "$NAME.tar.gz.new" "$NAME.tar.gz"
sha256sum "$NAME.tar.gz" >"$NAME.tar.gz.sha256"
say "packed target/package/$NAME.tar.gz"
