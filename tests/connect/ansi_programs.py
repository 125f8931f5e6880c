"""Programs without `spark.sql.ansi.enabled`. See programs.py."""
import datetime
import decimal

from pyspark.sql import functions as F

from plan_programs import attempt
from programs import program, rows

ANSI = "spark.sql.ansi.enabled"


def lenient(spark):
    spark.conf.set(ANSI, False)
    return spark.createDataFrame([("1", 2147483647, 0), ("x", -5, 2), (None, None, None)],
                                 "text STRING, number INT, divisor INT")


def answers(frame, columns):
    """Values and types of each column alone."""
    return [attempt(lambda one=one: [frame.select(one).schema.simpleString(),
                                     frame.select(one).schema.fields[0].nullable,
                                     rows(frame.select(one))]) for one in columns]


@program
def columns_without_ansi_mode(spark):
    frame = lenient(spark)
    a = frame
    return [spark.conf.get(ANSI)] + answers(frame, [
        a.text.cast("int").alias("c"), (a.number + 1).alias("c"), (a.number * a.number).alias("c"),
        (a.number / a.divisor).alias("c"), (a.number % a.divisor).alias("c"), (-a.number).alias("c"),
        (a.text + 1).alias("c"), (a.text == a.divisor).alias("c"), (a.text > 0).alias("c"),
        a.text.isin(1, 2).alias("c"), F.when(a.divisor == 0, a.text).otherwise(a.number).alias("c"),
        F.coalesce(a.text, a.number).alias("c"), F.to_date(a.text).alias("c"),
        F.array(a.text, a.number).alias("c"), F.array(a.text)[a.number].alias("c"),
        F.element_at(F.array(a.text), a.number).alias("c"), F.size(F.split(a.text, ",")).alias("c"),
        F.round(a.number, -1).alias("c"), F.lit(True).cast("timestamp").cast("double").alias("c"),
        F.lit(datetime.date(2020, 1, 1)).cast("int").alias("c"), F.hex(F.lit(258).cast("binary")).alias("c"),
        (F.lit(decimal.Decimal("0.0000001")).cast("string")).alias("c"), F.greatest(a.text, a.number).alias("c"),
        a.number.try_cast("tinyint").alias("c"), a.number.cast("tinyint").alias("c"),
        F.try_divide(a.number, a.divisor).alias("c"), F.expr("text + interval 1 day").alias("c"),
        F.decode(a.text, "UTF-8").alias("c"), F.expr("decode(text, 1, 'one', 'other')").alias("c"),
    ])


@program
def frames_without_ansi_mode(spark):
    frame = lenient(spark)
    numbers = spark.createDataFrame([(1, "a"), (2, "b")], "k INT, v STRING")
    totals = spark.createDataFrame([(9223372036854775807,), (1,)], "n BIGINT")
    return [attempt(lambda one=one: [one().schema.simpleString(), rows(one())]) for one in [
        lambda: frame.filter("text = 1"), lambda: frame.filter("text"), lambda: frame.filter(frame.text == 1),
        lambda: frame.join(numbers, frame.text == numbers.k), lambda: frame.join(numbers, frame.text == numbers.k, "left_anti"),
        lambda: frame.select("text").union(frame.select("number")), lambda: frame.select("text").unionByName(
            frame.select(F.col("number").alias("text"))),
        lambda: totals.agg(F.sum("n")), lambda: totals.agg(F.avg("n")), lambda: frame.agg(F.sum("text"), F.max("text")),
        lambda: frame.fillna("7").orderBy("text"), lambda: frame.replace("x", "9").select(F.col("text").cast("int")),
        lambda: frame.unpivot([], ["number", "divisor"], "n", "v").orderBy("n", "v"),
        lambda: frame.groupBy(F.col("text").cast("int").alias("t")).count().orderBy("t"),
        lambda: frame.selectExpr("sum(number) OVER (ORDER BY text) AS s"),
    ]]


@program
def the_mode_that_counts(spark):
    """Of views that when they were made, of kept rows that when they were computed."""
    frame = lenient(spark).selectExpr("CAST(text AS INT) AS c", "divisor / 0 AS q")
    frame.createOrReplaceTempView("lenient_view")
    frame.persist()
    kept = rows(frame)
    spark.sql("CREATE OR REPLACE TEMPORARY VIEW lenient_sql AS SELECT 1 / 0 AS q")
    spark.conf.set(ANSI, True)
    strict = [attempt(lambda: rows(frame)), attempt(lambda: rows(spark.table("lenient_view"))),
              attempt(lambda: rows(spark.table("lenient_sql"))), attempt(lambda: rows(spark.sql("SELECT 1 / 0")))]
    spark.conf.unset(ANSI)
    frame.unpersist()
    return [kept, strict, spark.conf.get(ANSI)]


@program
def inserts_without_ansi_mode(spark):
    """What a table takes is another setting's matter."""
    spark.conf.set(ANSI, False)
    spark.sql("CREATE TABLE ansi_sink (i INT, s STRING) USING parquet")
    made = [attempt(lambda text=text: rows(spark.sql(text))) for text in [
        "INSERT INTO ansi_sink VALUES (1, 2)", "INSERT INTO ansi_sink VALUES ('3', 'x')",
        "INSERT INTO ansi_sink SELECT CAST('x' AS INT), 'y'", "INSERT INTO ansi_sink VALUES (3000000000, 'big')",
        "INSERT INTO ansi_sink SELECT 1 / 0, 'q'"]]
    made.append(rows(spark.sql("SELECT * FROM ansi_sink").orderBy("i", "s")))
    spark.sql("DROP TABLE ansi_sink")
    return made


@program
def a_stream_without_ansi_mode(spark):
    """A query keeps the mode that it was started with."""
    spark.conf.set(ANSI, False)
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    stream = (spark.readStream.format("rate-micro-batch").option("rowsPerBatch", 3).option("numPartitions", 1)
              .load().selectExpr("value % 2 AS k", "CAST(concat('x', value) AS INT) AS c", "value / 0 AS q"))
    query = (stream.groupBy("k").agg(F.count("c").alias("c"), F.count("q").alias("q"), F.max("q").alias("m"))
             .writeStream.format("memory").queryName("ansi_stream").outputMode("complete")
             .trigger(availableNow=True).start())
    spark.conf.set(ANSI, True)
    query.awaitTermination()
    answer = rows(spark.table("ansi_stream").select("c", "q", "m").distinct())
    return [answer, query.exception() is None]


@program
def partitions_and_defaults_without_ansi_mode(spark):
    """What is assigned goes by ANSI rules: partitions, defaults and the columns of to()."""
    from pyspark.sql.types import IntegerType, StructField, StructType
    spark.conf.set(ANSI, False)
    spark.sql("CREATE TABLE ansi_parts (a INT, p INT) USING parquet PARTITIONED BY (p)")
    spark.sql("CREATE TABLE ansi_small (a INT, p DECIMAL(10, 8)) USING parquet PARTITIONED BY (p)")
    made = [attempt(lambda text=text: rows(spark.sql(text))) for text in [
        "INSERT INTO ansi_parts PARTITION (p='abc') VALUES (1)",
        "INSERT INTO ansi_parts PARTITION (p='7') VALUES (1)", "SELECT * FROM ansi_parts",
        "INSERT INTO ansi_small PARTITION (p=0.00000001) VALUES (1)",
        "INSERT OVERWRITE ansi_small PARTITION (p=0.00000001) VALUES (2)",
        "SELECT * FROM ansi_small"]]
    spark.sql("DROP TABLE ansi_parts")
    spark.sql("DROP TABLE ansi_small")
    narrow = StructType([StructField("id", IntegerType())])
    return made + [attempt(lambda: rows(spark.range(3000000000, 3000000001).to(narrow)))]
