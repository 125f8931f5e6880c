"""Client sessions."""
from pyspark.sql import SparkSession

# Sessions that are not collected: the oldest client shuts a thread pool of all sessions down when
# one of them is, and may wait for itself then.
_KEPT = []


def connect(url):
    session = SparkSession.builder.remote(url).create()
    _KEPT.append(session)
    return session
