#!/usr/bin/env bash
# deploy.sh FOLDER: puts the tested code where it is used.
set -euo pipefail
folder=$1

mkdir -p "$folder"
cp examples/conditional/basket.py "$folder/"
echo "deployed to $folder"
