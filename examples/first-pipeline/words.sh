#!/usr/bin/env bash
# words.sh FROM TO: the most frequent words, one initial letter after the other.
set -euo pipefail
from=$1 to=$2

tr -cs '[:alpha:]' '\n' < "$from/text" | tr '[:upper:]' '[:lower:]' | sed '/^$/d' > "$from/words"
: > "$from/counts"
step=0
for letter in {a..z}; do
  step=$((step + 1))
  { grep "^$letter" "$from/words" || true; } | sort | uniq -c >> "$from/counts"
  echo "step $step of 26: words with $letter"
  sleep 0.1
done
sort -k1,1nr -k2,2 "$from/counts" | awk '{ print $2 "\t" $1 }' > "$to/words.tsv"
echo "$(wc -l < "$from/words") words, $(wc -l < "$to/words.tsv") different ones"
