"""What both recorders need from real Spark: a session, cells as text, conditions of failures."""

import logging
import os
import tempfile

from py4j.java_gateway import is_instance_of
from py4j.protocol import Py4JJavaError
from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType

FAILURES = (PySparkException, Py4JJavaError)


def open_session(settings=None):
    """One local Spark with the fixed settings of the corpora, working in a temporary directory."""
    scratch = tempfile.mkdtemp(prefix="spark_oracle_")
    os.chdir(scratch)
    builder = (
        SparkSession.builder.master("local[1]")
        .config("spark.api.mode", "classic")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", os.path.join(scratch, "warehouse"))
    )
    for key, value in (settings or {}).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    return spark


def escape(text):
    """A cell, a name or a type as one field of a TAB-separated line."""
    return (
        text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    )


ANSI = "spark.sql.ansi.enabled"


def as_text(frame):
    """The same rows with every column cast to STRING by Spark (BINARY as hex digits).

    By the casts of ANSI mode, whatever the mode of the session: without it small decimals would come
    out with an exponent.
    """
    conf = frame.sparkSession.conf
    mode = conf.get(ANSI)
    conf.set(ANSI, "true")
    try:
        return cast_to_text(frame)
    finally:
        conf.set(ANSI, mode)


def cast_to_text(frame):
    fields = frame.schema.fields
    renamed = frame.toDF(*[f"c{i}" for i in range(len(fields))])
    columns = []
    for i, field in enumerate(fields):
        column = F.col(f"c{i}")
        is_binary = isinstance(field.dataType, BinaryType)
        columns.append((F.hex(column) if is_binary else column.cast("string")).alias(f"c{i}"))
    return renamed.select(*columns)


def row_lines(rows):
    """Collected rows of `as_text` as lines: cells joined by TAB."""

    def cell(value):
        if value is None:
            return "NULL"
        return escape(value) if value else "(empty)"

    return ["\t".join(cell(value) for value in row) for row in rows]


def condition_of(failure):
    """(condition name, SQLSTATE) of a failure; the first link of the cause chain that names one."""
    if isinstance(failure, PySparkException) and failure.getCondition():
        return failure.getCondition(), failure.getSqlState() or "-"
    link = getattr(failure, "_origin", None) or getattr(failure, "java_exception", None)
    while link is not None:
        found = condition_of_java(link)
        if found:
            return found
        link = link.getCause()
    return f"({type(failure).__name__})", "-"


def condition_of_java(throwable):
    """(condition name, SQLSTATE) of a Java exception, or None if it names none."""
    if not is_instance_of(SparkContext._gateway, throwable, "org.apache.spark.SparkThrowable"):
        return None
    name = throwable.getCondition()
    return (name, throwable.getSqlState() or "-") if name else None
