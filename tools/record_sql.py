#!/usr/bin/env python3
"""Writes Spark's answers into SQL corpus files (tests/sql/*.test).

    python tools/record_sql.py FILE...

Runs the statements of each file in a fresh session of one real Spark and rewrites the file with
Spark's answers. Running it again changes nothing. A `query` that fails becomes `error`, an `error`
that succeeds becomes `query` or `statement`, and a `query` of several rows whose order nothing
fixes becomes `query rowsort`; each is reported. tests/sql/README.md describes the files.
"""

import os
import sys

import spark_oracle

KINDS = ("statement", "query", "query rowsort", "error")


class Block:
    """One statement of a file: its kind and its text."""

    def __init__(self, lines, where):
        if lines[0] not in KINDS:
            raise SystemExit(f"{where}: expected one of {', '.join(KINDS)}, found: {lines[0]}")
        self.kind = lines[0]
        body = lines[1:]
        end = len(body)
        for i, line in enumerate(body):
            if line == "----" or line.startswith("-- types:") or line.startswith("-- names:"):
                end = i
                break
        self.statement = "\n".join(body[:end])
        if not self.statement:
            raise SystemExit(f"{where}: a block without a statement")


def split_blocks(text):
    """(line number, lines) of each run of non-empty lines."""
    blocks, current, first = [], [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            if not current:
                first = number
            current.append(line)
        elif current:
            blocks.append((first, current))
            current = []
    if current:
        blocks.append((first, current))
    return blocks


def execute(session, statement):
    """What Spark answers: (failure, schema fields, result lines); fields are empty for commands."""
    try:
        frame = session.sql(statement)
        if not frame.columns:
            frame.collect()
            return None, [], []
        fields = frame.schema.fields
        return None, fields, spark_oracle.row_lines(spark_oracle.as_text(frame).collect())
    except spark_oracle.FAILURES as failure:
        return spark_oracle.condition_of(failure), [], []


def answer_block(session, block, where):
    """The block as text, with Spark's answer."""
    failure, fields, lines = execute(session, block.statement)
    kind = block.kind
    if failure:
        kind = "error"
    elif kind == "error":
        kind = "query" if fields else "statement"
    elif kind.startswith("query") and not fields:
        kind = "statement"
    text = block.statement.upper()
    ordered = "ORDER BY" in text or text.startswith("DESC")
    if kind == "query" and len(lines) > 1 and not ordered:
        kind = "query rowsort"
    if kind != block.kind:
        print(f"{where}: {block.kind} became {kind}: {block.statement!r} {failure or ''}")
    out = [kind, block.statement]
    if kind == "error":
        out += ["----", f"{failure[0]} {failure[1]}"]
    elif kind != "statement":
        types = ", ".join(field.dataType.simpleString() for field in fields)
        names = ", ".join(spark_oracle.escape(field.name) for field in fields)
        out += [f"-- types: {types}", f"-- names: {names}", "----"]
        out += sorted(lines) if kind == "query rowsort" else lines
    return "\n".join(out)


def record(spark, path):
    """Rewrites one file; returns (statements, errors)."""
    with open(path, encoding="utf-8", newline="") as file:
        before = file.read()
    session = spark.newSession()
    out, header, statements, errors = [], [], 0, 0
    for number, lines in split_blocks(before):
        where = f"{os.path.basename(path)}:{number}"
        if all(line.startswith("--") for line in lines):
            for line in lines:
                if line.startswith("-- conf "):
                    key, value = line[len("-- conf "):].split("=", 1)
                    session.conf.set(key.strip(), value.strip())
            lines = [line for line in lines if not line.startswith("-- recorded from ")]
            if not out:
                header += lines
            elif lines:
                out.append("\n".join(lines))
            continue
        block = answer_block(session, Block(lines, where), where)
        statements += 1
        errors += block.startswith("error\n")
        out.append(block)
    head = "\n".join([f"-- recorded from Spark {spark.version}"] + header)
    after = "\n\n".join([head] + out) + "\n"
    if after != before:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(after)
        old, new = set(before.split("\n\n")), after.split("\n\n")
        changed = sum(1 for block in new if block not in old)
        print(f"{path}: {changed} blocks changed")
    print(f"{path}: {statements} statements, {errors} errors")
    return statements, errors


def main():
    paths = [os.path.abspath(path) for path in sys.argv[1:]]
    if not paths:
        raise SystemExit(__doc__)
    spark = spark_oracle.open_session()
    total = [record(spark, path) for path in paths]
    statements, errors = sum(t[0] for t in total), sum(t[1] for t in total)
    print(f"{len(total)} files, {statements} statements, {errors} errors")
    spark.stop()


if __name__ == "__main__":
    main()
