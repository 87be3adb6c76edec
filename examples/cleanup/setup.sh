#!/usr/bin/env bash
# setup.sh FOLDER: takes what the pipeline needs and must give back: here two lock files.
set -euo pipefail
folder=$1

mkdir -p "$folder"
for resource in database queue; do
  echo "$QUEUE_ID" > "$folder/$resource.lock"
  echo "$resource locked"
done
