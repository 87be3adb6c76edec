#!/usr/bin/env python3
"""Reads one day's orders from three shops. The last shop's connection breaks at the first attempt."""
import argparse
import csv
import json
import os
import random
import sys
from pathlib import Path

SHOPS = {"berlin": "EUR", "london": "GBP", "zurich": "CHF"}
ORDERS_A_SHOP = 400
SEND_TWICE_EVERY = 50
LOSE_AMOUNT_EVERY = 90
CONNECTION_FAILED = 75


def orders(shop: str, currency: str, day: str) -> list[list[str]]:
    """The same orders for the same shop and day; some are sent twice, some lack their amount."""
    chance = random.Random(f"{shop} {day}")
    rows = []
    for number in range(1, ORDERS_A_SHOP + 1):
        amount = "" if number % LOSE_AMOUNT_EVERY == 0 else f"{chance.uniform(5, 250):.2f}"
        row = [f"{shop}-{number:04}", f"{day}T{chance.randrange(24):02}:{chance.randrange(60):02}", amount, currency]
        rows.extend([row] * (2 if number % SEND_TWICE_EVERY == 0 else 1))
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--day", required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    manifest = {"day": options.day, "rows": {}}
    for shop, currency in SHOPS.items():
        if shop == "zurich" and os.environ.get("JOB_ATTEMPT") == "1":
            print(f"{shop}: connection reset by peer", file=sys.stderr)
            sys.exit(CONNECTION_FAILED)
        rows = orders(shop, currency, options.day)
        with (options.output / f"{shop}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["order", "time", "amount", "currency"])
            writer.writerows(rows)
        manifest["rows"][shop] = len(rows)
        print(f"{shop}: {len(rows)} rows")
    (options.output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
