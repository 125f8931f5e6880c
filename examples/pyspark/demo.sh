#!/usr/bin/env bash
# An unmodified PySpark program on real data: the stock client from PyPI reads a year of flights as a
# stream from a server that `thalweg run` starts for it, and writes hourly departures per airport.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/setup.sh
tools/build.sh release thalweg
build/venv/bin/python examples/flights/lay_out.py build/demo
rm -rf build/demo/hourly-by-pyspark build/demo/hourly-by-pyspark.checkpoint
build/bin/thalweg --log-level error run --python build/connect-4.2/bin/python examples/pyspark/flights.py build/demo
