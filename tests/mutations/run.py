#!/usr/bin/env python3
"""Deliberate bugs that the tests must catch.

usage: run.py [--check] [--scratch DIR] [NAME...]

Each *.patch beside this file puts one bug into the engine. Its head says which bug, and in lines
"Caught-by: PROGRAM ARGUMENTS" which test programs must fail with it. All patches, or those whose
names contain one of NAME, are tried on a copy of the tree in DIR (build/mutations if not given) that
has a build directory of its own: a second time only what a patch touches is built anew. Without any
patch the programs must pass, the campaigns at least the seeds that have found a bug.

What becomes of a bug:
  caught by faults  only where something fails does it show: what the campaigns are for
  caught plainly    a run without faults, or a test that injects none, fails already
  not caught        all of its tests pass
  not decided       a test took too long, so that nothing is known
  error             the patch does not apply, or what it makes does not compile

Exit code 0 if all are caught, 1 if one is not, 2 if one is an error or not decided or the programs
fail without any. The table at the
end is Markdown, for README.md beside this file.

--check: says only whether every patch still applies; changes and builds nothing.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
CAMPAIGN = "fault_campaign_test"
WITHOUT_FAULTS = f"{CAMPAIGN} --no-faults --runs 100"
SECONDS = 1200
EXIT_OF_A_HANG = 3  # of the campaign: a seed took too long
PLAIN_FAILURE = "the run without faults"


class BrokenMutation(Exception):
    """A patch that does not apply or does not compile."""


class Mutation:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        head = path.read_text(encoding="utf-8").split("\n--- ", 1)[0]
        self.tests = re.findall(r"^Caught-by: (.+)$", head, re.MULTILINE)
        if not self.tests:
            raise ValueError(f"{path}: no line Caught-by")

    def apply(self, tree, *options):
        # Below a directory of a repository git would pass over all files without a word.
        environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(tree.resolve().parent))
        return subprocess.run(["git", "apply", *options, str(self.path)], cwd=tree, check=False,
                              capture_output=True, text=True, env=environment)

    def programs(self):
        return {test.split()[0] for test in self.tests}

    def uses_faults(self):
        return CAMPAIGN in self.programs()


@dataclasses.dataclass
class Outcome:
    """Of one run of one test: "passed", "failed" or "not decided", and where it failed."""
    state: str
    where: str = ""
    plainly: bool = False
    seeds: int = 0  # that were played until it failed


@dataclasses.dataclass
class Row:
    """Of the table: what has become of one mutation."""
    name: str
    verdict: str
    test: str
    where: str
    seconds: float
    seeds: int = 0


def read_outcome(test, returncode, output):
    if returncode == 0:
        return Outcome("passed")
    if test.split()[0] != CAMPAIGN:
        failed = re.search(r"^\[  FAILED  \] ([^\s,]+)", output, re.MULTILINE)
        return Outcome("failed", failed.group(1) if failed else f"exit {returncode}", True)
    if returncode == EXIT_OF_A_HANG:
        return Outcome("not decided", "a seed took too long")
    if returncode < 0:
        return Outcome("failed", f"died of signal {-returncode}")
    first = re.search(r"^\[campaign\] seed (\d+), number (\d+):.*", output, re.MULTILINE)
    if not first:
        return Outcome("failed", f"exit {returncode}: no seed fails", True)
    problem = re.search(r"^  PROBLEM (.*)$", output[first.start():], re.MULTILINE)
    plainly = problem is not None and problem.group(1).startswith(PLAIN_FAILURE)
    return Outcome("failed", f"seed {first.group(1)}, after {first.group(2)}", plainly,
                   int(first.group(2)))


def check(mutations):
    failed = 0
    for mutation in mutations:
        outcome = mutation.apply(TREE, "--check")
        if outcome.returncode != 0:
            failed += 1
            print(f"[mutations] {mutation.name} does not apply:\n{outcome.stderr}")
    print(f"[mutations] {len(mutations)} patches, {failed} do not apply")
    return 1 if failed else 0


def files_of(tree):
    """Relative paths of all files but those of build directories and of git."""
    found = set()
    for directory, names, files in os.walk(tree):
        if pathlib.Path(directory) == tree:
            names[:] = [name for name in names if name not in ("build", ".git")]
        found.update(pathlib.Path(directory, name).relative_to(tree) for name in files)
    return found


def copy_tree(source, target):
    """Makes `target` like `source`; what is the same already keeps its time."""
    wanted = files_of(source)
    for path in files_of(target) - wanted:
        (target / path).unlink()
    for path in wanted:
        new = target / path
        if new.exists() and new.read_bytes() == (source / path).read_bytes():
            continue
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, new)


class Scratch:
    """A copy of the tree with its own build directory."""

    def __init__(self, directory):
        self.directory = directory
        self.build = directory / "build/release"

    def prepare(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.directory.resolve() != TREE:
            copy_tree(TREE, self.directory)
        if not (self.build / "build.ninja").exists():
            subprocess.run(["cmake", "--preset", "release",
                            f"-DTHALWEG_VENV={TREE / 'build/venv'}"],
                           cwd=self.directory, check=True, stdout=subprocess.DEVNULL)

    def make(self, programs):
        outcome = subprocess.run(
            ["cmake", "--build", "build/release", "--target", *sorted(programs)],
            cwd=self.directory, capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise BrokenMutation(outcome.stdout[-3000:] + outcome.stderr[-3000:])

    def outcome(self, test, *more):
        words = [*shlex.split(test), *more]
        words[0] = str(self.build / "tests" / words[0])
        try:
            done = subprocess.run(words, cwd=self.directory, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return Outcome("not decided", f"more than {SECONDS} s")
        return read_outcome(test, done.returncode, done.stdout.decode(errors="replace"))


def programs_of(mutations):
    return set().union(*(mutation.programs() for mutation in mutations))


def judge(scratch, mutation):
    """Verdict, test and outcome of the first of its tests that does not fail, or of the last one."""
    if mutation.uses_faults():
        plain = scratch.outcome(WITHOUT_FAULTS, "--first")
        if plain.state == "failed":
            return "caught plainly", WITHOUT_FAULTS, plain
    for test in mutation.tests:
        at_first = "--first" if test.split()[0] == CAMPAIGN else "--gtest_fail_fast"
        outcome = scratch.outcome(test, at_first)
        if outcome.state == "passed":
            return "NOT CAUGHT", test, outcome
        if outcome.state == "not decided":
            return "not decided", test, outcome
    return "caught plainly" if outcome.plainly else "caught by faults", test, outcome


def try_one(scratch, mutation):
    begin = time.monotonic()
    try:
        applied = mutation.apply(scratch.directory)
        if applied.returncode != 0:
            raise BrokenMutation(f"does not apply: {applied.stderr}")
        try:
            scratch.make(mutation.programs())
            begin = time.monotonic()
            verdict, test, outcome = judge(scratch, mutation)
        finally:
            mutation.apply(scratch.directory, "--reverse")
    except BrokenMutation as problem:
        print(f"[mutations] {mutation.name}: {problem}", flush=True)
        verdict, test, outcome = "ERROR", "", Outcome("error", "see above")
    return Row(mutation.name, verdict, test, outcome.where, time.monotonic() - begin,
               outcome.seeds)


def passes_without_bugs(rows, scratch):
    """Whether what has failed with a bug passes without."""
    seeds = {}
    for row in rows:
        seeds[row.test] = max(seeds.get(row.test, 0), row.seeds)
    passes = True
    for test, number in sorted(seeds.items()):
        if not test:
            continue
        # The last --runs counts. Seeds that are known come first: so this is a few more.
        outcome = scratch.outcome(test, *(["--runs", str(number)] if number else []))
        if outcome.state != "passed":
            print(f"[mutations] {test} without any bug: {outcome.state} {outcome.where}")
            passes = False
    return passes


def print_table(rows):
    print("\n| mutation | outcome | test | where | seconds |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.verdict} | `{row.test}` | {row.where} | {row.seconds:.0f} |")
    for verdict in ("caught by faults", "caught plainly", "NOT CAUGHT", "not decided", "ERROR"):
        count = sum(row.verdict == verdict for row in rows)
        print(f"[mutations] {verdict}: {count} of {len(rows)}")


def run(mutations, scratch):
    scratch.prepare()
    rows = []
    for mutation in mutations:
        rows.append(try_one(scratch, mutation))
        print(f"[mutations] {mutation.name}: {rows[-1].verdict}: {rows[-1].test} {rows[-1].where} "
              f"({rows[-1].seconds:.0f} s)", flush=True)
    scratch.make(programs_of(mutations))
    passes = passes_without_bugs(rows, scratch)
    print_table(rows)
    verdicts = {row.verdict for row in rows}
    if not passes or verdicts & {"ERROR", "not decided"}:
        return 2
    return 1 if "NOT CAUGHT" in verdicts else 0


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
