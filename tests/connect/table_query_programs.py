"""Programs with Python table functions beside outer joins, on streams and called wrongly.

See programs.py. Functions are nested, so that they travel by value.
"""
import tempfile

from pyspark.sql import functions as F

from programs import error, program, rows
from stream_programs import event_files, run, unique
from table_function_programs import counted_rows, raised, sales, squares


def copies():
    class Copies:
        def eval(self, value, times: int):
            for i in range(times):
                yield f"{value}{i}",

    return Copies


@program
def left_lateral_table_functions(spark):
    spark.udtf.register("copies", F.udtf(copies(), returnType="t STRING"))
    sales(spark).createOrReplaceTempView("sales")
    statements = [
        "SELECT id, t FROM sales LEFT JOIN LATERAL copies(k, CAST(id AS INT) - 3) ORDER BY id, t",
        "SELECT id, t FROM sales LEFT JOIN LATERAL copies(k, CAST(id AS INT) - 3) ON t = 'b1' ORDER BY id",
        "SELECT id, t FROM sales LEFT JOIN LATERAL copies('x', 2) ON id > 3 ORDER BY id, t",
        "SELECT id, t FROM sales LEFT JOIN LATERAL copies(id, 0) ON id > 3 ORDER BY id, t",
        "SELECT id, t FROM sales JOIN LATERAL copies('x', 1) ORDER BY id",
        "SELECT id, t FROM sales, LATERAL (SELECT upper(t) AS t FROM copies(k, 1)) ORDER BY id, t",
        "SELECT k, count(t) AS n FROM sales, LATERAL copies(k, 2) GROUP BY k ORDER BY k",
    ]
    return [rows(spark.sql(statement)) for statement in statements]


@program
def wrong_calls_of_table_functions(spark):
    class Single:
        @staticmethod
        def analyze(row):
            from pyspark.sql.functions import AnalyzeResult
            from pyspark.sql.types import StructType

            return AnalyzeResult(schema=StructType().add("n", "long"), withSinglePartition=True)

        def eval(self, row):
            yield 1,

    class OnlyOrder:
        @staticmethod
        def analyze(row):
            from pyspark.sql.functions import AnalyzeResult, OrderingColumn
            from pyspark.sql.types import StructType

            return AnalyzeResult(schema=StructType().add("n", "long"), orderBy=[OrderingColumn("id")])

        def eval(self, row):
            yield 1,

    class Both:
        @staticmethod
        def analyze(row):
            from pyspark.sql.functions import AnalyzeResult, PartitioningColumn
            from pyspark.sql.types import StructType

            return AnalyzeResult(schema=StructType().add("n", "long"), withSinglePartition=True,
                                 partitionBy=[PartitioningColumn("k")])

        def eval(self, row):
            yield 1,

    class Selects:
        @staticmethod
        def analyze(row):
            from pyspark.sql.functions import AnalyzeResult, SelectedColumn
            from pyspark.sql.types import StructType

            return AnalyzeResult(schema=StructType().add("n", "long"), select=[SelectedColumn("id + 1")])

        def eval(self, row):
            yield 1,

    for name, function in [("single", Single), ("only_order", OnlyOrder), ("both", Both),
                           ("selects", Selects)]:
        spark.udtf.register(name, F.udtf(function))
    spark.udtf.register("squared", F.udtf(squares(), returnType="n LONG, square LONG"))
    sales(spark).createOrReplaceTempView("sales")

    def sql(text):
        return lambda: spark.sql(text).collect()

    return [
        error(sql("SELECT * FROM single(TABLE(sales) PARTITION BY k)")),
        error(sql("SELECT * FROM only_order(TABLE(sales))")),
        error(sql("SELECT * FROM both(TABLE(sales))")),
        error(sql("SELECT * FROM selects(TABLE(sales))")),
        error(sql("SELECT * FROM squared(first => 1, first => 2)")),
        error(sql("SELECT * FROM squared(first => 1, 2)")),
        error(sql("SELECT squared(1, 2)")),
        raised(sql("SELECT * FROM squared(1)")),
        raised(sql("SELECT * FROM squared(nothing => 1, last => 2)")),
        raised(sql("SELECT * FROM squared(id, 2)")),
        raised(sql("SELECT * FROM squared(sum(1), 2)")),
    ]


@program
def table_functions_of_streams(spark):
    spark.udtf.register("copies", F.udtf(copies(), returnType="t STRING"))
    spark.udtf.register("counted", F.udtf(counted_rows(), returnType="k STRING, ids STRING"))
    with tempfile.TemporaryDirectory() as directory:
        name = unique("copied")
        stream = event_files(spark, directory + "/in")
        stream.createOrReplaceTempView("events")
        copied = spark.sql("SELECT k, v, t FROM (SELECT k, v FROM events), LATERAL copies(k, v)")

        def start(text):
            def action():
                frame = spark.sql(text)
                run(frame.writeStream.format("noop").option(
                    "checkpointLocation", directory + "/" + unique("checkpoint")))

            return action

        run(copied.writeStream.format("memory").queryName(name))
        return [
            rows(spark.table(name).orderBy("v", "t")),
            raised(start("SELECT * FROM counted(TABLE(SELECT k, v AS id FROM events))")),
            raised(start("SELECT * FROM counted(TABLE(SELECT k, v AS id FROM events) PARTITION BY k)")),
        ]
