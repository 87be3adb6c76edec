#!/usr/bin/env python3
"""Makes a day of readings of some weather stations, always the same ones, and deals them out into chunks."""
import argparse
import csv
import random
from contextlib import ExitStack
from pathlib import Path

STATIONS = ["arosa", "brest", "cork", "delft", "evora", "faro"]
SEED = 3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--readings", type=int, required=True)
    arguments.add_argument("--chunks", type=int, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    chance = random.Random(SEED)
    options.output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        writers = [
            csv.writer(files.enter_context((options.output / f"chunk-{i}.csv").open("w", newline="")))
            for i in range(options.chunks)
        ]
        for number in range(options.readings):
            station = number % len(STATIONS)
            degrees = 8 + 2 * station + chance.gauss(0, 4)
            writers[chance.randrange(options.chunks)].writerow([STATIONS[station], f"{degrees:.1f}"])
    print(f"{options.readings} readings in {options.chunks} chunks")


if __name__ == "__main__":
    main()
