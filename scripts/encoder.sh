#!/usr/bin/env bash
# A moving test picture with a clock and a tone, pushed by RTMP as OBS would:
#   scripts/encoder.sh URL KEY [SIZE (640x360)] [FPS (30)]
# Runs until it is stopped or thrown out; does not connect again. KEY may be "-": then it is read from the variable
# STREAM_KEY, or from standard input, so that it shows in no list of commands but ffmpeg's own.
# What goes wrong on air is made with PICTURE=moving|still|black and SOUND=tone|silence|none.
set -euo pipefail
URL=${1:?the server URL, such as rtmp://127.0.0.1:1935/live}
KEY=${2:?the stream key, or -}
SIZE=${3:-640x360}
FPS=${4:-30}
if [ "$KEY" = - ]; then
  KEY=${STREAM_KEY:-}
  [ -n "$KEY" ] || read -r KEY
  unset STREAM_KEY
fi

case ${PICTURE:-moving} in
  moving) SOURCE="testsrc2=size=$SIZE:rate=$FPS" ;;
  still) SOURCE="smptehdbars=size=$SIZE:rate=$FPS" ;;
  black) SOURCE="color=color=black:size=$SIZE:rate=$FPS" ;;
  *) echo "no picture is called $PICTURE" >&2 && exit 2 ;;
esac
case ${SOUND:-tone} in
  tone) HEARD=(-re -f lavfi -i "sine=frequency=440:beep_factor=4:sample_rate=48000" -af volume=0.2) ;;
  silence) HEARD=(-re -f lavfi -i "anullsrc=sample_rate=48000:channel_layout=stereo") ;;
  none) HEARD=(-an) ;;
  *) echo "no sound is called $SOUND" >&2 && exit 2 ;;
esac

# In drawtext's text a colon is escaped. A key frame every two seconds, as OBS is told to send.
CLOCK="drawtext=text='%{localtime\:%T}':x=(w-tw)/2:y=h*0.08:fontsize=h/10:fontcolor=white:box=1:boxcolor=black@0.5:boxborderw=8"
# A picture that needs hardly any bytes is padded, as OBS does: ingress begins when its buffers are full.
RATE=(-b:v 1200k)
if [ "${PICTURE:-moving}" != moving ]; then
  CLOCK=null
  RATE+=(-minrate 1200k -maxrate 1200k -bufsize 1200k -x264-params nal-hrd=cbr)
fi
# At any other level ffmpeg's messages name the address, which holds the key.
exec ffmpeg -hide_banner -loglevel fatal -nostdin \
  -re -f lavfi -i "$SOURCE" "${HEARD[@]}" \
  -vf "$CLOCK" -c:v libx264 -preset ultrafast -tune zerolatency -g $((FPS * 2)) -pix_fmt yuv420p "${RATE[@]}" \
  -c:a aac -b:a 96k -ac 2 -ar 48000 -f flv "${URL%/}/$KEY"
