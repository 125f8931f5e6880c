#!/usr/bin/env bash
# Spark Connect side by side with Spark's own server. Makes a virtual environment of its own in the
# build tree. Arguments go to bench_connect.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv="build/bench-connect-venv"
if ! cmp -s "$venv/.installed" bench/connect/requirements.txt; then
  echo "[bench] installing Spark into $venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r bench/connect/requirements.txt
  cp bench/connect/requirements.txt "$venv/.installed"
fi
tools/build.sh release thalweg
exec "$venv/bin/python" -W ignore bench/connect/bench_connect.py "$@"
