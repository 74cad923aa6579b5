#!/usr/bin/env bash
# Takes all measurements of benches/README.md in one go, and writes its tables:
#   ./bench                    all of them: about an hour and a half without the build, of which soak, the last, takes 20
#                              minutes
#   ./bench [NUMBER] NAME…     some of them: measure delay speed chat analytics webhooks requests events first-run soak
#   ./bench 5                  five instead of twenty (goes, thousands of webhooks, seconds of requests), and five
#                              crashes on each database instead of a hundred; the ten minutes under load stay
# NUMBER and what each takes are explained at the head of benches/run.sh, which does one of them. One that fails leaves
# its table as it was, but for speed, which writes its tables before it fails for an aim that is missed; the others go
# on, and at the end it says which failed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

ALL=(measure delay speed chat analytics webhooks requests events first-run soak)

NUMBER=''
case ${1:-} in
  -h | --help)
    sed -n '2,10s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
if [[ ${1:-} =~ ^[1-9][0-9]*$ ]]; then
  NUMBER=$1
  shift
fi
NAMES=("$@")
[ $# -gt 0 ] || NAMES=("${ALL[@]}")
for name in "${NAMES[@]}"; do
  case " ${ALL[*]} " in
    *" $name "*) ;;
    *) die "no measurement is called '$name' (there are: ${ALL[*]})" ;;
  esac
done

# What runs ends first; the next one is not begun.
trap 'exit 130' INT
trap 'exit 143' TERM

FAILED=()
count=0
for name in "${NAMES[@]}"; do
  count=$((count + 1))
  started=$SECONDS
  printf '\n== %s (%d of %d)\n' "$name" "$count" "${#NAMES[@]}"
  if "$ROOT/benches/run.sh" "$name" ${NUMBER:+"$NUMBER"}; then
    printf '== %s: %d s\n' "$name" $((SECONDS - started))
  else
    FAILED+=("$name")
    printf '== %s failed after %d s\n' "$name" $((SECONDS - started))
  fi
done

printf '\n%d measured, %d failed, %d s\n' $((count - ${#FAILED[@]})) ${#FAILED[@]} "$SECONDS"
[ ${#FAILED[@]} -eq 0 ] || die "./bench failed: ${FAILED[*]}"
say "the tables are in benches/README.md"
