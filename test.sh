#!/usr/bin/env bash
# Installs what is needed, builds, and runs every test. This is what CI runs.
set -euo pipefail
cd "$(dirname "$0")"
tools/setup.sh
tools/build.sh release all bench header_check
python3 tests/structure/check_structure.py
printf '[test] running all test programs\n'
ctest --test-dir build/release --output-on-failure --timeout 1500 -j "$(nproc)"
