#!/usr/bin/env python3
"""Makes the data set: points on three arms of a spiral, always the same ones."""
import argparse
import csv
import hashlib
import json
import math
import random
from pathlib import Path

CLASSES = 3
SEED = 7


def spiral(points: int) -> list[tuple[float, float, int]]:
    """`points` noisy points (x, y, class), the same number on each arm."""
    chance = random.Random(SEED)
    per_arm = points // CLASSES
    rows = []
    for label in range(CLASSES):
        for i in range(per_arm):
            radius = i / per_arm
            angle = 2.5 * radius + label * 2 * math.pi / CLASSES + chance.gauss(0, 0.12)
            rows.append((radius * math.cos(angle), radius * math.sin(angle), label))
    chance.shuffle(rows)
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    rows = spiral(options.points)
    target = options.output / "points.csv"
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "y", "class"])
        for x, y, label in rows:
            writer.writerow([f"{x:.6f}", f"{y:.6f}", label])
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    manifest = {"files": [{"name": target.name, "rows": len(rows), "sha256": digest}]}
    (options.output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{len(rows)} points in {target}")


if __name__ == "__main__":
    main()
