"""A network with one hidden layer: tanh, then softmax over the classes. Plain Python, for small data."""
from __future__ import annotations

import csv
import json
import math
import random
from pathlib import Path

Point = tuple[list[float], int]


def read_points(path: Path) -> list[Point]:
    with path.open(newline="") as file:
        return [([float(x), float(y)], int(label)) for x, y, label in csv.reader(file)]


class Network:
    """Weights are lists of rows, one row a unit; the last number of a row is its bias."""

    def __init__(self, hidden: list[list[float]], output: list[list[float]]) -> None:
        self.hidden = hidden
        self.output = output

    @classmethod
    def random(cls, inputs: int, units: int, classes: int, chance: random.Random) -> Network:
        def layer(rows: int, columns: int) -> list[list[float]]:
            scale = 1 / math.sqrt(columns)
            return [[chance.gauss(0, scale) for _ in range(columns)] + [0.0] for _ in range(rows)]

        return cls(layer(units, inputs), layer(classes, units))

    @classmethod
    def load(cls, path: Path) -> Network:
        weights = json.loads(path.read_text())
        return cls(weights["hidden"], weights["output"])

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"hidden": self.hidden, "output": self.output}) + "\n")

    def activations(self, features: list[float]) -> list[float]:
        return [math.tanh(weighted(row, features)) for row in self.hidden]

    def probabilities(self, activations: list[float]) -> list[float]:
        scores = [weighted(row, activations) for row in self.output]
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def predict(self, features: list[float]) -> int:
        probabilities = self.probabilities(self.activations(features))
        return probabilities.index(max(probabilities))

    def learn(self, features: list[float], label: int, rate: float) -> float:
        """One step of gradient descent on one point; returns the cross entropy before it."""
        activations = self.activations(features)
        probabilities = self.probabilities(activations)
        errors = [p - (1.0 if i == label else 0.0) for i, p in enumerate(probabilities)]
        passed_back = [sum(error * row[j] for error, row in zip(errors, self.output)) for j in range(len(activations))]
        for error, row in zip(errors, self.output):
            descend(row, activations, rate * error)
        for back, activation, row in zip(passed_back, activations, self.hidden):
            descend(row, features, rate * back * (1 - activation * activation))
        return -math.log(max(probabilities[label], 1e-12))

    def score(self, points: list[Point]) -> tuple[float, float]:
        """Mean cross entropy and accuracy over `points`."""
        loss = 0.0
        right = 0
        for features, label in points:
            probabilities = self.probabilities(self.activations(features))
            loss -= math.log(max(probabilities[label], 1e-12))
            right += probabilities.index(max(probabilities)) == label
        return loss / len(points), right / len(points)


def weighted(row: list[float], values: list[float]) -> float:
    total = row[-1]
    for weight, value in zip(row, values):
        total += weight * value
    return total


def descend(row: list[float], values: list[float], step: float) -> None:
    for i, value in enumerate(values):
        row[i] -= step * value
    row[-1] -= step
