#!/usr/bin/env bash
# Measures StreamIt and writes the tables of benches/README.md:
#   benches/run.sh [GOES (20)]        start, going live, memory, sizes: about ten minutes, without the build
#   benches/run.sh delay [GOES (20)]  how late the picture is, by RTMP and by WHIP: about eight minutes
#   benches/run.sh analytics [GOES (20)]  a year of broadcasts, read: about a minute
#   benches/run.sh chat [GOES (20)]   the chat with 100 viewers, and how much it takes: about four minutes
# A release build with the real LiveKit, ffmpeg as the encoder and Chromium as dashboard and viewer, on free ports.
# Whatever else runs on the machine is measured too.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"

WHAT=measure
case ${1:-} in analytics | chat | delay)
  WHAT=$1
  shift
  ;;
esac

scripts/packages.sh base build media test
scripts/build.sh release
[ "$WHAT" = analytics ] || scripts/livekit.sh >/dev/null
scripts/playwright.sh
exports=$(scripts/node.sh)
eval "$exports"
export STREAMIT_BUILD=${STREAMIT_BUILD:-$ROOT/target/streamit/release} STREAMIT_GOES=${1:-20} STREAMIT_MEASURE=$WHAT.ts
cd benches
if [ "$WHAT" = chat ]; then
  go=$(../scripts/go.sh)
  export STREAMIT_VIEWERS=${STREAMIT_CACHE:-$HOME/.cache/streamit}/viewers
  (cd viewers && GOTOOLCHAIN=local nice "$go" build -o "$STREAMIT_VIEWERS" .)
fi
exec npx --no-install playwright test
