#!/usr/bin/env bash
# Installs the Debian packages that are missing, by group:  scripts/packages.sh GROUP…
#   base   what the scripts themselves call      build  compiler, linker, Node.js
#   rust   Debian's own Rust for the browser     go     Debian's Go, which fetches a newer one
#   media  GStreamer, Redis, ffmpeg              test   Chromium, PostgreSQL, shellcheck
#   python what a Python needs to install packages
#   faults a clock that can be moved             peers  nginx with RTMP, for measurements beside StreamIt
#   deploy what reads the files of deploy/, to check them
# Says nothing, and asks the package lists nothing, when all is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A GROUP=(
  [base]="ca-certificates curl procps util-linux openssl"
  [build]="gcc g++ libc6-dev make pkg-config mold"
  [rust]="rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web lld-22"
  [go]="golang-go"
  [media]="redis-server ffmpeg libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
    gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly
    gstreamer1.0-libav gstreamer1.0-nice gcc libc6-dev pkg-config"
  [python]="python3-venv"
  [faults]="faketime"
  [peers]="nginx libnginx-mod-rtmp"
  [deploy]="caddy docker-compose python3-yaml systemd"
  [test]="chromium fonts-dejavu-core postgresql shellcheck"
)

missing() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# Debian starts a service when its package is installed. Ours run on their own ports with their own data, so nothing
# is to be started, now or at the next boot; a service that was there before is left as it is.
install() {
  local guard=/usr/sbin/policy-rc.d service
  local -a need
  mapfile -t need < <(missing "$@" | sort -u)
  [ ${#need[@]} -gt 0 ] || return 0 # another run installed them while this one waited
  if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$guard" >/dev/null
    as_root chmod +x "$guard"
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  step "reading the package lists" as_root apt-get -o DPkg::Lock::Timeout=600 update
  step "installing ${need[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${need[@]}"
  for service in redis-server postgresql nginx caddy; do
    case " ${need[*]} " in
      *" $service "*) if [ -d /run/systemd/system ]; then as_root systemctl disable --quiet "$service" || true; fi ;;
    esac
  done
}

wanted=()
for group in "$@"; do
  [ -n "${GROUP[$group]:-}" ] || die "packages.sh: no group '$group' (there are: ${!GROUP[*]})"
  # shellcheck disable=SC2206 # a list of words
  wanted+=(${GROUP[$group]})
  # Node.js is only wanted from Debian where the machine has none of its own.
  if [ "$group" = build ] && ! { have node && have npm; }; then wanted+=(nodejs npm); fi
done

have dpkg-query || die "this is not Debian (no dpkg): install the equivalent of: ${wanted[*]}"
if [ -n "$(missing "${wanted[@]}")" ]; then
  one_at_a_time packages install "${wanted[@]}"
fi
