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
case "${1:-}" in
  "") ;;
  --again)
    # Moved first: whatever is killed here, the next run finds a checkpoint whole or not at all.
    for name in checkpoint departures; do
      if [ -e "$here/$name" ]; then mv "$here/$name" "$here/old.$name.$$"; fi
    done
    rm -rf "$here"/old.*
    ;;
  *)
    echo "usage: ./demo.sh [--again]" >&2
    exit 2
    ;;
esac
build/venv/bin/python examples/flights/lay_out.py "$here"

say() { printf '\n[demo] %s\n' "$*"; }
batches() { { find "$here/checkpoint/commits" -name '[0-9]*' 2>/dev/null || true; } | wc -l; }

before="$(batches)"
if [ "$before" -eq 0 ]; then
  say "streaming, a line for each micro-batch (kill -9 me at any moment and run me again)"
else
  say "going on behind the $before micro-batches of earlier runs (./demo.sh --again starts from nothing)"
fi
build/bin/thalweg sql --progress -f examples/flights/stream.sql
if [ "$(batches)" -eq "$before" ]; then say "there was nothing new to read"; fi

say "the busiest hours (UTC) of what was written:"
build/bin/thalweg sql -f examples/flights/show.sql

say "compared with the same query run as a batch, row by row:"
build/bin/thalweg sql --format csv -f examples/flights/compare.sql | tee "$here/differences.csv"
if ! tail -n 1 "$here/differences.csv" | grep -qE '^[1-9][0-9]*,0,0$'; then
  say "THE RESULTS DIFFER"
  exit 1
fi
say "the same: every row once. They are in $here/departures; $here/departures/_spark_metadata says which files count"
