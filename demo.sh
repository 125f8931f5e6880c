#!/usr/bin/env bash
# The main job on real data: a year of flights out of New York, read as a stream a few files a
# micro-batch, becomes hourly departures and mean delay per airport, joined with the airport's name
# and written as Parquet, exactly once. Kill it half way (kill -9) and run it again: the rows are the
# same. `./demo.sh --again` starts from nothing.
set -euo pipefail
cd "$(dirname "$0")"
tools/setup.sh
tools/build.sh release thalweg

here="build/demo"
if [ "${1:-}" = "--again" ]; then rm -rf "$here/departures" "$here/checkpoint"; fi
build/venv/bin/python examples/flights/lay_out.py "$here"

say() { printf '\n[demo] %s\n' "$*"; }

say "streaming (progress is one line a micro-batch; stop me with kill -9 and run me again)"
build/bin/thalweg sql --progress -f examples/flights/stream.sql

say "the busiest hours of what was written:"
build/bin/thalweg sql -f examples/flights/show.sql

say "compared with the same query run as a batch (rows that only one of both has):"
build/bin/thalweg sql --format csv -f examples/flights/compare.sql | tee "$here/differences.csv"
if [ "$(tail -n 1 "$here/differences.csv")" != "0,0" ]; then
  say "THE RESULTS DIFFER"
  exit 1
fi
say "the same. The result is in $here/departures, its manifest in $here/departures/_spark_metadata"
