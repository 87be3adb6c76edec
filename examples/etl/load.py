#!/usr/bin/env python3
"""Replaces one day's orders in the warehouse, in one transaction: loading a day twice leaves it there once."""
import argparse
import csv
import sqlite3
from contextlib import closing
from pathlib import Path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--warehouse", type=Path, required=True)
    arguments.add_argument("--day", required=True)
    options = arguments.parse_args()

    with (options.data / "orders.csv").open(newline="") as file:
        rows = [(options.day, row["order"], row["shop"], row["time"], float(row["euros"])) for row in csv.DictReader(file)]
    with closing(sqlite3.connect(options.warehouse)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS orders (day TEXT, id TEXT, shop TEXT, time TEXT, euros REAL, PRIMARY KEY (day, id))"
        )
        database.execute("DELETE FROM orders WHERE day = ?", (options.day,))
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        for shop, count, euros in database.execute(
            "SELECT shop, count(*), sum(euros) FROM orders WHERE day = ? GROUP BY shop ORDER BY shop", (options.day,)
        ):
            print(f"{shop}: {count} orders, {euros:.2f} euros")


if __name__ == "__main__":
    main()
