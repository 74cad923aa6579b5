#!/usr/bin/env bash
# One measurement of StreamIt, which writes its tables of benches/README.md; `./bench` does all of them:
#   benches/run.sh [measure] [GOES (20)]  start, memory, and going live beside a page that asks every five seconds:
#                                     about 15 minutes, without the build
#   benches/run.sh delay [GOES (20)]  how late the picture is, by RTMP and by WHIP, beside nginx: about 15 minutes
#   benches/run.sh speed [GOES (20)]  pages on a telephone, on 4G and on slow 4G, and what they load: about half an hour
#   benches/run.sh analytics [GOES (20)]  a year of broadcasts, read: about a minute
#   benches/run.sh chat [GOES (20)]   the chat with 100 viewers, and how much it takes: about four minutes
#   benches/run.sh webhooks [THOUSANDS (20)]  signed webhooks: about a minute
#   benches/run.sh requests [SECONDS (20)]    requests of somebody signed in: about two minutes
#   benches/run.sh events [GOES (20)]         10,000 event streams: about a minute
#   benches/run.sh first-run         docs/first-run.md, with its pictures: about a minute
#   benches/run.sh soak [KILLS (100) [SECONDS (600)]]  what is lost in crashes and under load; `./test soak` is the same:
#                                     about 20 minutes
# A release build with the real LiveKit, ffmpeg as the encoder and Chromium as dashboard and viewer, on free ports; from
# analytics on, but for the chat, without them. Whatever else runs on the machine is measured too.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"

WHAT=measure
case ${1:-} in measure | delay | speed | analytics | chat | webhooks | requests | events | first-run | soak)
  WHAT=$1
  shift
  ;;
esac
if ! [[ ${1:-20} =~ ^[1-9][0-9]*$ ]]; then
  echo "✗ no measurement is called '$1', and it is no number (see the head of $0)" >&2
  exit 2
fi

scripts/packages.sh base build media test
scripts/build.sh release
case $WHAT in measure | delay | speed | chat | first-run) scripts/livekit.sh >/dev/null ;; esac
[ "$WHAT" != delay ] || scripts/packages.sh peers
scripts/playwright.sh
exports=$(scripts/node.sh)
eval "$exports"
export STREAMIT_BUILD=${STREAMIT_BUILD:-$ROOT/target/streamit/release} STREAMIT_MEASURE=$WHAT.ts
if [ "$WHAT" = soak ]; then
  export STREAMIT_KILLS=${1:-100} STREAMIT_SECONDS=${2:-600} STREAMIT_MEASURE='{kills,soak}.ts'
else
  export STREAMIT_GOES=${1:-20}
fi

# build_go FOLDER: prints where the program is.
build_go() {
  local go into=${STREAMIT_CACHE:-$HOME/.cache/streamit}/$1
  go=$(scripts/go.sh)
  (cd "benches/$1" && GOTOOLCHAIN=local nice "$go" build -o "$into" .) >&2
  echo "$into"
}
case $WHAT in
  chat)
    STREAMIT_VIEWERS=$(build_go viewers)
    export STREAMIT_VIEWERS
    ;;
  webhooks | requests | events | soak)
    STREAMIT_LOAD=$(build_go load)
    export STREAMIT_LOAD
    ;;
esac
cd benches
exec npx --no-install playwright test
