#!/usr/bin/env bash
# Builds and runs the benchmarks: rates beside those of hand-written loops or limits of the same
# run, what a micro-batch costs with its syncs, start to first row, memory while waiting. Arguments
# go to every benchmark program (Google Benchmark's flags).
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh release thalweg bench
for program in build/release/bench/*_benchmark; do
  echo "== $(basename "$program")"
  "$program" "$@"
done
echo "== start_and_idle"
bench/start_and_idle.py
