#!/usr/bin/env bash
# release.sh FOLDER: gives back what setup.sh took.
set -euo pipefail
folder=$1

rm -rf "$folder"
echo "locks released; failed jobs: ${SPAWN_FAILED_JOBS:-none}"
