"""Programs about where errors lie, names of columns, and settings. See programs.py."""
from pyspark.errors import PySparkException
from pyspark.sql import Observation
from pyspark.sql import functions as F

from catalog_programs import fresh
from programs import newer_program, plain, program


def context_of(action):
    """The condition and the query contexts of what `action` raises."""
    try:
        return plain(action())
    except PySparkException as error:
        contexts = []
        for context in error.getQueryContext():
            if context.contextType().name == "SQL":
                contexts.append([context.fragment(), context.startIndex(), context.stopIndex(),
                                 context.summary()])
            else:
                contexts.append([context.fragment(), context.summary().splitlines()[:2]])
        return {"condition": error.getCondition(), "contexts": contexts}


@program
def places_in_sql_text(spark):
    answers = []
    for text in [
        "select 1 as a,\n  (10/0)", "select * from range(3) where id/0 > 1",
        "select nosuch from range(3)", "select * from nosuch", "select cast('a' as int)",
        "selec 1", "select date'2020-01-01' + 'a'", "select abs(true), 1",
        "select '\u00e4\u00f6\u00fc' as text, id / 0 from range(2)",
        "select 'a long text before the fragment that is cut off' as t, 1 / 0, "
        "'and a long text that follows and is cut as well' as u",
        "select id,\n  id\n  / 0\n  as q from range(2)", "select '' || int('x') from range(1)",
    ]:
        answers.append(context_of(lambda sql=text: spark.sql(sql).collect()))
    return answers


@newer_program
def places_in_programs(spark):
    frame = spark.range(3)
    answers = []
    for action in [
        lambda: frame.select(frame.id / 0).collect(),
        lambda: frame.select(F.col("nosuch")).collect(),
        lambda: frame.select((frame.id + 1) / (frame.id - frame.id)).collect(),
        lambda: frame.select(F.lit("a").cast("int")).collect(),
        lambda: frame.filter("id / 0 > 1").collect(),
        lambda: frame.selectExpr("id", "id / 0").collect(),
        lambda: frame.select(F.expr("id / 0")).collect(),
        lambda: frame.groupBy("nosuch").count().collect(),
    ]:
        answers.append(context_of(action))
    return answers


@program
def column_names_of_any_kind(spark):
    frame = spark.createDataFrame(
        [(1, 2, 3, 4, 5)], ["my column", "1", "a.b", "\u6570\u91cf", "tick`ed"])
    answers = [frame.columns]
    for name in ["my column", "1", "`a.b`", "\u6570\u91cf", "`tick``ed`", "`my column`",
                 "a.b", "a.", "`a", "`a.b`c"]:
        answers.append(context_of(lambda n=name: [frame.select(n).columns,
                                                  frame.select(n).first()[0]]))
        if isinstance(answers[-1], dict):
            answers[-1] = answers[-1]["condition"]
    answers.append(frame.groupBy("my column").agg(F.sum("`a.b`")).columns)
    return answers


@program
def names_of_casts_and_aliases(spark):
    frame = spark.range(2).withColumn("a", F.array("id")).withColumn(
        "s", F.struct(F.col("id").alias("f")))
    columns = [
        frame.id.alias("x").cast("string"), frame.id.alias("x") + 1,
        (frame.id.alias("x") + 1).cast("string"), frame.a[0].alias("x").cast("string").cast("int"),
        F.struct(frame.id.alias("x").cast("string")), F.struct(frame.id.alias("x") + 1),
        F.struct(F.col("s.f").cast("int")), F.col("s.f").cast("int"),
        F.coalesce(frame.id.alias("z"), F.lit(1).alias("o")),
        F.when(frame.id.alias("z") > 1, frame.id.alias("k")).otherwise(F.lit(1).alias("j")),
        F.lit(1).alias("z").cast("string"), frame.a[0].alias("z").isNull(),
        F.transform("a", lambda x: x.alias("q") + 1),
    ]
    return [frame.select(column).schema.simpleString() for column in columns]


@program
def observations_of_commands(spark):
    answers = []

    def observed(run):
        observation = Observation()
        frame = spark.range(50).observe(observation, F.count(F.lit(1)).alias("n"),
                                        F.max("id").alias("most"))
        run(frame)
        answers.append(plain(sorted(observation.get.items())))
    name = fresh("observed")
    observed(lambda frame: frame.collect())
    observed(lambda frame: frame._show_string(100))
    observed(lambda frame: frame.write.format("noop").mode("overwrite").save())
    observed(lambda frame: frame.write.saveAsTable(name))
    observed(lambda frame: frame.write.insertInto(name))
    observed(lambda frame: frame.writeTo(name + "w").using("parquet").create())
    spark.sql(f"drop table {name}").collect()
    spark.sql(f"drop table {name}w").collect()
    return answers


@program
def settings_of_spark(spark):
    answers = []
    for key in ["spark.sql.adaptive.enabled", "spark.sql.autoBroadcastJoinThreshold",
                "spark.sql.files.maxPartitionBytes", "spark.sql.sources.partitionOverwriteMode",
                "spark.sql.execution.arrow.pyspark.enabled", "spark.sql.streaming.stopTimeout",
                "spark.sql.session.localRelationChunkSizeBytes", "no.such.key"]:
        answers.append(context_of(lambda k=key: [spark.conf.get(k), spark.conf.isModifiable(k)]))
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", -1)
    answers.append(spark.conf.get("spark.sql.autoBroadcastJoinThreshold"))
    spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")
    for key, value in [("spark.sql.adaptive.enabled", "maybe"),
                       ("spark.sql.ui.retainedExecutions", "5")]:
        answers.append(context_of(lambda k=key, v=value: spark.conf.set(k, v)))
    answers.append(spark.sql("set -v").columns)
    spark.conf.set("spark.sql.crossJoin.enabled", "false")
    left, right = spark.range(2).toDF("l"), spark.range(2).toDF("r")
    for frame in [left.join(right), left.crossJoin(right), left.join(right, left.l < right.r),
                  left.join(right, F.lit(True)), left.join(right).filter("l = r"),
                  left.join(right, left.l > 0, "left")]:
        answers.append(context_of(lambda f=frame: f.count()))
    spark.conf.unset("spark.sql.crossJoin.enabled")
    return answers


@program
def frames_joined_to_themselves(spark):
    frame = spark.createDataFrame([(1, 2), (3, 4)], ["a", "b"])
    renamed = frame.select(frame.a.alias("aa"), frame.b)
    joined = renamed.join(frame, renamed.b == frame.b)
    answers = [joined.columns, plain(sorted(tuple(row) for row in joined.collect()))]
    answers.append(context_of(lambda: frame.join(frame, frame.a == frame.a).count()))
    answers.append(context_of(lambda: spark.range(3).agg(F.sum(F.rand())).collect()))
    if isinstance(answers[-1], dict):
        answers[-1]["contexts"] = []
    return answers


@program
def frames_as_html(spark):
    frame = spark.createDataFrame([(1, "<one>"), (22222, 'two & "three"')], ["key", "value"])
    answers = []
    spark.conf.set("spark.sql.repl.eagerEval.enabled", True)
    for key, value in [(None, None), ("spark.sql.repl.eagerEval.truncate", 3),
                       ("spark.sql.repl.eagerEval.maxNumRows", 1)]:
        if key is not None:
            spark.conf.set(key, value)
        answers.append([repr(frame), frame._repr_html_()])
    for key in ["enabled", "truncate", "maxNumRows"]:
        spark.conf.unset("spark.sql.repl.eagerEval." + key)
    return answers


@program
def settings_with_a_default_of_the_caller(spark):
    key = "spark.sql.sources.partitionOverwriteMode"
    answers = [spark.conf.get(key, None), spark.conf.get(key, "DYNAMIC"), spark.conf.get("no.key", "x")]
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    answers.append(spark.conf.get("spark.sql.adaptive.enabled", "true"))
    spark.conf.unset("spark.sql.adaptive.enabled")
    return answers


@program
def all_columns_of_a_frame(spark):
    one = spark.createDataFrame([(1,)], ["a"])
    two = spark.createDataFrame([(1, "v")], ["a", "b"])
    joined, using = one.join(two), one.join(two, "a")
    replaced = two.withColumn("a", F.lit(0))
    return [context_condition(action) for action in [
        lambda: joined.select(one["*"]).columns, lambda: joined.select(two["*"]).columns,
        lambda: using.select(one["*"]).columns, lambda: using.select(two["*"]).columns,
        lambda: two.select(two.a).select(two["*"]).columns,
        lambda: replaced.select(two["*"]).columns, lambda: one.select(two["*"]).columns,
        lambda: one.join(one).select(one["*"]).columns,
    ]]


@program
def formats_by_class(spark):
    return [context_condition(lambda name=name: spark.read.format(name).load("/nowhere").columns)
            for name in ["org.apache.spark.sql.json", "org.apache.spark.sql.parquet",
                         "com.databricks.spark.csv",
                         "org.apache.spark.sql.execution.datasources.json.DefaultSource",
                         "org.apache.spark.sql.execution.datasources.csv"]]


def context_condition(action):
    answer = context_of(action)
    return answer["condition"] if isinstance(answer, dict) else answer


@program
def files_of_one_part(spark):
    """How many files a write makes of rows that are in one partition."""
    import glob
    import tempfile
    directory = tempfile.mkdtemp()
    groups = spark.range(100000).groupBy((F.col("id") % 1000).alias("k")).count()
    frames = [groups.coalesce(1), groups.repartition(1), groups.repartition(1, "k"),
              groups.hint("coalesce", 1), groups.coalesce(1).filter("k > 5").select("k"),
              groups.coalesce(1).sortWithinPartitions("k")]
    answers = []
    for position, frame in enumerate(frames):
        path = f"{directory}/{position}"
        frame.write.csv(path)
        answers.append([len(glob.glob(path + "/part-*")), spark.read.csv(path).count()])
    return answers


@program
def paths_said_twice(spark):
    """A path as an option and as a parameter is an error, or the parameter's counts as of old."""
    import os
    import tempfile
    directory = tempfile.mkdtemp()
    there, fake, also = f"{directory}/there", f"{directory}/fake", f"{directory}/also"
    spark.range(2).coalesce(1).write.csv(there)
    spark.range(3).coalesce(1).write.csv(also)

    def answers():
        read = spark.read.option("path", fake)
        numbers = spark.range(5).coalesce(1).write.mode("overwrite").option("Path", fake)
        started = spark.readStream.schema("a INT").csv(there).writeStream.option("path", fake)
        started = started.option("checkpointLocation", tempfile.mkdtemp()).format("csv")
        made = len(os.listdir(directory))
        attempts = [
            lambda: read.csv(there).count(), lambda: read.format("csv").load(there).count(),
            lambda: spark.read.option("path", there).csv([there, also]).count(),
            lambda: spark.read.option("path", there).csv(there).count(),
            lambda: spark.read.option("path", there).format("csv").load().count(),
            lambda: spark.read.option("paths", "[]").csv(there).count(),
            lambda: spark.readStream.option("PATH", fake).schema("a INT").csv(there).columns,
            lambda: spark.readStream.option("PATH", fake).format("text").load(there).columns,
            lambda: numbers.save(f"{directory}/saved{made}", format="csv"),
            lambda: started.trigger(availableNow=True).start(f"{directory}/out{made}")
                           .awaitTermination(20),
        ]
        return [context_condition(action) for action in attempts] + [
            sorted(name[:5] for name in os.listdir(directory))]

    strict = answers()
    spark.conf.set("spark.sql.legacy.pathOptionBehavior.enabled", "true")
    old = answers()
    spark.conf.unset("spark.sql.legacy.pathOptionBehavior.enabled")
    return [strict, old]
