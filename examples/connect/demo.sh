#!/usr/bin/env bash
# A PySpark program on Thalweg: a year of flights as a stream (python/flights.py), run by `thalweg run`
# with the stock client. Starts from nothing each time. Wants a build and tools/setup.sh.
# usage: demo.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")/../.."
here="${1:-build/demo}"
build/venv/bin/python examples/flights/lay_out.py "$here"
rm -rf "$here/pyspark"
exec "${THALWEG_PROGRAM:-build/bin/thalweg}" run --python build/connect-4.2/bin/python \
  examples/connect/python/flights.py "$here/flights" "$here/pyspark"
