#!/usr/bin/env python3
"""Runs clang-tidy with the tree's .clang-tidy over the sources of a build.

usage: tidy.py [BUILD_DIRECTORY] [PATTERN...]

BUILD_DIRECTORY (build/release) is configured already. Only sources whose path holds one of the
patterns are checked; without patterns all are. TIDY_JOBS says how many run at once (1).

The build's commands are for GCC: its precompiled header and the launcher are taken out of them.
Exits 1 if there is a finding.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TIDY = "clang-tidy-14"


def without_precompiled_header(words):
    """Arguments without `-include .../cmake_pch.hxx` and what only GCC knows."""
    kept = []
    for word in words:
        if kept and kept[-1] == "-include" and word.endswith("cmake_pch.hxx"):
            kept.pop()
        elif word not in {"-Winvalid-pch", "-fpch-preprocess"}:
            kept.append(word)
    return kept


def clang_commands(build, patterns):
    """The entries of the build's compile_commands.json for sources of the tree."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        file = pathlib.Path(entry["directory"], entry["file"])
        if build in file.parents or file.name == "pch.cc":
            continue
        if patterns and not any(pattern in str(file.relative_to(ROOT)) for pattern in patterns):
            continue
        words = shlex.split(entry["command"])
        if pathlib.Path(words[0]).name == "ccache":
            words = words[1:]
        yield {"directory": entry["directory"], "file": str(file),
               "arguments": without_precompiled_header(words)}


def findings(database, file):
    """Text of the findings in one source; empty when there is none."""
    process = subprocess.run([TIDY, "-p", str(database), "--quiet", str(file)], cwd=ROOT,
                             capture_output=True, text=True)
    if process.returncode == 0:
        return ""
    noise = re.compile(r"^\d+ warnings? .*generated|^Suppressed |^Use -header-filter")
    lines = [line for line in (process.stdout + process.stderr).splitlines() if not noise.match(line)]
    return "\n".join(lines) + "\n"


def main():
    if shutil.which(TIDY) is None:
        sys.exit(f"{TIDY} is not installed: apt-get install {TIDY}")
    arguments = sys.argv[1:]
    build = ROOT / (arguments.pop(0) if arguments and "build/" in arguments[0] else "build/release")
    entries = {entry["file"]: entry for entry in clang_commands(build, arguments)}
    database = build / "tidy"
    database.mkdir(exist_ok=True)
    (database / "compile_commands.json").write_text(json.dumps(list(entries.values())))
    count = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("TIDY_JOBS", "1"))) as pool:
        for text in pool.map(lambda file: findings(database, file), sorted(entries)):
            count += bool(text)
            print(text, end="", flush=True)
    print(f"[tidy] {len(entries)} sources, {count} with findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
