#!/usr/bin/env python3
"""Records what the programs of tests/connect/programs.py answer on real Spark.

Usage: record_connect.py REMOTE OUTPUT [NAME...]

REMOTE is a running Spark Connect server (sc://host:port) of the reference release; the interpreter
is one with a pyspark-client. Programs that fail are reported and left out. With names, only those
are recorded, and the others stay as OUTPUT has them.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/connect"))

from pyspark.sql import SparkSession  # noqa: E402

import ansi_programs  # noqa: E402,F401
import catalog_programs  # noqa: E402,F401
import char_programs  # noqa: E402,F401
import column_programs  # noqa: E402,F401
import format_programs  # noqa: E402,F401
import function_programs  # noqa: E402,F401
import identifier_programs  # noqa: E402,F401
import insert_programs  # noqa: E402,F401
import metadata_programs  # noqa: E402,F401
import order_programs  # noqa: E402,F401
import persist_programs  # noqa: E402,F401
import parse_programs  # noqa: E402,F401
import partition_programs  # noqa: E402,F401
import place_programs  # noqa: E402,F401
import plan_programs  # noqa: E402,F401
import processor_programs  # noqa: E402,F401
import repartition_programs  # noqa: E402,F401
import reshape_programs  # noqa: E402,F401
import routine_programs  # noqa: E402,F401
import scalar_function_programs  # noqa: E402,F401
import setting_programs  # noqa: E402,F401
import source_programs  # noqa: E402,F401
import state_programs  # noqa: E402,F401
import statistic_programs  # noqa: E402,F401
import stream_programs  # noqa: E402,F401
import table_function_programs  # noqa: E402,F401
import table_layout_programs  # noqa: E402,F401
import table_query_programs  # noqa: E402,F401
import time_programs  # noqa: E402,F401
import user_type_programs  # noqa: E402,F401
import variant_programs  # noqa: E402,F401
import window_function_programs  # noqa: E402,F401
import xml_programs  # noqa: E402,F401
from programs import PROGRAMS  # noqa: E402


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    remote, output = sys.argv[1], pathlib.Path(sys.argv[2])
    names = sys.argv[3:] or list(PROGRAMS)
    answers = json.loads(output.read_text()) if output.exists() and sys.argv[3:] else {}
    for name in names:
        spark = SparkSession.builder.remote(remote).create()
        try:
            answers[name] = PROGRAMS[name](spark)
        except Exception as error:  # noqa: BLE001
            print(f"{name}: {type(error).__name__}: {str(error)[:400]}", file=sys.stderr)
        spark.stop()
        output.write_text(json.dumps(answers, indent=1, sort_keys=True, default=str) + "\n")


if __name__ == "__main__":
    main()
