#!/bin/sh
# A command of StreamIt's, with the settings, in the folder and as the user that streamit.service has:
#   install -m 755 command.sh /usr/local/sbin/streamit      then, as root:  streamit doctor
set -eu
set -a
# shellcheck disable=SC1091 # made by setup.sh
. /etc/streamit/streamit.env
STREAMIT_DATA_DIR=/var/lib/streamit
set +a
cd "$STREAMIT_DATA_DIR"
exec runuser -u streamit -- /opt/streamit/streamit "$@"
