"""Writes of partitions that come to nothing."""
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F



def failing(spark, rows=40, partitions=4):
    """The last partition fails at its last row, when the others have been written."""
    value = F.when(F.col("id") == rows - 1, F.raise_error(F.lit("the last row"))).otherwise(F.col("id"))
    return spark.range(0, rows, 1, 2).repartitionByRange(partitions, "id").select(value.alias("v"))


@pytest.mark.parametrize("rows", [40, 100_000])
def test_a_write_that_fails_leaves_no_file(spark, tmp_path, rows):
    target = tmp_path / "out"
    with pytest.raises(PySparkException, match="the last row"):
        failing(spark, rows).write.parquet(str(target))
    assert not list(target.rglob("part-*")) and not (target / "_SUCCESS").exists()


def test_an_append_that_fails_leaves_what_was_there(spark, tmp_path):
    target = tmp_path / "out"
    spark.range(5).write.parquet(str(target))
    before = sorted(path.name for path in target.iterdir())
    with pytest.raises(PySparkException, match="the last row"):
        failing(spark).write.mode("append").parquet(str(target))
    assert sorted(path.name for path in target.iterdir()) == before
    assert spark.read.parquet(str(target)).count() == 5
