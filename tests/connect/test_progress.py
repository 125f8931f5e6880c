"""How far executions have come."""
import pytest
from pyspark.sql import functions as F

pytestmark = pytest.mark.timeout(300)


def test_progress_tells_tasks_and_bytes(spark, tmp_path):
    path = str(tmp_path / "numbers")
    spark.range(100000).repartition(4).write.csv(path)
    heard = []
    spark.registerProgressHandler(lambda **report: heard.append(report))
    assert spark.read.schema("id LONG").csv(path).agg(F.sum("id")).collect()[0][0] == 4999950000
    stages = heard[-1]["stages"]
    assert heard[-1]["done"] and len({report["operation_id"] for report in heard}) == 1
    assert all(stage.done and stage.num_tasks == stage.num_completed_tasks for stage in stages)
    size = sum(file.stat().st_size for file in (tmp_path / "numbers").glob("part-*"))
    assert sum(stage.num_bytes_read for stage in stages) == size
    heard.clear()
    assert spark.createDataFrame([(1,)], "v INT").collect()[0].v == 1
    assert [list(report["stages"]) for report in heard] == [[]]
    spark.conf.set("spark.connect.progress.reportInterval", "0")
    heard.clear()
    spark.range(100).groupBy().count().collect()
    assert [list(report["stages"]) for report in heard] == [[]]
    spark.clearProgressHandlers()
