"""Rows that are kept in memory."""
import threading

import pytest
from pyspark.sql import functions as F

from number_files import numbers

pytestmark = pytest.mark.timeout(300)


def chance():
    def made(value):
        import uuid
        return str(uuid.uuid4())
    return F.udf(made, "string")


def test_first_uses_at_the_same_time_compute_once(spark):
    frame = spark.range(20000).select(chance()("id").alias("u"))
    frame.persist()
    seen = [None] * 4

    def use(place):
        seen[place] = [row.u for row in frame.select("u").collect()]

    threads = [threading.Thread(target=use, args=(place,)) for place in range(len(seen))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == seen[0] for one in seen)
    frame.unpersist()
    assert [row.u for row in frame.collect()] != seen[0]


def test_the_plan_says_that_rows_are_kept(spark, capsys):
    frame = spark.range(5).select((F.col("id") + 1).alias("v"))
    frame.cache()
    frame.filter("v > 2").explain()
    assert "InMemoryTableScan" in capsys.readouterr().out
    frame.unpersist()
    frame.filter("v > 2").explain()
    assert "InMemoryTableScan" not in capsys.readouterr().out


def test_what_names_mean_may_change(spark):
    spark.range(3).createOrReplaceTempView("changing")
    frame = spark.sql("SELECT max(id) AS m FROM changing")
    frame.cache()
    assert frame.collect()[0].m == 2
    spark.range(9).createOrReplaceTempView("changing")
    assert spark.sql("SELECT max(id) AS m FROM changing").collect()[0].m == 8


def test_a_micro_batch_is_computed_once(spark, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    made = numbers(spark, str(tmp_path / "in")).select("id", chance()("id").alias("u"))

    def write(batch, epoch):
        batch.persist()
        derived = batch.filter("id >= 0").cache()
        derived.write.mode("append").parquet(one)
        derived.write.mode("append").parquet(two)
        assert batch.is_cached and derived.is_cached
        derived.unpersist()
        batch.unpersist()
        assert not batch.is_cached and not derived.is_cached

    query = (made.writeStream.foreachBatch(write).option("checkpointLocation", str(tmp_path / "c"))
             .trigger(availableNow=True).start())
    query.awaitTermination()
    left = sorted(row.u for row in spark.read.parquet(one).collect())
    assert left == sorted(row.u for row in spark.read.parquet(two).collect())
    assert len(left) == 20


def test_persisted_frames_come_and_go(spark):
    for number in range(300):
        frame = spark.range(1000).select((F.col("id") + number).alias("v")).persist()
        assert frame.count() == 1000
        frame.unpersist()
    spark.catalog.clearCache()


def test_side_by_side_in_one_query(spark):
    base = spark.createDataFrame([(1, "a"), (2, "b")], "id INT, name STRING")
    kept = base.withColumn("u", chance()("id")).cache()
    joined = kept.join(kept.select(kept.id.alias("other"), kept.u.alias("v")),
                       F.col("id") == F.col("other"))
    assert joined.filter("u <> v").count() == 0
    assert joined.count() == 2
    assert kept.select(base.id, kept["u"]).sort(base["id"]).collect()[0].id == 1
    kept.unpersist()
