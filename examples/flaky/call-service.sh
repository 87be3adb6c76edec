#!/usr/bin/env bash
# call-service.sh KIND N: a service that answers at the N-th attempt.
#   busy       until then: exit code 75, try again later
#   crashing   until then: killed by a signal
#   forbidden  exit code 77 each time: no number of attempts would help
set -euo pipefail
kind=$1 answers_at=$2

echo "attempt $JOB_ATTEMPT: calling the $kind service" >&2
case $kind in
  forbidden)
    echo "403 Forbidden" >&2
    exit 77
    ;;
  busy)
    if [ "$JOB_ATTEMPT" -lt "$answers_at" ]; then
      echo "503 Service Unavailable" >&2
      exit 75
    fi
    ;;
  crashing)
    if [ "$JOB_ATTEMPT" -lt "$answers_at" ]; then kill -SEGV $$; fi
    ;;
esac
echo '{"answer": 42}'
