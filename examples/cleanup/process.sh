#!/usr/bin/env bash
# process.sh READINGS FOLDER: adds the readings up. One that is no number is an error (exit code 65, bad data).
set -euo pipefail
readings=$1 folder=$2

total=0
line=0
while read -r reading; do
  line=$((line + 1))
  if [[ ! $reading =~ ^[0-9]+$ ]]; then
    echo "$readings:$line: not a number: $reading" >&2
    exit 65
  fi
  total=$((total + reading))
  echo "line $line: $total"
done < "$readings"
echo "$total" > "$folder/total.txt"
