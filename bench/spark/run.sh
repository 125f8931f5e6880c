#!/usr/bin/env bash
# Side by side with Spark (streaming) and DuckDB (batch): same files, same queries, 2 threads each.
# Makes a virtual environment of its own in the build tree. Arguments go to bench_spark.py; with
# "stateful" in front to bench_stateful.py, which compares with Spark alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="build/bench-venv"
if [ ! -f "$venv/.installed" ]; then
  echo "[bench] installing Spark and DuckDB into $venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check pyspark==4.3.0 duckdb pyarrow==26.0.1
  touch "$venv/.installed"
fi
tools/build.sh release thalweg statement_runner
program="bench_spark.py"
if [ "${1:-}" = "stateful" ]; then
  program="bench_stateful.py"
  shift
fi
exec "$venv/bin/python" "bench/spark/$program" "$@"
