"""A table stays what it was until the one that replaces it is complete. Spark loses it."""
import pytest
from pyspark.sql import functions as F


def failing(spark):
    return spark.range(100).select(
        F.when(F.col("id") < 99, F.col("id")).otherwise(F.raise_error("no").cast("long")).alias("id"))


@pytest.fixture
def table(spark):
    spark.range(10).write.mode("overwrite").saveAsTable("survivor")
    yield "survivor"
    spark.sql("DROP TABLE IF EXISTS survivor")


@pytest.mark.parametrize("replace", [
    lambda frame, name: frame.write.mode("overwrite").saveAsTable(name),
    lambda frame, name: frame.write.mode("overwrite").format("json").saveAsTable(name),
    lambda frame, name: frame.writeTo(name).using("parquet").createOrReplace(),
    lambda frame, name: frame.writeTo(name).using("parquet").replace(),
])
def test_a_write_that_fails_leaves_the_table(spark, table, replace):
    with pytest.raises(Exception, match="no"):
        replace(failing(spark), table)
    assert [row[0] for row in spark.table(table).orderBy("id").collect()] == list(range(10))
    replace(spark.range(3), table)
    assert [row[0] for row in spark.table(table).orderBy("id").collect()] == [0, 1, 2]


def test_a_table_may_be_replaced_by_what_is_read_from_it(spark, table):
    spark.table(table).where("id > 6").writeTo(table).using("json").createOrReplace()
    assert sorted(row[0] for row in spark.table(table).collect()) == [7, 8, 9]
