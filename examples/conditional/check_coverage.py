#!/usr/bin/env python3
"""check_coverage.py REPORT THRESHOLD: exit code 1, which stops the pipeline, if the tests cover too little."""
import json
import sys
from pathlib import Path


def main(report: Path, threshold: float) -> int:
    covered = json.loads(report.read_text())["totals"]["percent_covered"]
    if covered < threshold:
        print(f"Coverage {covered}% is below {threshold:g}% threshold")
        return 1
    print(f"Coverage {covered}% meets threshold {threshold:g}%")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
