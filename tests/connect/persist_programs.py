"""Programs that keep rows in memory. See programs.py."""
import tempfile
import uuid

from catalog_programs import attempt, fresh, without
from pyspark.sql import functions as F
from pyspark.storagelevel import StorageLevel

from programs import plain, program


def values(frame):
    return [row[0] for row in frame.collect()]


def chance():
    """A function that never gives the same twice. Spark takes uuid() of SQL for another each time."""
    return F.udf(lambda i: str(uuid.uuid4()), "string")


def is_same_twice(frame):
    return values(frame) == values(frame)


@program
def persist_of_chance(spark):
    """What is computed once gives the same twice."""
    name = fresh("f")
    spark.udf.register(name, lambda i: str(uuid.uuid4()), "string")
    frame = spark.range(50).select(chance()("id").alias("u"), "id")
    sql = spark.sql(f"SELECT {name}(id) AS u, id FROM range(20)")
    answers = [is_same_twice(sql)]
    sql.persist()
    frame.cache()
    answers += [is_same_twice(frame), is_same_twice(sql), is_same_twice(frame.filter("id > 10")),
                is_same_twice(frame.select("u").sort("u")),
                values(frame.select("u")) == values(frame.union(frame).limit(50)),
                frame.join(frame.withColumnRenamed("u", "v"), "id").filter("u <> v").count(),
                values(frame.groupBy("id").agg(F.max("u").alias("m")).sort("id").select("m"))
                == values(frame.sort("id")), frame.is_cached, sql.is_cached]
    frame.unpersist()
    sql.unpersist()
    return answers + [is_same_twice(sql)]


@program
def persist_of_files(spark):
    """Files that others change are not seen until the rows are told to go; writes are."""
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/t"
        spark.range(3).coalesce(1).write.parquet(path)
        frame = spark.read.parquet(path)
        frame.cache()
        answers = [frame.count(), spark.read.parquet(path).count()]
        spark.range(4).coalesce(1).write.mode("append").parquet(path)
        answers += [spark.read.parquet(path).count()]
        spark.range(5).coalesce(1).write.mode("overwrite").parquet(path)
        answers += [spark.read.parquet(path).count()]
        frame.unpersist()
        return answers + [spark.read.parquet(path).count()]


@program
def cached_tables(spark):
    name = fresh("c")
    catalog = spark.catalog
    spark.sql(f"CREATE TABLE {name} (v INT) USING parquet").collect()
    spark.sql(f"INSERT INTO {name} VALUES (1), (2)").collect()
    spark.sql(f"CACHE TABLE {name}").collect()

    def sorted_rows():
        return sorted(row[0] for row in spark.table(name).collect())

    answers = [catalog.isCached(name), sorted_rows(), spark.table(name).is_cached]
    spark.sql(f"INSERT INTO {name} VALUES (3)").collect()
    answers += [catalog.isCached(name), sorted_rows(),
                spark.sql(f"SELECT sum(v) FROM {name}").collect()[0][0]]
    spark.sql(f"INSERT OVERWRITE {name} VALUES (9)").collect()
    answers += [catalog.isCached(name), sorted_rows()]
    spark.sql(f"UNCACHE TABLE {name}").collect()
    answers += [catalog.isCached(name)]
    spark.sql(f"CACHE LAZY TABLE {name} OPTIONS ('storageLevel' 'DISK_ONLY')").collect()
    answers += [catalog.isCached(name), str(spark.table(name).storageLevel)]
    spark.sql(f"REFRESH TABLE {name}").collect()
    answers += [catalog.isCached(name)]
    spark.sql("CLEAR CACHE").collect()
    answers += [catalog.isCached(name)]
    spark.table(name).cache()
    answers += [catalog.isCached(name)]
    catalog.uncacheTable(name)
    answers += [catalog.isCached(name), spark.table(name).is_cached]
    spark.sql(f"DROP TABLE {name}").collect()
    return answers


@program
def cached_views(spark):
    name, other = fresh("v"), fresh("w")
    catalog = spark.catalog
    spark.udf.register(f"f{name}", lambda i: str(uuid.uuid4()), "string")
    frame = spark.range(9).select(chance()("id").alias("u"))
    frame.createOrReplaceTempView(name)
    catalog.cacheTable(name)
    answers = [catalog.isCached(name), frame.is_cached, is_same_twice(spark.table(name)),
               is_same_twice(spark.sql(f"SELECT * FROM {name}")),
               values(spark.table(name)) == values(spark.sql(f"SELECT u FROM {name}"))]
    catalog.uncacheTable(name)
    answers += [catalog.isCached(name), frame.is_cached]
    frame.cache()
    answers += [catalog.isCached(name), values(frame) == values(spark.table(name))]
    frame.unpersist()
    answers += [catalog.isCached(name)]
    spark.sql(f"CACHE TABLE {other} AS SELECT f{name}(id) AS u FROM range(5)").collect()
    answers += [catalog.isCached(other), is_same_twice(spark.table(other))]
    spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {other} AS SELECT 1 AS u").collect()
    answers += [catalog.isCached(other), values(spark.table(other))]
    spark.sql(f"CACHE LAZY TABLE {other}").collect()
    catalog.dropTempView(other)
    spark.sql(f"CREATE TEMPORARY VIEW {other} AS SELECT 2 AS u").collect()
    answers += [catalog.isCached(other), values(spark.table(other))]
    catalog.dropTempView(other)
    catalog.dropTempView(name)
    return answers


@program
def persist_of_derived_frames(spark):
    base = spark.createDataFrame([(i, f"n{i % 3}") for i in range(12)], "id INT, name STRING")
    kept = base.filter(base.id > 2).select(base.id, "name", chance()("id").alias("u"))
    kept.persist(StorageLevel.MEMORY_ONLY)
    answers = [str(kept.storageLevel), kept.columns,
               [row.id for row in kept.collect()],
               plain(kept.select(kept.id, kept.name).tail(2)),
               plain(kept.groupBy("name").count().sort("name").collect()),
               kept.alias("a").join(kept.alias("b"), F.col("a.id") == F.col("b.id"))
               .filter("a.u <> b.u").count(),
               kept.filter(kept.id.isin([3, 4])).drop("u").toPandas().values.tolist(),
               kept.orderBy(F.desc("id")).limit(2).select("id").collect()[0][0]]
    again = base.filter(base.id > 2)
    answers += [again.is_cached, kept.is_cached, base.is_cached]
    kept.unpersist()
    return answers + [kept.is_cached]


@program
def persist_errors(spark):
    def told(action):
        return attempt(action)
    stream = spark.readStream.format("rate").load()
    name = fresh("e")
    return [told(lambda: stream.persist()), told(lambda: stream.cache().count()),
            without(told(lambda: spark.sql(f"CACHE TABLE {name}").collect()), name),
            without(told(lambda: spark.sql(f"UNCACHE TABLE {name}").collect()), name),
            without(told(lambda: spark.sql(f"UNCACHE TABLE IF EXISTS {name}").collect()), name),
            without(told(lambda: spark.sql(f"REFRESH TABLE {name}").collect()), name),
            without(told(lambda: spark.sql(f"CACHE TABLE a.{name} AS SELECT 1").collect()), name),
            told(lambda: spark.sql("CLEAR TABLE").collect()),
            told(lambda: spark.sql("REFRESH").collect()),
            told(lambda: spark.sql("REFRESH '/no/such/path'").collect()),
            told(lambda: spark.range(3).select(F.expr("1 / (id - 1)")).cache().count())]


@program
def progress_of_executions(spark):
    """What a handler of progress hears; how much at a time is a matter of luck."""
    spark.conf.set("spark.connect.progress.reportInterval", "100ms")
    heard = []

    def handler(stages, inflight_tasks, operation_id, done):
        heard.append((list(stages or []), inflight_tasks, operation_id, done))

    spark.registerProgressHandler(handler)
    spark.registerProgressHandler(handler)
    slow = F.udf(lambda i: __import__("time").sleep(0.4) or i, "long")
    spark.range(0, 4, 1, 2).select(slow("id")).collect()
    stages = [stage for report in heard for stage in report[0]]
    answers = [len(stages) > 0, heard[-1][3], any(not report[3] for report in heard),
               len({report[2] for report in heard}), all(report[2] for report in heard),
               all(0 <= stage.num_completed_tasks <= stage.num_tasks for stage in stages),
               all(stage.num_bytes_read == 0 for stage in stages),
               any(report[1] > 0 for report in heard)]
    spark.removeProgressHandler(handler)
    count = len(heard)
    spark.range(10).groupBy().count().collect()
    answers += [len(heard) == count]
    spark.registerProgressHandler(handler)
    spark.clearProgressHandlers()
    spark.range(10).groupBy().count().collect()
    return answers + [len(heard) == count]
