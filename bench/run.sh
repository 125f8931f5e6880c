#!/usr/bin/env bash
# Builds and runs the benchmarks; each prints its rate and the ratio to a hand-written loop or limit
# measured in the same run. Arguments go to every program (Google Benchmark's flags).
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh release bench
for program in build/release/bench/*_benchmark; do
  echo "== $(basename "$program")"
  "$program" "$@"
done
