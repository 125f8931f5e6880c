"""Programs with table functions, their own in Python and the engine's, and lateral joins.

See programs.py. Functions are nested, so that they travel by value.
"""
from pyspark.sql import functions as F

from programs import error, newer_program, plain, program, rows


def sales(spark):
    """Three groups in one partition."""
    return spark.createDataFrame(
        [(1, "a", 1.5), (2, "b", None), (3, "a", 4.0), (4, None, 0.5), (5, "b", 2.0)],
        "id LONG, k STRING, v DOUBLE").coalesce(1)


def raised(action):
    """The condition of an error, or its class where there is none."""
    try:
        action()
    except Exception as failure:  # noqa: BLE001
        get = getattr(failure, "getCondition", None) or failure.getErrorClass
        return [type(failure).__name__, get()]
    return "no error"


def says(action, *texts):
    """Which of `texts` the error of `action` contains."""
    try:
        action()
    except Exception as failure:  # noqa: BLE001
        return [type(failure).__name__] + [text in str(failure) for text in texts]
    return "no error"


def squares():
    class Squares:
        def eval(self, first: int, last: int):
            for n in range(first, last + 1):
                yield n, n * n

    return Squares


@program
def table_functions(spark):
    class WithEnd:
        def __init__(self):
            self.sum = 0

        def eval(self, first: int, last: int):
            for n in range(first, last + 1):
                self.sum += n
                yield n, n * n

        def terminate(self):
            yield -1, self.sum

    made = F.udtf(WithEnd, returnType="n LONG, square LONG")
    pickled = F.udtf(WithEnd, returnType="n LONG, square LONG", useArrow=False)
    arrow = F.udtf(WithEnd, returnType="n LONG, square LONG", useArrow=True)
    spark.udtf.register("squares", made)
    return [
        rows(made(F.lit(1), F.lit(3)).orderBy("n")),
        rows(made(F.lit(2), last=F.lit(2)).orderBy("n")),
        rows(pickled(first=F.lit(2), last=F.lit(4)).where("n > 2").select("square")),
        rows(arrow(F.lit(2), F.lit(3)).agg(F.sum("square").alias("s"))),
        rows(spark.sql("SELECT square, n FROM squares(3, 4) WHERE n > 0 ORDER BY n")),
        rows(spark.sql("SELECT * FROM squares(first => 1, last => 1) AS t(a, b) ORDER BY a")),
        rows(spark.sql("SELECT * FROM SQUARES(1, last => 1 + 1) ORDER BY ALL")),
        rows(made(F.lit(1), F.lit(1)).join(arrow(F.lit(1), F.lit(2)), "n").orderBy("n")),
        plain(made(F.lit(5), F.lit(1)).collect()),
    ]


@program
def results_of_table_functions(spark):
    import datetime
    import decimal

    class Values:
        def eval(self, n):
            yield (n, "x" * n, [1, None], {"a": 1}, (1, "b"), datetime.date(2024, 2, 29),
                   decimal.Decimal("1.50"), b"\x01", True, None)

    types = ("n INT, s STRING, l ARRAY<INT>, m MAP<STRING, INT>, r STRUCT<x: INT, y: STRING>, d DATE, "
             "p DECIMAL(10,2), b BINARY, t BOOLEAN, o DOUBLE")

    class Nothing:
        def eval(self):
            pass

    class Plain:
        def eval(self, values):
            for value in values:
                yield value,

    class Returned:
        def eval(self, n):
            return [(i, ) for i in range(n)]

    return [
        rows(F.udtf(Values, returnType=types, useArrow=False)(F.lit(2))),
        rows(F.udtf(Values, returnType=types, useArrow=True)(F.lit(2))),
        rows(F.udtf(Nothing, returnType="n INT")()),
        rows(F.udtf(Plain, returnType="s STRING")(F.array(F.lit("p"), F.lit("q")))),
        rows(F.udtf(Returned, returnType="i INT")(F.lit(3))),
    ]


@program
def lateral_table_functions(spark):
    class Repeat:
        def eval(self, value, times):
            for i in range(times or 0):
                yield i, f"{value}{i}"

    class Last:
        def __init__(self):
            self.seen = 0

        def eval(self, value):
            self.seen += value

        def terminate(self):
            yield self.seen,

    repeat = F.udtf(Repeat, returnType="i INT, t STRING")
    spark.udtf.register("repeat_value", repeat)
    spark.udtf.register("last_sum", F.udtf(Last, returnType="s LONG"))
    sales(spark).createOrReplaceTempView("sales")
    return [
        rows(spark.sql("SELECT id, i, t FROM sales, LATERAL repeat_value(k, id - 2) ORDER BY id, i")),
        rows(spark.sql("SELECT s.id, r.t FROM sales s, LATERAL repeat_value(s.k, 1) r ORDER BY 1")),
        rows(spark.sql("SELECT id, x FROM sales JOIN LATERAL repeat_value(id, 2) AS r(i, x) "
                       "ON i = 1 ORDER BY id")),
        rows(spark.sql("SELECT id, i FROM sales LEFT JOIN LATERAL repeat_value(id, 1) ORDER BY id")),
        rows(spark.sql("SELECT id, s FROM sales, LATERAL last_sum(id)")),
        rows(spark.sql("SELECT v.a, r.t FROM VALUES (1), (2), (1) v(a), LATERAL repeat_value(a, a) r "
                       "ORDER BY ALL")),
        rows(spark.sql("SELECT x.t, y.t FROM VALUES (2) v(a), LATERAL repeat_value('p', a) x, "
                       "LATERAL repeat_value(x.t, 1) y ORDER BY ALL")),
    ]


def counted_rows():
    class CountedRows:
        def __init__(self):
            self.ids = []
            self.key = "nothing"

        def eval(self, row):
            self.ids.append(row.id)
            self.key = row.k

        def terminate(self):
            yield self.key, ",".join(map(str, self.ids))

    return CountedRows


@program
def table_arguments(spark):
    class Doubled:
        def eval(self, row, times=1):
            yield row["id"] * 2 * times, len(row)

    spark.udtf.register("doubled", F.udtf(Doubled, returnType="n LONG, width INT"))
    spark.udtf.register("counted", F.udtf(counted_rows(), returnType="k STRING, ids STRING"))
    spark.udtf.register("counted_pickled", F.udtf(
        counted_rows(), returnType="k STRING, ids STRING", useArrow=False))
    sales(spark).createOrReplaceTempView("sales")
    statements = [
        "SELECT * FROM doubled(TABLE(sales)) ORDER BY n",
        "SELECT * FROM doubled(TABLE(SELECT id FROM sales WHERE id < 3), 10) ORDER BY n",
        "SELECT n FROM doubled(times => 2, row => TABLE(SELECT id FROM sales)) ORDER BY n",
        "SELECT * FROM counted(TABLE(sales) PARTITION BY k ORDER BY id DESC) ORDER BY k",
        "SELECT * FROM counted(TABLE(sales) PARTITION BY (k, id % 2) ORDER BY (v NULLS LAST, id)) "
        "ORDER BY ALL",
        "SELECT * FROM counted_pickled(TABLE(sales) PARTITION BY k ORDER BY (id)) ORDER BY k",
        "SELECT * FROM counted(TABLE(sales) WITH SINGLE PARTITION ORDER BY id DESC)",
        "SELECT * FROM counted(TABLE(SELECT * FROM sales WHERE id > 100) WITH SINGLE PARTITION)",
        "SELECT count(*) c FROM counted(TABLE(sales) PARTITION BY id) WHERE k IS NULL",
        "WITH w AS (SELECT id + 10 AS id, k FROM sales) "
        "SELECT * FROM counted(TABLE(w) PARTITION BY k ORDER BY id) ORDER BY k",
    ]
    return [rows(spark.sql(statement)) for statement in statements]


@program
def frames_as_arguments(spark):
    counted = F.udtf(counted_rows(), returnType="k STRING, ids STRING")
    frame = sales(spark)
    return [
        rows(counted(frame.asTable().partitionBy("k").orderBy(F.desc("id"))).orderBy("k")),
        rows(counted(frame.asTable().partitionBy(F.col("id") % 2).orderBy("id")).orderBy("ids")),
        rows(counted(row=frame.asTable().withSinglePartition().orderBy("id"))),
        rows(counted(frame.where("id > 3").asTable()).select("ids")),
    ]


def polymorphic():
    class Polymorphic:
        @staticmethod
        def analyze(first, *others):
            from pyspark.sql.functions import AnalyzeResult
            from pyspark.sql.types import StringType, StructType

            schema = StructType()
            for i, argument in enumerate((first, *others)):
                schema = schema.add(f"c{i}", StringType())
            return AnalyzeResult(schema=schema)

        def eval(self, *values):
            yield tuple(str(value) for value in values)

    return Polymorphic


@program
def analysed_table_functions(spark):
    class Described:
        @staticmethod
        def analyze(**arguments):
            from pyspark.sql.functions import AnalyzeResult
            from pyspark.sql.types import StringType, StructType

            told = sorted(
                (name, argument.dataType.simpleString(), repr(argument.value), argument.isTable,
                 argument.isConstantExpression) for name, argument in arguments.items())
            schema = StructType()
            for name, *rest in told:
                schema = schema.add(f"{name}: {rest}", StringType())
            return AnalyzeResult(schema=schema)

        def eval(self, **values):
            yield tuple(str(values[name]) for name in sorted(values))

    class Prepared:
        def __init__(self, result):
            self.result = result
            self.rows = []

        @staticmethod
        def analyze(row, factor):
            from dataclasses import dataclass

            from pyspark.sql.functions import (
                AnalyzeResult, OrderingColumn, PartitioningColumn, SelectedColumn)
            from pyspark.sql.types import LongType, StringType, StructType

            @dataclass
            class WithFactor(AnalyzeResult):
                factor: int = 0

            return WithFactor(
                schema=StructType().add("k", StringType()).add("n", LongType()).add("ids", StringType()),
                partitionBy=[PartitioningColumn("k")],
                orderBy=[OrderingColumn("id", ascending=False)],
                select=[SelectedColumn("k"), SelectedColumn("id * 10", "ten")],
                factor=factor.value)

        def eval(self, row, factor):
            self.rows.append(row)

        def terminate(self):
            if self.rows:
                yield (self.rows[0].k, len(self.rows) * self.result.factor,
                       ",".join(str(row.ten) for row in self.rows))

    class Single:
        @staticmethod
        def analyze(row):
            from pyspark.sql.functions import AnalyzeResult, OrderingColumn
            from pyspark.sql.types import StructType

            return AnalyzeResult(schema=StructType([row.dataType["id"]]), withSinglePartition=True,
                                 orderBy=[OrderingColumn("v", overrideNullsFirst=False)])

        def eval(self, row):
            yield row.id,

    many = F.udtf(polymorphic())
    spark.udtf.register("many", many)
    spark.udtf.register("described", F.udtf(Described))
    spark.udtf.register("prepared", F.udtf(Prepared))
    spark.udtf.register("single", F.udtf(Single))
    sales(spark).createOrReplaceTempView("sales")
    return [
        rows(many(F.lit(1), F.lit("x"), F.lit(None))),
        rows(spark.sql("SELECT c0 FROM sales, LATERAL many(id) ORDER BY c0")),
        rows(spark.sql("SELECT * FROM described(a => 1, b => 'x', c => 1.5BD, d => DATE'2024-01-02', "
                       "e => upper('y'), g => null)")),
        rows(spark.sql("SELECT * FROM described(a => TABLE(SELECT id, k FROM sales WHERE id = 1), b => 2)")),
        rows(spark.sql("SELECT * FROM prepared(TABLE(sales), 100) ORDER BY k")),
        rows(spark.sql("SELECT * FROM single(TABLE(sales))")),
    ]


def skipping():
    class Skips:
        def __init__(self):
            self.count = 0

        def eval(self, row):
            from pyspark.sql.functions import SkipRestOfInputTableException

            self.count += 1
            if self.count == 2:
                raise SkipRestOfInputTableException("enough")
            yield row.id,

        def terminate(self):
            yield -self.count,

    return Skips


@program
def failing_table_functions(spark):
    class Boom:
        def eval(self, n):
            raise ValueError("no such number")

    class BadEnd:
        def eval(self, n):
            yield n,

        def terminate(self):
            raise ValueError("no good end")

    class BadStart:
        def __init__(self):
            raise ValueError("no good start")

        def eval(self, n):
            yield n,

    class TooFew:
        def eval(self, n):
            yield n, n

    class NoRows:
        def eval(self, n):
            return n

    def call(function, *arguments):
        return lambda: F.udtf(function, returnType="n INT")(*arguments).collect()

    spark.udtf.register("skips", F.udtf(skipping(), returnType="n LONG"))
    sales(spark).createOrReplaceTempView("sales")
    return [
        says(call(Boom, F.lit(1)), "UDTF_EXEC_ERROR", "no such number"),
        says(call(BadEnd, F.lit(1)), "UDTF_EXEC_ERROR", "no good end"),
        says(call(BadStart, F.lit(1)), "UDTF_EXEC_ERROR", "no good start"),
        says(call(TooFew, F.lit(1)), "UDTF_RETURN_SCHEMA_MISMATCH"),
        says(call(NoRows, F.lit(1)), "UDTF_RETURN_NOT_ITERABLE"),
        says(call(TooFew), "UDTF_EVAL_METHOD_ARGUMENTS_DO_NOT_MATCH_SIGNATURE"),
        rows(spark.sql("SELECT * FROM skips(TABLE(sales) WITH SINGLE PARTITION ORDER BY id)")),
        rows(spark.sql("SELECT * FROM skips(TABLE(sales) PARTITION BY k ORDER BY id) ORDER BY n")),
    ]


@program
def refused_table_functions(spark):
    class FailingAnalysis:
        @staticmethod
        def analyze(n):
            raise ValueError("cannot say")

        def eval(self, n):
            yield n,

    class WrongAnalysis:
        @staticmethod
        def analyze(n):
            return 1

        def eval(self, n):
            yield n,

    squared = F.udtf(squares(), returnType="n LONG, square LONG")
    spark.udtf.register("squared", squared)
    spark.udtf.register("failing", F.udtf(FailingAnalysis))
    spark.udtf.register("wrong", F.udtf(WrongAnalysis))
    spark.udtf.register("skips", F.udtf(skipping(), returnType="n LONG"))
    sales(spark).createOrReplaceTempView("sales")

    def sql(text):
        return lambda: spark.sql(text).collect()

    return [
        raised(sql("SELECT * FROM failing(1)")),
        says(sql("SELECT * FROM failing(1)"), "cannot say"),
        raised(sql("SELECT * FROM wrong(1)")),
        raised(sql("SELECT * FROM no_such_function(1)")),
        raised(sql("SELECT squared(1, 2)")),
        raised(sql("SELECT * FROM squared(first => 1, first => 2)")),
        raised(sql("SELECT * FROM squared(first => 1, 2)")),
        raised(sql("SELECT * FROM squared(1, 2) AS t(a)")),
        raised(sql("SELECT * FROM skips(TABLE(sales), TABLE(sales))")),
        raised(sql("SELECT * FROM skips(TABLE sales)")),
        raised(sql("SELECT * FROM skips(TABLE(sales) PARTITION BY k, v)")),
        raised(sql("SELECT * FROM skips(TABLE(no_such_table))")),
        raised(sql("SELECT * FROM skips(TABLE(sales) PARTITION BY nothing)")),
        raised(sql("SELECT * FROM skips(TABLE(sales) ORDER BY id)")),
    ]


@newer_program
def arrow_table_functions(spark):
    import pyarrow as pa

    class Sums:
        def eval(self, row: pa.RecordBatch):
            import pyarrow as pa
            import pyarrow.compute as pc

            yield pa.table({"k": pa.array([str(row.column("k")[0].as_py())]),
                            "s": pa.array([pc.sum(row.column("id")).as_py()], pa.int64())})

    class Numbers:
        def eval(self, count: pa.Array):
            import pyarrow as pa

            yield pa.RecordBatch.from_pydict({"n": pa.array(range(count[0].as_py()), pa.int32())})

        def terminate(self):
            import pyarrow as pa

            yield pa.table({"n": pa.array([-1], pa.int32())})

    sums = F.arrow_udtf(Sums, returnType="k STRING, s LONG")
    spark.udtf.register("sums", sums)
    numbers = F.arrow_udtf(Numbers, returnType="n INT")
    spark.udtf.register("numbers_to", numbers)
    sales(spark).createOrReplaceTempView("sales")
    return [
        rows(spark.sql("SELECT * FROM sums(TABLE(sales) PARTITION BY k ORDER BY id) ORDER BY k")),
        rows(sums(sales(spark).asTable().withSinglePartition()).select("s")),
        rows(numbers(F.lit(3)).orderBy("n")),
        raised(lambda: spark.sql("SELECT * FROM sales, LATERAL numbers_to(id)").collect()),
    ]


@program
def engine_table_functions(spark):
    tvf = spark.tvf
    return [
        rows(tvf.range(3)),
        rows(tvf.range(10, 0, -4, 1)),
        rows(tvf.explode(F.array(F.lit(1), F.lit(2)))),
        rows(tvf.explode(F.create_map(F.lit("a"), F.lit(1)))),
        rows(tvf.explode_outer(F.array().astype("array<int>"))),
        rows(tvf.posexplode(F.array(F.lit("x"), F.lit("y")))),
        rows(tvf.posexplode_outer(F.lit(None).astype("array<int>"))),
        rows(tvf.inline(F.array(F.struct(F.lit(1).alias("a"), F.lit("b").alias("b"))))),
        rows(tvf.inline_outer(F.lit(None).astype("array<struct<a: int, b: string>>"))),
        rows(tvf.stack(F.lit(2), F.lit(1), F.lit("a"), F.lit(2), F.lit("b"))),
        rows(spark.sql("SELECT * FROM explode(collection => array(1, 2))")),
        rows(spark.sql("SELECT * FROM stack(2, 1, 2, 3)")),
        rows(spark.sql("SELECT * FROM range(2) AS t(n)")),
        rows(spark.sql("SELECT * FROM posexplode(array(7)) AS t(p, c)")),
    ]


@program
def lateral_joins(spark):
    frame = spark.createDataFrame([(1, [1, 2]), (2, []), (3, None), (1, [5])], "id INT, a ARRAY<INT>")
    other = spark.createDataFrame([(1, 10), (1, 20), (3, 30)], "k INT, w INT")
    tvf = spark.tvf
    explode = tvf.explode(F.col("a").outer())
    matching = other.where(F.col("k") == F.col("id").outer())
    frame.createOrReplaceTempView("arrays")
    return [
        rows(frame.lateralJoin(explode).select("id", "col").orderBy("id", "col")),
        rows(frame.lateralJoin(explode.toDF("x"), F.col("x") > 1).select("id", "x").orderBy("id", "x")),
        rows(frame.lateralJoin(tvf.explode_outer(F.col("a").outer()), how="left").select("id", "col")
             .orderBy("id", "col")),
        rows(frame.lateralJoin(matching).select("id", "w").orderBy("id", "w")),
        rows(frame.lateralJoin(matching, how="left").select("id", "w").orderBy("id", "w")),
        rows(frame.lateralJoin(matching.agg(F.sum("w").alias("s"))).select("id", "s").orderBy("id", "s")),
        rows(frame.lateralJoin(spark.range(1).select((F.col("id").outer() + 1).alias("n")).toDF("n"))
             .select("n").orderBy("n")),
        rows(spark.sql("SELECT id, col FROM arrays, LATERAL explode(a) ORDER BY ALL")),
        rows(spark.sql("SELECT id, e.x FROM arrays JOIN LATERAL explode(a) AS e(x) ON x < 5 ORDER BY ALL")),
        rows(spark.sql("SELECT id, p, c FROM arrays, LATERAL posexplode(a) AS e(p, c) ORDER BY ALL")),
        rows(spark.sql("SELECT id, x FROM arrays LEFT JOIN LATERAL explode(a) AS e(x) ORDER BY ALL")),
        rows(spark.sql("SELECT id, x FROM arrays LEFT JOIN LATERAL explode(a) AS e(x) ON x > 1 ORDER BY ALL")),
        raised(lambda: spark.sql("SELECT * FROM arrays RIGHT JOIN LATERAL explode(a)").collect()),
        raised(lambda: frame.lateralJoin(explode, how="right")),
        error(lambda: spark.sql("SELECT * FROM arrays, LATERAL explode(b)").collect(), False),
    ]
