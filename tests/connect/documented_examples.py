#!/usr/bin/env python3
"""Runs the examples in PySpark's own documentation against the server and compares what they print.

usage: documented_examples.py [--write] MODULE...

The examples come with the stock client, their results from Spark. Those that do not come out are
listed, with the reason, in documented_examples.txt: an example that fails without being listed
fails the test, and so does one that is listed and passes. `--write` prints the lines of the list
for what fails now.
"""
import doctest
import importlib
import logging
import os
import pathlib
import sys
import tempfile

from pyspark.sql import SparkSession

import server

LIST = pathlib.Path(__file__).with_name("documented_examples.txt")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def read_list():
    """Names of examples to why they fail; those that come out only sometimes are marked '?'."""
    known = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            known[name] = reason.strip()
    return known


def run_module(module_name, spark):
    """The names of the examples of a module to what was wrong, empty for those that came out."""
    module = importlib.import_module(module_name)
    outcomes = {}
    for test in doctest.DocTestFinder().find(module, module_name, globs={**vars(module)}):
        if not test.examples:
            continue
        test.globs["spark"] = spark
        said = []
        runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
        runner.run(test, out=said.append)
        outcomes[test.name] = "".join(said)
        spark.catalog.clearCache()
    return outcomes


def main():
    arguments = sys.argv[1:]
    writes = arguments[:1] == ["--write"]
    known = {} if writes else read_list()
    wrong = 0
    # Of each error that an example is about.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        # One worker: the rows of many examples are in the order in which they came.
        running = server.Server(directory, "-c", "thalweg.execution.workers=1")
        spark = SparkSession.builder.remote(running.url).getOrCreate()
        for module in arguments[1:] if writes else arguments:
            outcomes = run_module(module, spark)
            failed = {name for name, said in outcomes.items() if said}
            for name in sorted(failed - set(known)):
                wrong += 1
                print(name if writes else f"{name} fails:\n{outcomes[name]}")
            for name, reason in known.items():
                if name in outcomes and name not in failed and not reason.startswith("?"):
                    wrong += 1
                    print(f"{name} is listed, but comes out: take it off the list")
            print(f"{module}: {len(outcomes) - len(failed)} of {len(outcomes)} examples come out",
                  file=sys.stderr)
        spark.stop()
        running.stop()
        os.chdir("/")
    return 0 if writes or wrong == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
