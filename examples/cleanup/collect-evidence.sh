#!/usr/bin/env bash
# collect-evidence.sh FILE: what a person wants to know who comes to look at a failure.
set -euo pipefail
file=$1

{
  echo "queue: $QUEUE_ID ($SPAWN_QUEUE_STATUS)"
  echo "failed: $SPAWN_FAILED_JOBS"
} | tee "$file"
