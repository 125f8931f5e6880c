"""Programs of functions in SQL, session variables and EXECUTE IMMEDIATE. See programs.py."""
import pathlib
import tempfile

from pyspark.sql import functions as F

from catalog_programs import attempt, fresh, without
from programs import error, newer_program, plain, program, rows


def run(spark, *statements):
    for statement in statements:
        spark.sql(statement).collect()


def people(spark):
    return spark.createDataFrame([(1, "a", 10), (2, "b", 20), (3, "c", None)],
                                 "k int, s string, v long")


@program
def sql_functions_over_frames(spark):
    run(spark, "create temporary function plus(a int, b int default 10) returns int return a + b",
        "create temporary function shout(x string) return upper(x) || '!'")
    frame = people(spark)
    return [rows(frame.select(F.call_function("plus", F.col("k")), F.expr("plus(k, v)"))),
            rows(frame.selectExpr("shout(s) as s", "plus(b => k, a => 1) as p")),
            rows(frame.filter("plus(k) > 11")),
            rows(frame.withColumn("p", F.call_function("plus", "k", F.lit(5)))),
            rows(frame.groupBy(F.expr("plus(k, 0) % 2").alias("g")).agg(
                F.sum(F.expr("plus(k, v)")).alias("t")).orderBy("g")),
            rows(spark.sql("select plus(:x, ?2) as p".replace("?2", ":y"), args={"x": 1, "y": 2})),
            error(lambda: frame.select(F.call_function("plus")).collect()),
            error(lambda: frame.select(F.expr("plus(1, 2, 3)")).collect()),
            error(lambda: frame.select(F.expr("plus(c => 1)")).collect()),
            error(lambda: frame.select(F.expr("plus(b => 1)")).collect()),
            error(lambda: frame.select(F.expr("plus(1, a => 1)")).collect())]


@program
def sql_table_functions_over_frames(spark):
    people(spark).createOrReplaceTempView("folk")
    run(spark, "create temporary function upto(n int) returns table(k int, s string) "
               "return select k, s from folk where k <= n")
    return [rows(spark.sql("select * from upto(2) order by k")),
            rows(spark.sql("select f.k, u.s from folk f, lateral upto(f.k) u order by 1, 2")),
            error(lambda: spark.sql("select upto(1)").collect()),
            error(lambda: spark.sql("select * from upto()").collect())]


@program
def sql_function_errors(spark):
    name = fresh("f")
    run(spark, "create temporary function f(a int) returns int return a",
        f"create function {name}(a int) returns int return a + 1")
    people(spark).createOrReplaceTempView("folk")
    statements = [
        "create temporary function f(a int) returns int return a",
        f"create function {name}(a int) returns int return a",
        "create temporary function g(x int) returns bigint return sum(x)",
        "create temporary function g(x int, X int) returns int return x",
        "create temporary function g(x INT NOT NULL) returns int return x",
        "create temporary function g(x int default 1, y int) returns int return x",
        "create temporary function g(x int default (select 1)) returns int return x",
        "create temporary function g(x int) returns int return g(x)",
        "create or replace temporary function f(a int) returns int return f(a) + 1",
        "create temporary function g(x int) returns int language sql language sql return x",
        "create temporary function default.g(x int) returns int return 1",
        f"create function {name}2(x int) returns int return f(x)",
        f"create function {name}2(x int) returns int return (select max(k) from folk)",
        f"create view {name}3 as select f(1) as a",
        "create temporary function g(n int) returns table(a bigint, b int) return select n",
        "create temporary function g(n int) returns table(a bigint) return n",
        "create temporary function g(n int) returns table(a bigint, A int) return select 1, 2",
        "create temporary function g(n int) returns table return select n + 1",
        "drop function f", "drop function nosuch", "drop temporary function nosuch",
        "drop temporary function abs", "drop function abs", "drop temporary function default.f",
        "describe function nosuch", "show nosuch functions",
        "select k from folk order by f(k)", "select * from folk limit f(1)",
        "select transform(array(1, 2), e -> f(e))", "values (f(1))", "select f(1) over ()",
        "select f(distinct 1)", "select * from f(1)", "select session.nosuch(1)"]
    answers = []
    for statement in statements:
        answer = error(lambda s=statement: spark.sql(s).collect())
        answers.append(without(answer, name) if isinstance(answer, dict) else answer)
    run(spark, f"drop function {name}")
    return answers


@program
def sql_functions_in_the_catalog(spark):
    name = fresh("f")
    database = fresh("d")
    run(spark, f"create temporary function {name}(a int) returns int return a",
        f"create database {database}",
        f"create function {database}.{name}(a int) returns int return a + 1",
        f"create function {database}.{name}2(a int) returns table(x int) return select a")

    def listed(*arguments):
        return [without([f.name, f.catalog, f.namespace, f.isTemporary], name, database)
                for f in spark.catalog.listFunctions(*arguments) if name in f.name]

    def got(text):
        f = spark.catalog.getFunction(text)
        return without([f.name, f.catalog, f.namespace, f.isTemporary], name, database)
    answers = [listed(), listed(database), got(name), got(f"{database}.{name}"),
               spark.catalog.functionExists(name),
               spark.catalog.functionExists(f"{database}.{name}2"),
               spark.catalog.functionExists(f"{name}2"),
               without(plain(spark.sql(f"show user functions in {database} like '{name}*'")
                             .collect()), name, database),
               without(plain(spark.sql(f"describe function {database}.{name}2").collect()),
                       name, database),
               rows(spark.sql(f"select {name}(1) a, {database}.{name}(1) b, c.x "
                              f"from {database}.{name}2(7) c")),
               without(error(lambda: spark.sql(f"drop database {database}").collect()),
                       name, database)]
    run(spark, f"drop database {database} cascade")
    return answers + [spark.catalog.functionExists(f"{database}.{name}")]


@program
def described_sql_functions(spark):
    run(spark, "create temporary function f(a int comment 'the a', bcd string default 'x') "
               "returns struct<a: int> not deterministic comment 'does it' "
               "return named_struct('a', a)",
        "create temporary function t() returns table(a int, bc string comment 'q') "
        "return select 1, 'x'")

    def described(name):
        told = [row[0] for row in spark.sql(f"describe function extended {name}").collect()]
        return [line for line in told
                if not line.startswith("Create Time") and "spark.sql." not in line]
    return [described("f"), described("t"), plain(spark.sql("describe function f").collect())]


@program
def variables(spark):
    run(spark, "declare variable v int default 5", "declare w = date'2024-01-02'")
    frame = people(spark)
    answers = [rows(spark.sql("select v, session.v, system.session.v + 1 as n, w")),
               rows(frame.filter("k < v")), rows(frame.selectExpr("k + v as n"))]
    run(spark, "set var v = (select max(id) from range(3))")
    answers.append(rows(spark.sql("select v")))
    # The value is that of the time when the frame is computed.
    lazy = spark.sql("select v as a")
    run(spark, "set var v = 7, w = default")
    answers.append(rows(lazy))
    run(spark, "set var (v, w) = (select 8, date'2020-01-01')")
    answers.append(rows(spark.sql("select v, w")))
    frame.createOrReplaceTempView("folk")
    failing = ["declare variable v int", "declare variable n", "declare variable n int default (select 1)",
               "declare variable a.b.n int", "declare or replace variable p, p int",
               "set var (v, v) = (select 1, 2)", "set var v = 1, session.v = 2",
               "set var nosuch = 5", "set var (v) = (select 1, 2)", "set var v = 'x'",
               "set var (v) = (select k from folk)", "set var v = 5 from folk",
               "drop temporary variable p", "drop temporary variable a.b.c", "select nosuch",
               f"create view {fresh('x')[:1]}v as select v as a"]
    answers += [error(lambda s=s: spark.sql(s).collect()) for s in failing]
    run(spark, "drop temporary variable v", "drop temporary variable if exists v")
    return answers + [error(lambda: spark.sql("select v").collect())]


@newer_program
def variables_and_functions_of_cloned_sessions(spark):
    spark.range(1).count()  # a session that did nothing yet is not known
    before = spark.cloneSession()
    run(spark, "declare variable v int default 5",
        "create temporary function f(a int) returns int return a + 1",
        "create temporary function g(a int) returns int return a + v")
    after = spark.cloneSession()
    answers = [attempt(lambda s=session, t=text: rows(s.sql(t)))
               for session in (before, after) for text in ("select v", "select f(1)", "select g(1)")]
    run(after, "drop temporary function f")
    return answers + [rows(spark.sql("select v, f(1) as f"))]


@program
def execute_immediate(spark):
    run(spark, "declare variable n bigint", "declare variable t string default 'select 42 as a'")
    people(spark).createOrReplaceTempView("folk")

    def given(statement):
        return attempt(lambda: rows(spark.sql(statement)))
    answers = [given("execute immediate t"),
               given("execute immediate 'select k, s from folk where k > ? order by k' using 1"),
               given("execute immediate 'select k from folk where k = :x' using 2 as x"),
               given("execute immediate 'select max(k) from folk' into n"),
               given("select n"),
               given("execute immediate 'set var n = ?' using 9"), given("select n"),
               given("execute immediate 'create or replace temporary view made as select 5 as f'"),
               given("select * from made"),
               given("execute immediate 'show views like ''made'''")]
    return answers + [given(statement) for statement in [
        "execute immediate 'select 1, 2' into n", "execute immediate 'select 1, 2' into n, n",
        "execute immediate 'select 1' into nosuch", "execute immediate nosuch",
        "execute immediate 1", "execute immediate cast(null as string)",
        "execute immediate 'select :a' using 1",
        "execute immediate 'select :a, :b' using 1 as a, 2 as a",
        "execute immediate 'select ?, :a' using 1 as a",
        "execute immediate 'set var n = 1' into n", "execute immediate 'select ?'",
        "execute immediate 'select k from folk' into n", "execute immediate 'nonsense'"]]


@program
def directories_and_renamed_tables(spark):
    name = fresh("t")
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "out"
        run(spark, f"insert overwrite directory '{path}' using json select 1 as a, 'x' as b",
            f"insert overwrite local directory '{path}' using json options (compression 'none') "
            "select 2 as a")
        answers = [rows(spark.read.json(str(path)))]
    answers += [error(lambda s=s: spark.sql(s).collect()) for s in [
        "insert overwrite directory using csv select 3 as a",
        "insert overwrite directory '/tmp/x' select 3 as a",
        "insert overwrite directory '/tmp/x' using nosuch select 3 as a"]]
    run(spark, f"create table {name} using parquet as select 1 as a",
        f"alter table {name} rename to {name}b")
    answers += [rows(spark.table(f"{name}b")), spark.catalog.tableExists(name)]
    run(spark, f"create table {name} using parquet as select 2 as a")
    answers += [rows(spark.table(name)),
                without(error(lambda: spark.sql(f"alter table {name} rename to {name}b").collect()),
                        name)]
    run(spark, f"drop table {name}", f"drop table {name}b")
    return answers


@program
def registered_functions_follow_settings(spark):
    """What is set after a function was registered holds when it is called."""
    import pandas as pd

    @F.pandas_udf("string")
    def shown(times: pd.Series) -> pd.Series:
        return times.astype(str) + f" of {len(times)}"

    name = fresh("f")
    spark.udf.register(name, shown)
    frame = spark.range(1).select(F.expr(f"{name}(timestamp_seconds(id))").alias("s"))
    frame.createOrReplaceTempView(name)
    answers = []
    for zone, most in (("UTC", "10"), ("America/New_York", "2"), ("Asia/Tokyo", "3")):
        spark.conf.set("spark.sql.session.timeZone", zone)
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", most)
        call = f"SELECT {name}(timestamp_seconds(id)) AS s FROM range(0, 4, 1, 1)"
        answers += [rows(spark.sql(call)), rows(spark.table(name))]
    spark.conf.unset("spark.sql.session.timeZone")
    spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    return answers
