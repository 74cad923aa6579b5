#!/bin/sh
# Makes the settings of a machine of its own, with secrets that nobody has seen:
#   deploy/single/setup.sh DOMAIN PUBLIC_IP [FOLDER]      such as  setup.sh live.example.org 203.0.113.10 /etc/streamit
# In FOLDER (config/ beside this script): streamit.env, livekit.yaml, ingress.yaml and Caddyfile, for their owner alone.
# Once more, with another name or address, or after an upgrade: secrets, and what else is in streamit.env, stay.
set -eu
umask 077
die() {
  echo "✗ $*" >&2
  exit 1
}
[ $# = 2 ] || [ $# = 3 ] || die "say: setup.sh DOMAIN PUBLIC_IP [FOLDER]"
here=$(cd "$(dirname "$0")" && pwd)
DOMAIN=$1 PUBLIC_IP=$2 folder=${3:-$here/config}
case $DOMAIN in
  *[!a-z0-9.-]* | .* | *. | -*) die "DOMAIN is a name alone, such as live.example.org" ;;
  *[a-z]*.*) ;;
  *) die "DOMAIN is a name that points to this machine, such as live.example.org" ;;
esac
case $PUBLIC_IP in
  *[!0-9.]* | .* | *.) die "PUBLIC_IP is an IPv4 address, such as 203.0.113.10" ;;
  *.*.*.*) ;;
  *) die "PUBLIC_IP is the address of this machine that browsers reach, such as 203.0.113.10" ;;
esac

mkdir -p "$folder"
settings=$folder/streamit.env
# Written beside and renamed, so that nothing is ever half there.
if [ -e "$settings" ]; then
  sed -e "s|^STREAMIT_BASE_URL=.*|STREAMIT_BASE_URL=https://$DOMAIN|" \
    -e "s|^LIVEKIT_PUBLIC_URL=.*|LIVEKIT_PUBLIC_URL=wss://$DOMAIN|" "$settings" >"$settings.new"
else
  # Three qualities of one RTMP stream take about a core and a half.
  qualities=true
  [ "$(nproc)" -ge 4 ] || qualities=false
  # Not in the middle of the text below, where a failure would go unseen.
  secret=$(openssl rand -hex 32)
  cat >"$settings.new" <<TEXT
# StreamIt's settings; its README has all of them. For its owner alone: it holds a secret.
STREAMIT_ADDR=127.0.0.1:3000
STREAMIT_BASE_URL=https://$DOMAIN
STREAMIT_TRUSTED_PROXIES=127.0.0.1
STREAMIT_SEVERAL_QUALITIES=$qualities
LIVEKIT_URL=ws://127.0.0.1:7880
LIVEKIT_PUBLIC_URL=wss://$DOMAIN
LIVEKIT_API_KEY=streamit
LIVEKIT_API_SECRET=$secret
# Both, for links to a new password by mail:
#STREAMIT_SMTP_URL='smtps://user:password@mail.example.org'
#STREAMIT_MAIL_FROM='StreamIt <streamit@example.org>'
TEXT
fi
mv "$settings.new" "$settings"

value() { sed -n "s/^$1=//p" "$settings" | tail -n 1; }
LIVEKIT_API_KEY=$(value LIVEKIT_API_KEY)
LIVEKIT_API_SECRET=$(value LIVEKIT_API_SECRET)
for pair in "$LIVEKIT_API_KEY" "$LIVEKIT_API_SECRET"; do
  case $pair in
    '' | *[!A-Za-z0-9_-]*) die "$settings: LIVEKIT_API_KEY and LIVEKIT_API_SECRET are letters and digits, without quotes" ;;
  esac
done

# The values go by standard input: arguments are in everybody's list of processes.
for file in livekit.yaml ingress.yaml Caddyfile; do
  sed -f /dev/stdin "$here/$file" >"$folder/$file.new" <<TEXT
s|\${DOMAIN}|$DOMAIN|g
s|\${PUBLIC_IP}|$PUBLIC_IP|g
s|\${LIVEKIT_API_KEY}|$LIVEKIT_API_KEY|g
s|\${LIVEKIT_API_SECRET}|$LIVEKIT_API_SECRET|g
TEXT
  mv "$folder/$file.new" "$folder/$file"
done
echo "✓ the settings for https://$DOMAIN are in $folder"
