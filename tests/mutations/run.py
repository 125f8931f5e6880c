#!/usr/bin/env python3
"""Deliberate bugs that the tests must catch.

usage: run.py [--check] [--scratch DIR] [NAME...]

Each *.patch beside this file puts one bug into the engine. Its head says which bug, and in lines
"Caught-by: PROGRAM ARGUMENTS" which test programs must fail with it. All patches, or those whose
names contain one of NAME, are tried on a copy of the tree in DIR (build/mutations if not given) that
has a build directory of its own: a second time only what a patch touches is built anew. First the
programs must pass without any patch. Exit code 1 if a bug gets past its tests.

--check: says only whether every patch still applies; changes and builds nothing.
"""

import argparse
import pathlib
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent


class Mutation:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        head = path.read_text(encoding="utf-8").split("\n--- ", 1)[0]
        self.tests = re.findall(r"^Caught-by: (.+)$", head, re.MULTILINE)
        if not self.tests:
            raise ValueError(f"{path}: no line Caught-by")

    def apply(self, tree, *options):
        return subprocess.run(["git", "apply", *options, str(self.path)], cwd=tree, check=False,
                              capture_output=True, text=True)


def check(mutations):
    failed = 0
    for mutation in mutations:
        outcome = mutation.apply(TREE, "--check")
        if outcome.returncode != 0:
            failed += 1
            print(f"[mutations] {mutation.name} does not apply:\n{outcome.stderr}")
    print(f"[mutations] {len(mutations)} patches, {failed} do not apply")
    return 1 if failed else 0


class Scratch:
    """A copy of the tree with its own build directory."""

    def __init__(self, directory):
        self.directory = directory
        self.build = directory / "build/release"

    def prepare(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.directory.resolve() != TREE:
            subprocess.run(["rsync", "-a", "--delete", "--checksum", "--exclude=/build",
                            "--exclude=/.git", f"{TREE}/", f"{self.directory}/"], check=True)
        if not (self.build / "build.ninja").exists():
            subprocess.run(["cmake", "--preset", "release",
                            f"-DTHALWEG_VENV={TREE / 'build/venv'}"],
                           cwd=self.directory, check=True, stdout=subprocess.DEVNULL)

    def make(self, programs):
        outcome = subprocess.run(
            ["cmake", "--build", "build/release", "--target", *sorted(programs)],
            cwd=self.directory, capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise RuntimeError(outcome.stdout[-3000:] + outcome.stderr[-3000:])

    def passes(self, test):
        words = shlex.split(test)
        words[0] = str(self.build / "tests" / words[0])
        try:
            outcome = subprocess.run(words, cwd=self.directory, capture_output=True, timeout=900,
                                     check=False)
        except subprocess.TimeoutExpired:
            return False
        return outcome.returncode == 0


def programs_of(mutations):
    return {test.split()[0] for mutation in mutations for test in mutation.tests}


def try_one(scratch, mutation):
    """The tests that noticed the bug."""
    applied = mutation.apply(scratch.directory)
    if applied.returncode != 0:
        raise RuntimeError(f"{mutation.name} does not apply: {applied.stderr}")
    try:
        scratch.make(programs_of([mutation]))
        return [test for test in mutation.tests if not scratch.passes(test)]
    finally:
        mutation.apply(scratch.directory, "--reverse")


def run(mutations, scratch):
    scratch.prepare()
    scratch.make(programs_of(mutations))
    for test in sorted({test for mutation in mutations for test in mutation.tests}):
        if not scratch.passes(test):
            print(f"[mutations] {test} fails without any bug")
            return 1
    escaped = []
    for mutation in mutations:
        begin = time.monotonic()
        caught = try_one(scratch, mutation)
        print(f"[mutations] {mutation.name}: "
              + (f"caught by {', '.join(caught)}" if caught else "NOT CAUGHT")
              + f" ({time.monotonic() - begin:.0f} s)", flush=True)
        if len(caught) < len(mutation.tests):
            escaped.append(mutation.name)
    scratch.make(programs_of(mutations))
    print(f"[mutations] {len(mutations) - len(escaped)} of {len(mutations)} caught")
    return 1 if escaped else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--scratch", type=pathlib.Path, default=TREE / "build/mutations")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    mutations = [Mutation(path) for path in sorted(HERE.glob("*.patch"))
                 if not arguments.names or any(name in path.stem for name in arguments.names)]
    if not mutations:
        print("[mutations] no such patch")
        return 2
    return check(mutations) if arguments.check else run(mutations, Scratch(arguments.scratch))


if __name__ == "__main__":
    sys.exit(main())
