"""Python table functions that fail, crash and hang, their workers, and aggregates that are refused."""
import os
import threading
import time

import pyspark
import pytest
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import Window
from pyspark.sql import functions as F

pytestmark = pytest.mark.timeout(240)


def wait_until(happens):
    deadline = time.monotonic() + 120
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert happens()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_error_names_the_line_of_the_function(spark):
    class Boom:
        def eval(self, n):
            raise ValueError(f"not {n}")

    with pytest.raises(PythonException, match="not 7") as raised:
        F.udtf(Boom, returnType="n INT")(F.lit(7)).collect()
    assert "UDTF_EXEC_ERROR" in str(raised.value)
    assert 'in eval' in str(raised.value)


def test_a_crash_fails_one_query_alone(spark):
    class Crash:
        def eval(self, n):
            os._exit(9)

    with pytest.raises(Exception, match="crashed"):
        F.udtf(Crash, returnType="n INT")(F.lit(1)).collect()

    class Alive:
        def eval(self, n):
            yield n,

    assert F.udtf(Alive, returnType="n INT")(F.lit(1)).collect() == [(1,)]


def test_a_crash_of_the_analysis_fails_one_query_alone(spark):
    class Crash:
        @staticmethod
        def analyze(n):
            os._exit(9)

        def eval(self, n):
            yield n,

    with pytest.raises(Exception, match="crashed"):
        F.udtf(Crash)(F.lit(1)).collect()
    assert spark.range(2).count() == 2


def test_an_interrupt_ends_the_worker(spark, tmp_path):
    started = tmp_path / "started"

    class Hang:
        def eval(self, n):
            with open(f"{started}.part", "w") as file:
                file.write(str(os.getpid()))
            os.rename(f"{started}.part", started)
            time.sleep(600)
            yield n,

    outcome = []

    def call():
        try:
            F.udtf(Hang, returnType="n INT")(F.lit(1)).collect()
        except Exception as error:  # noqa: BLE001
            outcome.append(str(error))

    thread = threading.Thread(target=call)
    thread.start()
    wait_until(started.exists)
    spark.interruptAll()
    thread.join(60)
    assert outcome and "OPERATION_CANCELED" in outcome[0]
    worker = int(started.read_text())
    wait_until(lambda: not is_running(worker))


def test_many_rows_pass_through(spark):
    class Spread:
        def eval(self, n: int):
            yield n,
            yield -n,

    spark.udtf.register("spread", F.udtf(Spread, returnType="n LONG"))
    found = spark.sql("SELECT count(*), sum(n), max(n) FROM range(1000), LATERAL spread(id)").collect()
    assert [tuple(row) for row in found] == [(2000, 0, 999)]


def test_a_python_aggregate_of_a_stream_is_refused(spark, tmp_path):
    import pandas as pd

    @F.pandas_udf("double")
    def middle(v: pd.Series) -> float:
        return v.median()

    frame = (spark.readStream.format("rate").load().groupBy((F.col("value") % 2).alias("k"))
             .agg(middle("value")))
    with pytest.raises(AnalysisException, match="a Python aggregate over a stream"):
        frame.writeStream.format("noop").outputMode("complete").option(
            "checkpointLocation", str(tmp_path)).start()


@pytest.mark.skipif(pyspark.__version__ < "4.2", reason="the client has no such functions")
def test_an_aggregate_over_iterators_has_no_windows(spark):
    from typing import Iterator

    import pandas as pd

    @F.pandas_udf("long")
    def total(batches: Iterator[pd.Series]) -> int:
        return int(sum(batch.sum() for batch in batches))

    with pytest.raises(AnalysisException, match="UNSUPPORTED_EXPR_FOR_WINDOW"):
        spark.range(3).select(total("id").over(Window.partitionBy("id"))).collect()
