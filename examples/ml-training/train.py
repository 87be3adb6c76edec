#!/usr/bin/env python3
"""Trains the network by gradient descent; keeps a checkpoint now and then, and the best model at the end."""
import argparse
import json
import os
import random
from pathlib import Path

from network import Network, read_points

SEED = 11
UNITS = 16
CLASSES = 3
RATE = 0.05
CHECKPOINT_EVERY = 25


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--epochs", type=int, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    training = read_points(options.data / "train.csv")
    validation = read_points(options.data / "val.csv")
    checkpoints = options.output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    run = os.environ.get("RUN_LABEL", "local")
    print(f"Run {run}: {len(training)} points, {options.epochs} epochs")

    chance = random.Random(SEED)
    network = Network.random(2, UNITS, CLASSES, chance)
    history = []
    best = (0.0, 0)
    for epoch in range(1, options.epochs + 1):
        chance.shuffle(training)
        train_loss = sum(network.learn(features, label, RATE) for features, label in training) / len(training)
        val_loss, accuracy = network.score(validation)
        history.append({"epoch": epoch, "train_loss": train_loss, "val_loss": val_loss, "accuracy": accuracy})
        print(f"Epoch {epoch}/{options.epochs}")
        print(f"Train Loss: {train_loss:.3f}  Val Loss: {val_loss:.3f}  Accuracy: {accuracy:.1%}")
        if accuracy > best[0]:
            best = (accuracy, epoch)
            network.save(options.output / "model.json")
        if epoch % CHECKPOINT_EVERY == 0:
            network.save(checkpoints / f"epoch-{epoch:03}.json")
            print("Saving checkpoint...")

    metrics = {"run": run, "best_epoch": best[1], "best_accuracy": best[0], "history": history}
    (options.output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"Training complete: best accuracy {best[0]:.1%} in epoch {best[1]}")


if __name__ == "__main__":
    main()
