#!/usr/bin/env python3
"""Checks the data set, scales it to mean 0 and deviation 1, and splits it 60/20/20."""
import argparse
import csv
import hashlib
import json
import statistics
from pathlib import Path

SPLITS = {"train": 0.6, "val": 0.8, "test": 1.0}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--input", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    described = json.loads((options.input / "manifest.json").read_text())["files"][0]
    source = options.input / described["name"]
    if hashlib.sha256(source.read_bytes()).hexdigest() != described["sha256"]:
        raise SystemExit(f"{source} is not the file its manifest describes")
    with source.open(newline="") as file:
        rows = [(float(row["x"]), float(row["y"]), int(row["class"])) for row in csv.DictReader(file)]

    # The scale comes from the training part alone: the rest stays unseen.
    training = rows[: int(len(rows) * SPLITS["train"])]
    means = [statistics.fmean(row[axis] for row in training) for axis in (0, 1)]
    deviations = [statistics.pstdev(row[axis] for row in training) for axis in (0, 1)]

    options.output.mkdir(parents=True, exist_ok=True)
    sizes = {}
    begin = 0
    for name, share in SPLITS.items():
        end = int(len(rows) * share)
        with (options.output / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            for x, y, label in rows[begin:end]:
                writer.writerow([(x - means[0]) / deviations[0], (y - means[1]) / deviations[1], label])
        sizes[name] = end - begin
        begin = end
        print(f"{name}: {sizes[name]} points")
    stats = {"sizes": sizes, "means": means, "deviations": deviations}
    (options.output / "stats.json").write_text(json.dumps(stats, indent=2) + "\n")


if __name__ == "__main__":
    main()
