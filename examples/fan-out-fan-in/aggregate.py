#!/usr/bin/env python3
"""aggregate.py FOLDER RESULT: one line a station from the results of all chunks."""
import csv
import json
import sys
from pathlib import Path


def main(folder: Path, result: Path) -> None:
    chunks = [json.loads(path.read_text()) for path in sorted(folder.glob("result-*.json"))]
    with result.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["station", "readings", "mean", "lowest", "highest"])
        for station in sorted({name for chunk in chunks for name in chunk}):
            parts = [chunk[station] for chunk in chunks if station in chunk]
            count = sum(part["count"] for part in parts)
            mean = sum(part["sum"] for part in parts) / count
            lowest = min(part["lowest"] for part in parts)
            highest = max(part["highest"] for part in parts)
            writer.writerow([station, count, f"{mean:.2f}", lowest, highest])
            print(f"{station}: {mean:.2f} degrees over {count} readings")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
