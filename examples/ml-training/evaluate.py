#!/usr/bin/env python3
"""Tries the model on the points it has not seen: accuracy, predictions, confusion matrix as numbers and as a picture."""
import argparse
import csv
import json
from pathlib import Path

from network import Network, read_points
from png import write_png

CLASSES = 3
CELL_PIXELS = 64


def picture(matrix: list[list[int]]) -> list[list[int]]:
    """One square a cell, the darker the more points; a row of the matrix is a true class."""
    most = max(max(row) for row in matrix) or 1
    rows = []
    for counts in matrix:
        line = [shade for count in counts for shade in [255 - 255 * count // most] * CELL_PIXELS]
        rows.extend([line] * CELL_PIXELS)
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    network = Network.load(options.model)
    points = read_points(options.data)
    options.output.mkdir(parents=True, exist_ok=True)
    matrix = [[0] * CLASSES for _ in range(CLASSES)]
    with (options.output / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "y", "class", "predicted"])
        for done, (features, label) in enumerate(points, start=1):
            predicted = network.predict(features)
            matrix[label][predicted] += 1
            writer.writerow([*features, label, predicted])
            if done % 30 == 0:
                print(f"{done}/{len(points)} points evaluated")

    accuracy = sum(matrix[i][i] for i in range(CLASSES)) / len(points)
    results = {"points": len(points), "accuracy": accuracy, "confusion_matrix": matrix}
    (options.output / "eval_results.json").write_text(json.dumps(results, indent=2) + "\n")
    write_png(options.output / "confusion_matrix.png", picture(matrix))
    print(f"Accuracy: {accuracy:.1%}")


if __name__ == "__main__":
    main()
