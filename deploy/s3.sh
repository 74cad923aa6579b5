#!/bin/sh
# SeaweedFS as the storage for pictures:  s3.sh serve | bucket
#   serve    one server, for whoever has the key `streamit` and $S3_SECRET
#   bucket   makes the bucket, and waits until it is there
set -eu

serve() {
  umask 077
  cat >/tmp/s3.json <<JSON
{ "identities": [{
  "name": "streamit",
  "credentials": [{ "accessKey": "streamit", "secretKey": "$S3_SECRET" }],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]
}] }
JSON
  exec weed server -dir=/data -ip.bind=0.0.0.0 -volume.max=0 -master.volumeSizeLimitMB=1024 -s3 -s3.config=/tmp/s3.json
}

# What the shell answers says nothing about whether it worked, so the bucket is looked for.
bucket() {
  tries=0
  until echo s3.bucket.list | weed shell -master=s3:9333 2>/dev/null | grep -qw streamit; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || exit 1
    echo 's3.bucket.create -name streamit' | weed shell -master=s3:9333 >/dev/null 2>&1 || true
    sleep 1
  done
}

"$1"
