#!/usr/bin/env bash
# Configures and builds one preset (default: release). Arguments after the preset are targets.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
preset="${1:-release}"
shift || true
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR="$root"
# What a header says counts, not what is left of it without comments: a precompiled header that was
# made of other comments does not know its headers again.
export CCACHE_DEPEND=1
cd "$root"
printf '[build] preset %s\n' "$preset"
if [ ! -f "build/$preset/build.ninja" ]; then cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 ||
  { cat "build/$preset.configure.log" >&2; exit 1; }; fi
targets=()
for target in "$@"; do targets+=(--target "$target"); done
cmake --build "build/$preset" "${targets[@]}" -- -k 0 | grep -v '^\[' || test "${PIPESTATUS[0]}" -eq 0
