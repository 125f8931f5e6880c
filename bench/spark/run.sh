#!/usr/bin/env bash
# Side by side with Spark (streaming) and DuckDB (batch): same files, same queries, 2 threads each.
# Makes a virtual environment of its own in the build tree. Arguments go to bench_spark.py; with
# "stateful" in front to bench_stateful.py, which compares with Spark alone, after the engine's own
# figures of state: latency, recovery, snapshots and memory, many queries.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="build/bench-venv"
if [ ! -f "$venv/.installed" ]; then
  echo "[bench] installing Spark and DuckDB into $venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check pyspark==4.3.0 duckdb pyarrow==26.0.1
  touch "$venv/.installed"
fi
program="bench_spark.py"
own=()
if [ "${1:-}" = "stateful" ]; then
  program="bench_stateful.py"
  own=(latency_benchmark recovery_benchmark snapshot_benchmark many_queries_benchmark)
  shift
fi
tools/build.sh release thalweg statement_runner "${own[@]}"
for name in "${own[@]}"; do
  echo "== $name"
  "build/release/bench/$name"
done
exec "$venv/bin/python" "bench/spark/$program" "$@"
