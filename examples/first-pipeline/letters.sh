#!/usr/bin/env bash
# letters.sh FROM TO: how often each letter stands in the text.
# The first attempt finds its service busy and says so with exit code 75 (try again later).
set -euo pipefail
from=$1 to=$2

sleep 0.5
if [ "$JOB_ATTEMPT" -eq 1 ]; then
  echo "503 Service Unavailable" >&2
  exit 75
fi
tr '[:upper:]' '[:lower:]' < "$from/text" | tr -cd '[:lower:]' | fold -w 1 |
  sort | uniq -c | sort -k1,1nr -k2,2 | awk '{ print $2 "\t" $1 }' > "$to/letters.tsv"
echo "$(wc -l < "$to/letters.tsv") letters counted"
