#!/usr/bin/env python3
"""Drops repeated orders, sets aside those without an amount, and puts every amount in euros."""
import argparse
import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

EUROS = {"EUR": Decimal(1), "GBP": Decimal("1.15"), "CHF": Decimal("1.06")}


def in_euros(amount: str, currency: str) -> Decimal:
    return (Decimal(amount) * EUROS[currency]).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--input", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    sources = sorted(options.input.glob("*.csv"))
    seen: set[str] = set()
    rejected = 0
    with (options.output / "orders.csv").open("w", newline="") as good_file, (options.output / "rejected.csv").open(
        "w", newline=""
    ) as bad_file:
        good, bad = csv.writer(good_file), csv.writer(bad_file)
        good.writerow(["order", "shop", "time", "euros"])
        bad.writerow(["order", "why"])
        for step, source in enumerate(sources, start=1):
            with source.open(newline="") as file:
                for row in csv.DictReader(file):
                    if row["order"] in seen:
                        continue
                    seen.add(row["order"])
                    if row["amount"] == "":
                        bad.writerow([row["order"], "no amount"])
                        rejected += 1
                    else:
                        good.writerow([row["order"], source.stem, row["time"], in_euros(row["amount"], row["currency"])])
            print(f"step {step} of {len(sources)}: {source.stem}")
    print(f"{len(seen) - rejected} orders, {rejected} rejected")


if __name__ == "__main__":
    main()
