#!/usr/bin/env bash
# download.sh FILE FOLDER: brings the lines of FILE to FOLDER in ten parts, as a slow mirror would.
# At the first attempt the mirror stops sending half-way and never says so: only the job's timeout ends that.
set -euo pipefail
file=$1 folder=$2

mkdir -p "$folder"
: > "$folder/text"
lines=$(wc -l < "$file")
for part in {1..10}; do
  if [ "$JOB_ATTEMPT" -eq 1 ] && [ "$part" -eq 6 ]; then
    echo "waiting for the mirror ..." >&2
    sleep 3600
  fi
  sed -n "$(((part - 1) * lines / 10 + 1)),$((part * lines / 10))p" "$file" >> "$folder/text"
  echo "received ${part}0%"
  sleep 0.1
done
cmp "$file" "$folder/text"
echo "$lines lines received"
