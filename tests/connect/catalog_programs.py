"""Programs of spark.catalog, views and tables. See programs.py."""
import contextlib
import json
import pathlib
import re
import tempfile
import uuid

from pyspark import StorageLevel
from pyspark.sql import functions as F

from programs import error, newer_program, plain, program, rows


def fresh(prefix):
    """A name that no other run has: tables are for all sessions."""
    return prefix + uuid.uuid4().hex[:12]


def attempt(action):
    """What it gives, or what its error says."""
    given = []
    failure = error(lambda: given.append(action()))
    return given[0] if given else failure


def without(value, *secrets):
    """A dictionary, or the text of anything else, without what differs from run to run."""
    text = json.dumps(value) if isinstance(value, dict) else str(value)
    for number, secret in enumerate(secrets):
        text = text.replace(secret, f"<{number}>")
    return json.loads(text) if isinstance(value, dict) else text


@contextlib.contextmanager
def table(spark):
    """A table of its own, and its name."""
    name = fresh("t")
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "data"
        spark.sql(f"CREATE TABLE {name} USING parquet LOCATION '{path}' "
                  "AS SELECT 1 AS id, 'a' AS t").collect()
        try:
            yield name
        finally:
            spark.sql(f"DROP TABLE IF EXISTS {name}").collect()

# Sessions that are not collected (sessions.py says why).
KEPT = []


@program
def global_views(spark):
    frame = spark.range(3)
    name = fresh("g")

    def told(action):
        answer = attempt(action)
        return without(answer, name) if isinstance(answer, dict) else answer
    answers = [told(lambda: frame.createGlobalTempView(name)),
               told(lambda: rows(spark.table(f"global_temp.{name}"))),
               told(lambda: rows(spark.sql(f"select count(*) c from global_temp.{name.upper()}"))),
               told(lambda: frame.createGlobalTempView(name)),
               told(lambda: spark.range(5).createOrReplaceGlobalTempView(name)),
               spark.table(f"global_temp.{name}").count(),
               told(lambda: spark.table(name).count()),
               spark.catalog.tableExists(f"global_temp.{name}"), spark.catalog.tableExists(name)]
    listed = [view for view in spark.catalog.listTables("global_temp") if view.name == name]
    answers += [without(listed, name), without(spark.catalog.getTable(f"global_temp.{name}"), name)]
    spark.sql(f"create or replace global temporary view {name}2 as select 7 as n").collect()
    answers += [rows(spark.sql(f"select * from global_temp.{name}2")),
                [(c.name, c.dataType) for c in spark.catalog.listColumns(f"global_temp.{name}2")]]
    answers += [spark.catalog.dropGlobalTempView(name), spark.catalog.dropGlobalTempView(name),
                spark.catalog.tableExists(f"global_temp.{name}"),
                told(lambda: spark.sql(f"drop view global_temp.{name}2").collect()),
                told(lambda: spark.table(f"global_temp.{name}2").count()),
                spark.catalog.databaseExists("global_temp"),
                told(lambda: rows(spark.sql(f"show views in global_temp like '{name}*'")))]
    return answers


@program
def catalog_tables(spark):
    catalog = spark.catalog
    with table(spark) as name:
        def told(action):
            answer = attempt(action)
            return without(answer, name) if isinstance(answer, (dict, str)) else answer
        answers = [without(catalog.getTable(name), name), catalog.tableExists(name),
                   catalog.tableExists(f"default.{name}"), catalog.tableExists(f"spark_catalog.default.{name}"),
                   without([t for t in catalog.listTables() if t.name == name], name),
                   without([t for t in catalog.listTables(pattern=name[:6] + "*")], name),
                   [(c.name, c.dataType, c.nullable, c.isPartition) for c in catalog.listColumns(name)],
                   catalog.isCached(name)]
        catalog.cacheTable(name)
        answers += [catalog.isCached(name), rows(spark.table(name))]
        catalog.uncacheTable(name)
        answers += [catalog.isCached(name)]
        catalog.refreshTable(name)
        answers += [told(lambda: catalog.refreshTable("no_such")), told(lambda: catalog.cacheTable("no_such")),
                    told(lambda: catalog.isCached("no_such")), told(lambda: catalog.uncacheTable("no_such")),
                    told(lambda: catalog.getTable("no_such")), told(lambda: catalog.listColumns("no_such")),
                    told(lambda: catalog.getTable("a.b.c.d")), told(lambda: catalog.recoverPartitions(name)),
                    told(lambda: catalog.recoverPartitions("no_such"))]
    return answers


@program
def catalog_databases(spark):
    catalog = spark.catalog
    return [attempt(lambda made=made: plain(made())) for made in [
        lambda: [(d.name, d.catalog, d.description) for d in catalog.listDatabases() if d.name == "default"],
        lambda: [d.name for d in catalog.listDatabases("def*")], lambda: [d.name for d in catalog.listDatabases("x*")],
        lambda: catalog.getDatabase("default")[:3], lambda: catalog.getDatabase("spark_catalog.default")[:3],
        lambda: catalog.getDatabase("no_such"), lambda: catalog.databaseExists("no_such"),
        lambda: catalog.databaseExists("spark_catalog.default"), lambda: catalog.setCurrentDatabase("no_such"),
        lambda: catalog.setCurrentDatabase("default"), lambda: catalog.currentDatabase(),
        lambda: [c.name for c in catalog.listCatalogs()], lambda: [c.name for c in catalog.listCatalogs("x*")],
        lambda: catalog.setCurrentCatalog("no_such"), lambda: catalog.setCurrentCatalog("spark_catalog"),
        lambda: catalog.listTables("no_such"), lambda: catalog.tableExists("no_such.x"),
        lambda: catalog.clearCache(), lambda: catalog.refreshByPath("/no/such"),
    ]]


@program
def catalog_functions(spark):
    catalog = spark.catalog
    spark.udf.register("my_own", lambda x: x, "int")
    return [attempt(lambda made=made: plain(made())) for made in [
        lambda: catalog.functionExists("abs"), lambda: catalog.functionExists("no_such"),
        lambda: catalog.functionExists("explode"), lambda: catalog.functionExists("row_number"),
        lambda: catalog.functionExists("my_own"),
        lambda: [f.name for f in catalog.listFunctions(pattern="my_*")],
        lambda: [f.name for f in catalog.listFunctions(pattern="to_date|abs")],
        lambda: [(f.name, f.catalog, f.namespace, f.isTemporary) for f in catalog.listFunctions(pattern="abs")],
        lambda: (lambda f: (f.name, f.catalog, f.namespace, f.isTemporary))(catalog.getFunction("abs")),
        lambda: catalog.getFunction("no_such"), lambda: catalog.getFunction("a.b.c"),
        lambda: (lambda f: (f.name, f.catalog, f.namespace, f.isTemporary))(catalog.getFunction("my_own")),
        lambda: catalog.listFunctions("no_such"),
        lambda: len(catalog.listFunctions("default", "my_*")), lambda: catalog.functionExists("default.no_such"),
    ]]


@program
def catalog_creations(spark):
    name = fresh("t")
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/data"
        spark.createDataFrame([(1, "a"), (2, "b")], "id INT, t STRING").coalesce(1).write.parquet(path)

        def told(action):
            answer = attempt(action)
            return without(answer, name, directory) if isinstance(answer, (dict, str)) else answer
        answers = [told(lambda: rows(spark.catalog.createTable(
                       name, path=path, source="parquet").orderBy("id"))),
                   told(lambda: spark.catalog.createTable(name, path=path, source="parquet")),
                   told(lambda: [(c.name, c.dataType) for c in spark.catalog.listColumns(name)]),
                   told(lambda: spark.table(name).inputFiles() == spark.read.parquet(path).inputFiles()),
                   told(lambda: len(spark.read.parquet(path).inputFiles())),
                   told(lambda: rows(spark.sql(f"drop table {name}"))),
                   told(lambda: spark.catalog.tableExists(name)),
                   told(lambda: rows(spark.catalog.createTable(
                       name, path=f"{directory}/new", source="json",
                       schema=spark.createDataFrame([], "a INT, b STRING").schema, description="about it"))),
                   told(lambda: str(spark.catalog.getTable(name))),
                   told(lambda: spark.catalog.createTable(name + "x", path=path, source="no_such"))]
        spark.sql(f"drop table if exists {name}").collect()
    return answers


@newer_program
def catalog_newer(spark):
    catalog = spark.catalog
    if not hasattr(catalog, "dropTable"):
        return []
    with table(spark) as name:
        def told(action):
            answer = attempt(action)
            return without(answer, name) if isinstance(answer, (dict, str, list)) else answer
        return [told(lambda: catalog.truncateTable(name)), spark.table(name).count(),
                told(lambda: catalog.truncateTable("no_such")), told(lambda: catalog.analyzeTable(name)),
                told(lambda: catalog.analyzeTable(name, noScan=True)), told(lambda: catalog.analyzeTable("no_such")),
                told(lambda: catalog.listPartitions(name)), told(lambda: catalog.listPartitions("no_such")),
                told(lambda: sorted(catalog.getTableProperties(name))), told(lambda: catalog.getTableProperties("no_such")),
                told(lambda: catalog.getCreateTableString(name).split("\n")[0]),
                told(lambda: catalog.getCreateTableString("no_such")),
                told(lambda: catalog.dropView("no_such")), told(lambda: catalog.dropView("no_such", ifExists=True)),
                told(lambda: catalog.dropTable("no_such")), told(lambda: catalog.dropTable("no_such", ifExists=True)),
                told(lambda: catalog.createDatabase("default")), told(lambda: catalog.createDatabase("default", True)),
                told(lambda: catalog.dropDatabase("no_such")), told(lambda: catalog.dropDatabase("no_such", True)),
                told(lambda: [v.name for v in catalog.listViews()]), told(lambda: catalog.dropTable(name)),
                told(lambda: catalog.tableExists(name))]


@program
def view_errors(spark):
    frame = spark.range(2)
    frame.createOrReplaceTempView("a_view")
    answers = [attempt(lambda made=made: plain(made())) for made in [
        lambda: frame.createTempView("a_view"), lambda: frame.createTempView("a.b"),
        lambda: frame.createTempView("a b"), lambda: frame.createOrReplaceTempView(""),
        lambda: frame.createOrReplaceTempView("`odd name`"), lambda: spark.table("`odd name`").count(),
        lambda: spark.catalog.dropTempView("odd name"), lambda: spark.table("A_VIEW").count(),
        lambda: frame.createGlobalTempView("a.b"),
        lambda: spark.sql("create temporary view a_view as select 1").collect(),
        lambda: spark.sql("drop view no_such").collect(), lambda: spark.sql("drop table a_view").collect(),
        lambda: spark.sql("insert into a_view values (1)").collect(),
        lambda: frame.write.insertInto("a_view"),
    ]]
    spark.catalog.dropGlobalTempView("b")
    return answers


@program
def table_writes(spark):
    two = spark.createDataFrame([(1, "a"), (2, "b")], "id INT, t STRING")
    more = spark.createDataFrame([(3, "c")], "id INT, t STRING")
    name = fresh("w")

    def told(action):
        answer = attempt(action)
        return without(answer, name) if isinstance(answer, (dict, str)) else answer

    def content():
        return told(lambda: plain(sorted(tuple(row) for row in spark.table(name).collect())))
    answers = []
    for step in [
        lambda: two.writeTo(name).append(), lambda: two.writeTo(name).using("parquet").create(),
        lambda: two.writeTo(name).using("parquet").create(),
        lambda: two.write.mode("append").saveAsTable(name),
        lambda: two.write.mode("overwrite").saveAsTable(name), lambda: two.write.saveAsTable(name),
        lambda: more.write.mode("ignore").saveAsTable(name), lambda: more.write.insertInto(name),
        lambda: more.write.insertInto(name, overwrite=True),
        lambda: more.select("id").write.insertInto(name),
        lambda: two.write.mode("nonsense").saveAsTable(name),
    ]:
        answers.append([told(step), content()])
    spark.sql(f"drop table if exists {name}").collect()
    return answers


@program
def merges(spark):
    """Tables of files take no MERGE."""
    source = spark.createDataFrame([(1, "a")], "id INT, t STRING")
    with table(spark) as name:
        def told(action):
            answer = attempt(action)
            return without(answer, name) if isinstance(answer, (dict, str)) else answer
        return [told(lambda: source.alias("s").mergeInto(name, F.col("s.id") == F.col(f"{name}.id"))
                     .whenMatched().updateAll().whenNotMatched().insertAll().merge()),
                told(lambda: source.mergeInto("no_such", F.lit(True))
                     .whenMatched().delete().merge())]


@program
def databases(spark):
    name = fresh("d")

    def told(statement):
        return without(attempt(lambda: rows(spark.sql(statement))), name)
    answers = [told(statement) for statement in [
        f"create database {name} comment 'about it'", f"create schema {name}",
        f"create database if not exists {name}", f"show databases like '{name}*'",
        f"create table {name}.t (id int, t string) using parquet",
        f"insert into {name}.t values (1, 'a')", f"select * from {name}.t",
        f"select * from spark_catalog.{name}.t", "select * from t", f"use {name}",
        "select current_schema()", "select id from t", "show tables", "show tables in no_such",
        "create table u using parquet as select 2 as x", f"show tables in {name} like 't|u'",
        "use default", f"drop database {name}", f"drop table {name}.u", f"drop table {name}.u",
        f"drop database {name} cascade", f"drop database {name}", f"drop database if exists {name}",
        f"select * from {name}.t", f"use {name}", "drop database default",
        f"create table {name}.t (id int) using parquet", f"insert into {name}.t values (1)",
        "create database a.b.c", "use database a.b", "drop schema if exists no_such cascade",
    ]]
    catalog = spark.catalog
    spark.sql(f"create database {name}").collect()
    answers += [catalog.databaseExists(name), len(catalog.listDatabases(name)),
                (lambda d: [without(d.name, name), d.catalog, d.description])(
                    catalog.getDatabase(name))]
    catalog.setCurrentDatabase(name)
    spark.range(2).write.saveAsTable("here")
    answers += [without(catalog.currentDatabase(), name), without(catalog.listTables(), name),
                catalog.tableExists("here"), catalog.tableExists(f"{name}.here"),
                catalog.tableExists("default.here"), spark.table("here").count()]
    catalog.setCurrentDatabase("default")
    spark.sql(f"drop database {name} cascade").collect()
    return answers + [catalog.databaseExists(name), catalog.tableExists(f"{name}.here")]


@program
def tables_of_all_sessions(spark):
    """What one session makes, another one sees; but for its own views."""
    name = fresh("s")
    other = type(spark)(spark.client._builder)
    KEPT.append(other)
    try:
        spark.range(3).write.saveAsTable(name)
        spark.range(3).createGlobalTempView(name)
        spark.range(3).createTempView(name + "own")
        with tempfile.TemporaryDirectory() as directory:
            spark.range(4).coalesce(1).write.parquet(f"{directory}/data")
            spark.read.parquet(f"{directory}/data").createGlobalTempView(name + "files")
            answers = [other.table(name).count(), other.table(f"global_temp.{name}").count(),
                       other.table(f"global_temp.{name}files").count(),
                       other.catalog.tableExists(name + "own")]
        other.sql(f"drop table {name}").collect()
        return answers + [other.catalog.dropGlobalTempView(name),
                          other.catalog.dropGlobalTempView(name + "files"),
                          spark.catalog.tableExists(name),
                          spark.catalog.tableExists(f"global_temp.{name}")]
    finally:
        other.stop()


@program
def storage(spark):
    frame = spark.range(5).select((F.col("id") * 17).alias("v"))
    answers = [spark.range(7).is_cached, str(frame.storageLevel)]
    frame.cache()
    answers += [str(frame.storageLevel), rows(frame)]
    frame.unpersist()
    answers += [str(frame.storageLevel)]
    frame.persist(StorageLevel.DISK_ONLY)
    answers += [str(frame.storageLevel)]
    frame.unpersist(True)
    return answers + [str(frame.storageLevel)]


@program
def files_read(spark):
    with tempfile.TemporaryDirectory() as directory:
        spark.range(3).coalesce(1).write.parquet(f"{directory}/one")
        spark.range(3).coalesce(1).write.json(f"{directory}/an other")
        one = spark.read.parquet(f"{directory}/one")
        other = spark.read.json(f"{directory}/an other")
        return [re.sub("part-.*", "part", file.replace(directory, "<d>"))
                for frame in [one, other, one.join(other, "id"), one.union(one).filter("id > 1"),
                              spark.range(3)]
                for file in sorted(frame.inputFiles()) + [""]]


@newer_program
def lateral_joins(spark):
    left = spark.createDataFrame([(1, [1, 2]), (2, [])], "id INT, list ARRAY<INT>")
    answers = [
        rows(left.lateralJoin(spark.tvf.explode(F.col("list").outer())).select("id", "col")
             .orderBy("id", "col")),
        rows(left.lateralJoin(spark.tvf.explode(F.col("list").outer()), how="left")
             .select("id", "col").orderBy("id", "col")),
        rows(left.alias("l").lateralJoin(
            spark.range(5).where(F.col("id") > F.col("l.id").outer())
            .agg(F.count("*").alias("more"))).select("l.id", "more").orderBy("id")),
        rows(left.lateralJoin(spark.range(3).select(F.col("id").alias("n")),
                              F.col("n") == F.size("list")).select("id", "n")),
        rows(left.lateralJoin(spark.range(2).select(F.col("id").alias("n")), how="cross")
             .select("n").orderBy("n")),
    ]
    return answers + [attempt(lambda: rows(left.lateralJoin(
        spark.range(3).where(F.col("id") <= F.col("no").outer()))))]


@newer_program
def row_numbers(spark):
    if not hasattr(spark.range(1), "zipWithIndex"):
        return []
    frame = spark.range(2, 5, numPartitions=1)
    return [rows(frame.zipWithIndex().orderBy("id")), rows(frame.zipWithIndex("n").orderBy("id")),
            rows(spark.createDataFrame([("b",), ("a",), ("c",)], "t STRING").coalesce(1)
                 .zipWithIndex().orderBy("index"))]
