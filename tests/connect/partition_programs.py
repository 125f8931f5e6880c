"""Programs that see the partitions of their input: what functions are called for, and told of it.

They run as in programs.py.
"""
from typing import Iterator

import pandas as pd
from pyspark.sql import functions as F

from programs import error, plain, program

PARTS = 3


def parts(spark, rows=10):
    return spark.range(0, rows, 1, PARTS)


CALLS = "part int, numbers string, attempt int, cpus int, resources string"


@program
def map_calls_by_partition(spark):
    def calls(batches):
        from pyspark import TaskContext

        numbers = [int(number) for frame in batches for number in frame["id"]]
        context = TaskContext.get()
        yield pd.DataFrame({"part": [context.partitionId()], "numbers": [str(numbers)],
                            "attempt": [context.attemptNumber()], "cpus": [context.cpus()],
                            "resources": [str(context.resources())]})

    frames = {
        "plain": parts(spark),
        "filtered": parts(spark).filter("id > 5"),
        "without rows": parts(spark).filter("id < 0"),
        "computed": parts(spark).selectExpr("id * 2 AS id"),
        "generated": parts(spark, 4).selectExpr("explode(sequence(0, id)) AS id"),
        "mapped": parts(spark).mapInPandas(lambda batches: batches, "id long"),
        "union": parts(spark).union(spark.range(0, 4, 1, 2)),
        "limited": parts(spark).limit(4),
        "one": spark.range(0, 10, 1, 1),
        "of no rows": spark.range(0),
        "total": parts(spark).agg(F.sum("id").alias("id")),
    }
    return {name: plain(frame.mapInPandas(calls, CALLS).collect())
            for name, frame in frames.items()}


@program
def rows_behind_a_function_keep_their_order(spark):
    def last_first(batches):
        for frame in list(batches)[::-1]:
            yield frame[::-1]

    mapped = parts(spark).mapInPandas(last_first, "id long")
    return {"rows": [row.id for row in mapped.collect()],
            "partitions": plain(mapped.select("id", F.spark_partition_id()).collect()),
            "first": [row.id for row in mapped.limit(5).collect()]}


@program
def arrow_calls_by_partition(spark):
    def count(batches):
        import pyarrow as pa
        from pyspark import TaskContext

        rows = sum(batch.num_rows for batch in batches)
        yield pa.RecordBatch.from_pydict({"part": [TaskContext.get().partitionId()],
                                          "rows": [rows]})

    return plain(parts(spark).mapInArrow(count, "part long, rows long").collect())


@program
def functions_know_their_partition(spark):
    @F.udf("int")
    def part(_):
        from pyspark import TaskContext

        return TaskContext.get().partitionId()

    @F.pandas_udf("int")
    def numbered(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        for number, batch in enumerate(batches):
            yield pd.Series([number] * len(batch))

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "2")
    return plain(parts(spark).select("id", F.spark_partition_id(), part("id"),
                                     numbered("id")).collect())


@program
def table_functions_end_with_their_partition(spark):
    @F.udtf(returnType="number long, part int, seen int")
    class Count:
        def __init__(self):
            self.seen = 0

        def eval(self, number):
            from pyspark import TaskContext

            self.seen += 1
            number = number if isinstance(number, int) else number[0]
            yield number, TaskContext.get().partitionId(), self.seen

        def terminate(self):
            from pyspark import TaskContext

            yield -1, TaskContext.get().partitionId(), self.seen

    spark.udtf.register("count_up", Count)
    queries = ["SELECT id, c.* FROM range(0, 10, 1, 3) r, LATERAL count_up(id) c",
               "SELECT * FROM count_up(TABLE(SELECT id FROM range(0, 10, 1, 3)))",
               "SELECT * FROM count_up(TABLE(SELECT id FROM range(0, 10, 1, 3)) "
               "WITH SINGLE PARTITION)"]
    return [plain(spark.sql(query).collect()) for query in queries]


@program
def tasks_have_numbers_of_their_own(spark):
    def numbers(batches):
        from pyspark import TaskContext

        for _ in batches:
            pass
        context = TaskContext.get()
        yield pd.DataFrame({"stage": [context.stageId()], "task": [context.taskAttemptId()]})

    rows = parts(spark).mapInPandas(numbers, "stage int, task long").collect()
    rows += parts(spark).mapInPandas(numbers, "stage int, task long").collect()
    return {"stages": len({row.stage for row in rows}), "tasks": len({row.task for row in rows})}


PROFILER = "spark.sql.pyspark.udf.profiler"


def profiled(spark, *names):
    """How often each of the functions was called, by profile; forgets the profiles."""
    found = []
    for result in spark._client._profiler_collector._profile_results.values():
        stats = result.get("perf") if isinstance(result, dict) else result[0]
        found.append({entry[2]: count[0] for entry, count in stats.stats.items()
                      if entry[2] in names})
    spark.profile.clear()
    return sorted(found, key=str)


@program
def functions_are_profiled(spark):
    def plus_one(value):
        return value + 1

    def mean(values: pd.Series) -> float:
        return values.mean()

    def same(frame):
        return frame

    rows = spark.range(0, 10, 1, 2)
    plain_function, arrow = F.udf(plus_one, "long"), F.udf(plus_one, "long", useArrow=True)
    vectorized, aggregate = F.pandas_udf(plus_one, "long"), F.pandas_udf(mean, "double")
    spark.conf.set(PROFILER, "PERF")
    spark.udf.register("plus_one", plain_function)
    actions = {
        "plain": lambda: rows.select(plain_function("id")).collect(),
        "arrow": lambda: rows.select(arrow("id")).collect(),
        "pandas": lambda: rows.select(vectorized("id")).collect(),
        "aggregate": lambda: rows.agg(aggregate("id")).collect(),
        "groups": lambda: rows.groupBy("id").applyInPandas(same, "id long").collect(),
        "chain": lambda: rows.select(plain_function(plain_function("id"))).collect(),
        "two": lambda: rows.select(plain_function("id"), vectorized("id")).collect(),
        "write": lambda: (rows.select(plain_function("id").alias("n")).write.format("noop")
                          .mode("overwrite").save()),
        "sql": lambda: spark.sql("SELECT plus_one(id) FROM range(0, 4, 1, 2)").collect(),
    }
    found = {}
    for name, action in actions.items():
        action()
        found[name] = profiled(spark, "plus_one", "mean", "same")
    twice = rows.select(plain_function("id"))
    twice.collect()
    twice.collect()
    found["twice"] = profiled(spark, "plus_one")
    spark.conf.unset(PROFILER)
    rows.select(plain_function("id")).collect()
    found["off"] = profiled(spark, "plus_one")
    return found


@program
def settings_of_python_functions(spark):
    settings = {PROFILER: ["perf", "memory", "", "cpu"],
                "spark.sql.execution.python.udf.maxRecordsPerBatch": ["7", "0", "x"],
                "spark.sql.execution.pythonUDF.arrow.concurrency.level": ["2", "1"]}
    found = {}
    for key, values in settings.items():
        for value in values:
            refused = error(lambda: spark.conf.set(key, value), with_parameters=False)
            found[f"{key}={value}"] = refused
        spark.conf.unset(key)
    return found


@program
def batches_of_python_functions(spark):
    def lengths(batches):
        for frame in batches:
            yield pd.DataFrame({"rows": [len(frame)]})

    found = {}
    for value in ("3", "0", "-1"):
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", value)
        frame = spark.range(0, 10, 1, 1).mapInPandas(lengths, "rows int")
        found[value] = [row.rows for row in frame.collect()]
    return found


@program
def partition_transforms_as_values(spark):
    calls = [F.years("id"), F.months("id"), F.days("id"), F.hours("id"), F.bucket(3, "id"),
             F.years("nosuch")]
    answers = [error(lambda c=c: spark.range(3).select(c).collect()) for c in calls]
    for answer in answers[:-1]:
        del answer["parameters"]  # Spark names what it made of the column
    return answers + [error(lambda s=s: spark.range(3).selectExpr(s).collect())
                      for s in ["years(id)", "bucket(3, id)"]]


@program
def indexes_that_cannot_transpose(spark):
    frame = spark.sql("select array(1) as a, map('x', 1L) as m, named_struct('y', 1.5, 'z', "
                      "date'2024-01-01') as s, 1 as i")
    return [error(lambda c=c: frame.transpose(c).collect()) for c in ["a", "m", "s"]] + [
        error(lambda: frame.transpose(F.col("i") + 1).collect())]
