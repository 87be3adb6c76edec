#!/usr/bin/env python3
"""Lets the pipeline go on only if the orders are unique, positive, and few were rejected."""
import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

HIGHEST_REJECTED_SHARE = 0.05


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    orders = read(options.data / "orders.csv")
    rejected = read(options.data / "rejected.csv")
    issues = [f"{order} stands {n} times" for order, n in Counter(row["order"] for row in orders).items() if n > 1]
    issues += [f"{row['order']} costs {row['euros']}" for row in orders if float(row["euros"]) <= 0]
    share = len(rejected) / max(1, len(orders) + len(rejected))
    if share > HIGHEST_REJECTED_SHARE:
        issues.append(f"{share:.1%} of the orders were rejected")

    options.output.mkdir(parents=True, exist_ok=True)
    report = {"orders": len(orders), "rejected": len(rejected), "issues": issues}
    (options.output / "issues.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"{len(orders)} orders checked, {len(issues)} issues")
    sys.exit(1 if issues else 0)


if __name__ == "__main__":
    main()
