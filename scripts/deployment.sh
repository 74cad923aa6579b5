#!/usr/bin/env bash
# Lets Caddy, Compose and systemd check what deploy/ gives them; and checks that what LiveKit is given is YAML. Starts
# nothing, pulls no image, asks no network, and writes nothing outside of a temporary folder. What only a machine can
# show is in deploy/README.md.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export XDG_DATA_HOME=$WORK/data XDG_CONFIG_HOME=$WORK/settings
# Without somebody's own settings, if this clone is in use: they are secret, and may be another user's.
tar -C "$ROOT" --exclude=deploy/.env --exclude=deploy/single/config -cf - deploy | tar -C "$WORK" -xf -
cd "$WORK/deploy"

# The settings of a machine, as README.md has them made.
single/setup.sh live.example.org 203.0.113.10 >/dev/null
sed 's/=$/=0123456789abcdef0123456789abcdef/' env.example >.env

# quietly "WHAT" COMMAND…: what a check says is shown when it fails, and for those that only warn, when it says anything.
quietly() {
  local what=$1
  shift
  "$@" >"$WORK/said" 2>&1 || {
    cat "$WORK/said"
    die "deploy/$what: see above"
  }
}
silently() {
  quietly "$@"
  [ ! -s "$WORK/said" ] || {
    cat "$WORK/said"
    die "deploy/$1: see above"
  }
}

# Those two names stand in the file; setup.sh has filled in the one of the other.
DOMAIN=live.example.org LIVEKIT_DOMAIN=media.example.org \
  quietly Caddyfile caddy validate --adapter caddyfile --config Caddyfile
quietly single/Caddyfile caddy validate --adapter caddyfile --config single/config/Caddyfile

quietly compose.yaml docker-compose --env-file .env -f compose.yaml config --quiet
quietly single/compose.yaml docker-compose -f single/compose.yaml config --quiet
# Of what Compose hands on as text, and of files, it reads nothing.
docker-compose --env-file .env -f compose.yaml config >resolved.yaml
quietly "compose.yaml or single/*.yaml, for LiveKit" /usr/bin/python3 - <<'PYTHON'
import yaml
services = yaml.safe_load(open("resolved.yaml"))["services"]
texts = [services["livekit"]["environment"]["LIVEKIT_CONFIG"], services["ingress"]["environment"]["INGRESS_CONFIG_BODY"]]
texts += [open(f"single/config/{name}.yaml").read() for name in ("livekit", "ingress")]
for text in texts:
    assert isinstance(yaml.safe_load(text), dict), text
PYTHON

# The programs are not here: what is asked is whether systemd knows every line.
mkdir units
cp streamit.service single/*.service units/
sed -i 's|^ExecStart=/[^ ]*|ExecStart=/bin/true|' units/*.service
silently '*.service' systemd-analyze verify units/*.service
for unit in units/*.service; do
  # Of 10, less is better.
  quietly "${unit##*/}" systemd-analyze security --offline=true --threshold=25 "$unit"
done
