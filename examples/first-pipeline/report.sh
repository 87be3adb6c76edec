#!/usr/bin/env bash
# report.sh FOLDER: what the three branches found, on one page.
set -euo pipefail
folder=$1

sleep 0.5
{
  echo "# What the licence says"
  echo
  echo "| word | times |"
  echo "|---|---|"
  head -n 10 "$folder/words.tsv" | awk '{ print "| " $1 " | " $2 " |" }'
  echo
  awk '{ sum += $2 } END { print sum " words, " NR " different ones." }' "$folder/words.tsv"
  awk '{ sum += $2; if (NR <= 3) most = most " " $1 } END { print sum " letters; most often:" most "." }' "$folder/letters.tsv"
  awk '{ sum += $1; if ($1 > longest) longest = $1 }
       END { printf "%d sentences of %.1f words; the longest has %d.\n", NR, sum / NR, longest }' "$folder/sentences.tsv"
} > "$folder/report.md"
cat "$folder/report.md"
