#!/usr/bin/env bash
# Measures StreamIt and writes the tables of benches/README.md:  benches/run.sh [GOES (20)]
# A release build with the real LiveKit, ffmpeg as the encoder and Chromium as dashboard and viewer, on free ports.
# Whatever else runs on the machine is measured too. Takes about ten minutes, without the build.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"

scripts/packages.sh base build media test
scripts/build.sh release
scripts/livekit.sh >/dev/null
scripts/playwright.sh
exports=$(scripts/node.sh)
eval "$exports"
export STREAMIT_BUILD=${STREAMIT_BUILD:-$ROOT/target/streamit/release} STREAMIT_GOES=${1:-20}
cd benches
exec npx --no-install playwright test
