"""Programs with the rarer relations and expressions of the protocol. See programs.py."""
from pyspark.sql import functions as F
from pyspark.sql import types as T

from programs import error, newer_program, program, rows


def attempt(action):
    """What `action` gives, or the error it ends with."""
    told = []
    refused = error(lambda: told.append(action()))
    return told[0] if told else refused


def records(spark):
    return spark.sql(
        "select named_struct('a', 1, 'b', named_struct('c', 'x', 'd', 2.5D)) as s, 1 as id "
        "union all select null, 2 order by id")


@program
def struct_updates(spark):
    frame = records(spark)
    s = F.col("s")
    return [attempt(lambda made=made: rows(frame.select("id", made.alias("r")).orderBy("id"))) for made in [
        s.withField("a", F.lit(7)), s.withField("n", F.lit("new")), s.withField("b.c", F.upper("s.b.c")),
        s.withField("b.e", F.col("id")), s.dropFields("a"), s.dropFields("b.c"), s.dropFields("a", "no"),
        s.withField("a", s["a"] + 1).withField("z", s["b"]["d"]), s.dropFields("a", "b"),
        s.withField("A", F.lit(1)), s.withField("no.c", F.lit(1)), s.withField("a.c", F.lit(1)),
        F.col("id").withField("a", F.lit(1)), F.col("id").dropFields("a"),
        s.withField("b", s["b"].withField("c", F.lit(None))),
        s.withField("`x.y`", F.lit(3)),
    ]] + [frame.select(s.withField("a", F.lit(7)), s.dropFields("b.c"),
                       s.withField("b.e", F.lit(1))).columns,
          frame.select(s.withField("a", F.lit(7)).alias("r")).schema.json()]


@program
def column_patterns(spark):
    frame = spark.createDataFrame([(1, 2, 3)], "a1 INT, a2 INT, b1 INT")
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: frame.select(frame.colRegex("`a.`")), lambda: frame.select(frame.colRegex("`(a|b)1`")),
        lambda: frame.select(frame.colRegex("`A.`")), lambda: frame.select(frame.colRegex("b1")),
        lambda: frame.select(frame.colRegex("`z.*`"), "a1"), lambda: frame.select(frame.colRegex("`z.*`")),
        lambda: frame.select(F.sum(frame.colRegex("`b1`"))), lambda: frame.select(frame.colRegex("`(a1)?+.+`")),
        lambda: frame.alias("t").select(F.col("t.a1")),
    ]]


@program
def set_operations_with_all(spark):
    one = spark.createDataFrame([(1, "a"), (1, "a"), (1, "a"), (2, "b"), (None, "n"), (None, "n"), (3, None)],
                                "n INT, t STRING")
    two = spark.createDataFrame([(1, "a"), (2, "b"), (2, "b"), (None, "n"), (4, "d")], "n INT, t STRING")
    return [rows(one.exceptAll(two).orderBy("n", "t")), rows(one.intersectAll(two).orderBy("n", "t")),
            rows(two.exceptAll(one).orderBy("n", "t")), rows(one.exceptAll(one)),
            rows(one.intersectAll(one).orderBy("n", "t")),
            rows(spark.sql("select * from {a} except all select * from {b} order by 1, 2", a=one, b=two)),
            rows(spark.sql("select * from {a} intersect all select * from {b} order by 1, 2", a=one, b=two)),
            rows(one.select("n").intersectAll(two.select(F.col("n").cast("long"))).orderBy("n")),
            attempt(lambda: rows(one.exceptAll(two.select("n")))),
            attempt(lambda: rows(spark.sql("select map(1, 2) m").exceptAll(spark.sql("select map(1, 2) m"))))]


@program
def unions_by_name(spark):
    one = spark.createDataFrame([(1, "a")], "n INT, t STRING")
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: one.unionByName(spark.createDataFrame([("b", 2)], "T STRING, N INT")).orderBy("n"),
        lambda: one.unionByName(spark.createDataFrame([(2, "b", 1.5)], "n LONG, t STRING, x DOUBLE")),
        lambda: one.unionByName(spark.createDataFrame([(2, "b", 1.5)], "n LONG, t STRING, x DOUBLE"),
                                allowMissingColumns=True).orderBy("n"),
        lambda: one.unionByName(spark.createDataFrame([(1.5,)], "x DOUBLE"), allowMissingColumns=True)
        .orderBy("n"),
        lambda: one.unionByName(one.select(F.col("n").alias("N"), "t", F.col("n").alias("n2")).drop("n2")),
    ]]


@program
def unions_of_structs(spark):
    def of(text):
        return spark.sql(text)
    one = of("select 1 as k, named_struct('a', 1, 'b', 'x') as s")
    deep = of("select 2 as k, named_struct('n', named_struct('p', 1, 'q', 2), 'z', 3) as s")
    lists = of("select 1 as k, array(named_struct('a', 1, 'b', 2), null) as l")

    def union(left, right, missing=False):
        return attempt(lambda: rows(left.unionByName(right, allowMissingColumns=missing).orderBy("k")))

    def schema(left, right):
        return left.unionByName(right, allowMissingColumns=True).schema.simpleString()
    more = of("select 2 as k, named_struct('c', 2.5D, 'B', 'y') as s")
    none = of("select 3 as k, cast(null as struct<b: string, c: int>) as s")
    return [
        union(one, of("select named_struct('b', 'y', 'a', 2) as s, 2 as k")),
        union(one, of("select named_struct('B', 'y', 'A', 2) as s, 2 as k")),
        union(one, more), union(one, more, True), schema(one, more), schema(more, one),
        union(one, none, True), union(none, one, True), schema(none, one),
        union(one, of("select 2 as k, 5L as extra, named_struct('a', 7L, 'b', 'w') as s"), True),
        union(deep, of("select 3 as k, named_struct('z', 4, 'n', named_struct('q', 5, 'p', 6)) as s")),
        union(deep, of("select 3 as k, named_struct('z', 4, 'n', named_struct('r', 5)) as s"), True),
        schema(deep, of("select 3 as k, named_struct('z', 4, 'n', named_struct('r', 5)) as s")),
        union(deep, of("select 3 as k, named_struct('z', 4, 'n', named_struct('r', 5)) as s")),
        union(lists, of("select 2 as k, array(named_struct('b', 3, 'a', 4)) as l")),
        union(lists, of("select 2 as k, array(named_struct('c', 3)) as l"), True),
        schema(lists, of("select 2 as k, array(named_struct('c', 3)) as l")),
        union(lists, of("select 2 as k, array(array(named_struct('a', 3))) as l"), True),
        union(of("select 1 as k, map('m', named_struct('a', 1, 'b', 2)) as m"),
              of("select 2 as k, map('m', named_struct('b', 1)) as m"), True),
        union(one, of("select 2 as k, 5 as s"), True),
        union(one, of("select 2 as k, named_struct('a', array(1), 'b', 'x') as s"), True),
        union(of("select 1 as k, array(array(named_struct('a', 1, 'b', 2))) as l"),
              of("select 2 as k, array(array(named_struct('b', 4)), null) as l"), True),
    ]


@program
def duplicate_map_keys(spark):
    frame = spark.createDataFrame([("a", 1, "b"), ("b", 2, "b")], "k STRING, v INT, o STRING")
    made = F.create_map("k", "v", "o", F.lit(7))
    policy = "spark.sql.mapKeyDedupPolicy"
    answers = [attempt(lambda: rows(frame.select(made.alias("m")).orderBy("k")))]
    for value in ["LAST_WIN", "last_win", "EXCEPTION"]:
        spark.conf.set(policy, value)
        answers.append(attempt(lambda: rows(frame.select(
            made.alias("m"), F.map_concat(made, F.create_map(F.lit("b"), "v")).alias("c"),
            F.transform_keys(made, lambda k, v: F.lit("one")).alias("t"),
            F.map_from_arrays(F.array("k", "k"), F.array("v", F.lit(0))).alias("a")).orderBy("k"))))
    answers.append(attempt(lambda: spark.conf.set(policy, "FIRST_WIN")))
    spark.conf.unset(policy)
    return answers


@program
def named_arguments(spark):
    return [attempt(lambda text=text: rows(spark.sql(text))) for text in [
        "select mask(lowerChar => 'q', str => 'AbC')", "select mask('a', other => 'q')",
        "select mask(lowerChar => 'q')", "select mask('a', str => 'q')", "select mask(str => 'a', STR => 'q')",
        "select mask(str => 'a', 'q')", "select upper(str => 'a')", "select * from explode(collection => array(1))",
        "select * from explode(x => array(1))", "select mask('a', 'b', 'c', 'd', 'e', 'f')",
    ]]


@program
def schemas_imposed(spark):
    frame = spark.createDataFrame([(1, "a", 2.5)], "i INT, t STRING, d DOUBLE")
    deep = spark.sql("select named_struct('x', 1, 'y', array(named_struct('p', 1, 'q', 2))) as s, 5 as k")

    def to(source, *fields):
        return attempt(lambda: rows(source.to(T.StructType([T.StructField(*field) for field in fields]))))
    inner = T.StructType([T.StructField("y", T.ArrayType(T.StructType([
        T.StructField("q", T.LongType()), T.StructField("p", T.IntegerType())]))),
        T.StructField("x", T.LongType())])
    return [
        to(frame, ("t", T.StringType()), ("i", T.LongType())), to(frame, ("T", T.StringType())),
        to(frame, ("new", T.StringType())), to(frame, ("new", T.StringType(), False)),
        to(frame, ("d", T.IntegerType())), to(frame, ("t", T.IntegerType())),
        to(frame, ("i", T.StringType())), to(frame, ("i", T.LongType(), False)),
        to(deep, ("s", inner)), to(deep, ("s", T.StructType([T.StructField("x", T.StringType())]))),
        to(deep, ("s", T.StructType([T.StructField("no", T.StringType())]))),
        to(deep, ("k", T.IntegerType(), False)),
        to(frame.select("i", "i"), ("i", T.IntegerType())),
    ]


@program
def transpositions(spark):
    frame = spark.createDataFrame([("b", 1, 2.5), ("a", 3, None), (None, 5, 6.5)], "k STRING, x INT, y DOUBLE")
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: frame.transpose(), lambda: frame.transpose("k"), lambda: frame.transpose(F.col("x")),
        lambda: frame.select("x", "y").transpose(), lambda: frame.select("k").transpose(),
        lambda: frame.where("false").transpose(), lambda: spark.range(3).transpose(),
        lambda: spark.sql("select 1 id, 'a' t, 2 n").transpose(),
        lambda: spark.sql("select DATE'2024-01-02' d, 1 a, 2L b union all select DATE'2024-01-01', 3, 4")
        .transpose(),
        lambda: spark.range(501).withColumn("v", F.col("id")).transpose(),
    ]]


@newer_program
def as_of_joins(spark):
    left = spark.createDataFrame([(1, "a", 10), (5, "b", 11), (10, "c", 12)], "t INT, l STRING, p INT")
    right = spark.createDataFrame([(1, "u", 1), (2, "v", 2), (3, "w", 3), (6, "x", 6), (7, "y", 7)],
                                  "t INT, r STRING, q INT")

    def joined(**options):
        return attempt(lambda: rows(left._joinAsOf(
            right, leftAsOfColumn="t", rightAsOfColumn="t", **options).orderBy("l")))
    return [joined(), joined(how="left"), joined(direction="forward"), joined(direction="forward", how="left"),
            joined(direction="nearest"), joined(allowExactMatches=False),
            joined(tolerance=F.lit(1)), joined(tolerance=F.lit(1), how="left", direction="nearest"),
            joined(how="full"), joined(direction="sideways"), joined(tolerance=F.lit(-1)),
            attempt(lambda: rows(left._joinAsOf(right, left.t, right.t, on=left.p > right.q + 4)
                                 .select(left.l, right.r).orderBy("l"))),
            attempt(lambda: rows(left.withColumn("g", F.lit(1))._joinAsOf(
                right.withColumn("g", F.lit(1)), "t", "t", on="g").orderBy("l"))),
            attempt(lambda: rows(spark.sql("select TIMESTAMP'2024-01-01 00:00:10' t, 'l' l")._joinAsOf(
                spark.sql("select TIMESTAMP'2024-01-01 00:00:07' t, 'r' r"), "t", "t",
                tolerance=F.expr("INTERVAL '5' SECOND")).select("l", "r")))]


@newer_program
def nearest_joins(spark):
    if not hasattr(spark.range(1), "nearestByJoin"):
        return []
    users = spark.createDataFrame([(1, 10.0), (2, 20.0), (3, None)], "u INT, score DOUBLE")
    items = spark.createDataFrame([("a", 11.0), ("b", 22.5), ("c", 5.0)], "item STRING, value DOUBLE")

    def joined(*arguments, **options):
        return attempt(lambda: rows(users.nearestByJoin(
            items, *arguments, **options).select("u", "item").orderBy("u", "item")))
    distance = F.abs(users.score - items.value)
    return [joined(distance, 1, mode="exact", direction="distance"),
            joined(distance, 2, mode="exact", direction="distance"),
            joined(distance, 1, mode="approx", direction="similarity"),
            joined(distance, 1, mode="exact", direction="distance", joinType="leftouter")]


@program
def hints_and_parts(spark):
    frame = spark.range(6).withColumn("k", F.col("id") % 2)
    return [attempt(lambda made=made: rows(made().orderBy("id"))) for made in [
        lambda: frame.hint("broadcast"), lambda: frame.hint("no such hint"),
        lambda: frame.hint("repartition", 3),
        lambda: frame.hint("rebalance", "k"), lambda: frame.hint("skew", ["id", 5]),
        lambda: frame.join(frame.hint("merge"), "id").select("id"),
        lambda: frame.repartition(3), lambda: frame.repartition("k"), lambda: frame.repartition(2, "k"),
        lambda: frame.repartitionByRange(2, "k"), lambda: frame.repartitionByRange("id"),
        lambda: frame.repartitionByRange(2, F.desc("id")), lambda: frame.coalesce(1),
        lambda: frame.repartition("no"), lambda: frame.repartitionByRange(2, "no"),
        lambda: frame.sortWithinPartitions("k", F.desc("id")), lambda: frame.sortWithinPartitions("no"),
    ]] + [rows(frame.coalesce(1).sortWithinPartitions(F.desc("id"))),
          rows(frame.repartition(1).sortWithinPartitions("k", F.desc("id")))]


@program
def duplicates(spark):
    frame = spark.createDataFrame([(1, "a"), (1, "a"), (1, "b"), (None, None), (None, None)], "n INT, t STRING")
    return [rows(frame.dropDuplicates().orderBy("n", "t")), rows(frame.select("n").dropDuplicates(["n"]).orderBy("n")),
            rows(frame.dropDuplicates(["n", "t"]).orderBy("n", "t")),
            rows(frame.dropDuplicates(["N"]).select("n").orderBy("n")),
            attempt(lambda: rows(frame.dropDuplicates(["n", "n"]).select("n").orderBy("n"))),
            frame.drop_duplicates(["t"]).count(), rows(frame.select("n", "n").distinct().toDF("a", "b").orderBy("a"))]


@program
def pivots_found(spark):
    frame = spark.createDataFrame([("a", "x", 1), ("a", "y", 2), ("b", "x", 3), ("b", None, 4)],
                                  "g STRING, p STRING, v INT")
    return [attempt(lambda made=made: rows(made())) for made in [
        lambda: frame.groupBy("g").pivot("p").sum("v").orderBy("g"),
        lambda: frame.groupBy("g").pivot("p").count().orderBy("g"),
        lambda: frame.groupBy().pivot("p").agg(F.max("v").alias("m"), F.min("v")),
        lambda: frame.groupBy("g").pivot("p", ["x", "none"]).agg(F.sum("v")).orderBy("g"),
        lambda: frame.groupBy("g").pivot("p", ["x", "x"]).sum("v").orderBy("g"),
        lambda: frame.groupBy("g").pivot("v", [1, 3]).agg(F.first("p")).orderBy("g"),
        lambda: spark.sql("select * from {f} pivot (sum(v) for p in ('x', 'y')) order by g", f=frame),
        lambda: frame.rollup("g").pivot("p").sum("v"),
        lambda: frame.groupingSets([("g",), ()], "g").agg(F.sum("v")).orderBy("g"),
        lambda: frame.cube("g", "p").agg(F.grouping_id().alias("i"), F.sum("v")).orderBy("i", "g", "p"),
    ]]
