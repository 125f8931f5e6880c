"""Thalweg for Python: a server on this machine for the Spark Connect client of PySpark.

    from pyspark.sql import SparkSession
    from thalweg import Server

    with Server() as server:
        spark = SparkSession.builder.remote(server.url).getOrCreate()
        spark.range(3).show()
"""
from thalweg.program import find_program
from thalweg.server import Server, ServerError

__all__ = ["Server", "ServerError", "find_program"]
