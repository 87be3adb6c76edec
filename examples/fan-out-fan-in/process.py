#!/usr/bin/env python3
"""process.py CHUNK RESULT: count, sum, lowest and highest reading of each station in one chunk."""
import csv
import json
import sys
from pathlib import Path


def main(chunk: Path, result: Path) -> None:
    stations: dict[str, dict[str, float]] = {}
    with chunk.open(newline="") as file:
        rows = list(csv.reader(file))
    for done, (station, text) in enumerate(rows, start=1):
        degrees = float(text)
        seen = stations.setdefault(station, {"count": 0, "sum": 0.0, "lowest": degrees, "highest": degrees})
        seen["count"] += 1
        seen["sum"] += degrees
        seen["lowest"] = min(seen["lowest"], degrees)
        seen["highest"] = max(seen["highest"], degrees)
        if done % 5000 == 0:
            print(f"{done}/{len(rows)} readings")
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(stations, indent=2, sort_keys=True) + "\n")
    print(f"{len(rows)} readings of {len(stations)} stations")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
