"""Programs that insert into partitioned tables and use views of the catalog. See programs.py."""
from catalog_programs import attempt, fresh, without
from pyspark.sql import functions as F

from programs import plain, program


def rows_of(spark, name):
    return plain(sorted(tuple(row) for row in spark.table(name).collect()))


@program
def inserts_into_partitions(spark):
    name = fresh("i")
    spark.sql(f"CREATE TABLE {name} (v INT, w STRING, day STRING) USING parquet "
              "PARTITIONED BY (day)").collect()

    def told(action):
        answer = attempt(action)
        return without(answer, name) if isinstance(answer, (dict, str)) else None
    frame = spark.createDataFrame([(1, "a", "mon"), (2, "b", "tue")], "v INT, w STRING, day STRING")
    other = frame.select(F.col("day").alias("w"), F.lit(9).alias("x"), F.lit("wed").alias("v"))
    answers = []
    for step in [
        lambda: frame.write.insertInto(name),
        lambda: frame.filter("v = 1").withColumn("v", F.lit(7))
        .write.option("partitionOverwriteMode", "dynamic").insertInto(name, overwrite=True),
        lambda: other.write.insertInto(name),
        lambda: other.select("x", "w", "v").write.insertInto(name),
        lambda: spark.sql(f"INSERT OVERWRITE {name} PARTITION (day = 'wed') VALUES (5, 'sql')").collect(),
        lambda: spark.sql(f"INSERT INTO {name} BY NAME SELECT 'thu' AS day, 6 AS v").collect(),
        lambda: spark.sql(f"INSERT INTO {name} PARTITION (day) BY NAME SELECT 1 AS nope").collect(),
        lambda: frame.limit(1).write.mode("overwrite").insertInto(name),
    ]:
        answers.append([told(step), rows_of(spark, name)])
    spark.sql(f"DROP TABLE {name}").collect()
    return answers


@program
def views_of_the_catalog(spark):
    base, view = fresh("b"), fresh("v")

    def told(action):
        answer = attempt(action)
        return without(answer, base, view) if isinstance(answer, (dict, str)) else plain(answer)

    def listed():
        return [(t.namespace, t.tableType, t.isTemporary) for t in spark.catalog.listTables()
                if t.name == view]
    answers = []
    for step in [
        lambda: spark.sql(f"CREATE TABLE {base} USING parquet AS SELECT 1 AS a, 'x' AS b").collect(),
        lambda: spark.sql(f"CREATE VIEW {view} (p, q) COMMENT 'mine' AS SELECT a, b FROM {base}").collect(),
        lambda: [tuple(row) for row in spark.table(view).collect()],
        listed,
        lambda: spark.catalog.tableExists(view),
        lambda: [(c.name, c.dataType, c.nullable) for c in spark.catalog.listColumns(view)],
        lambda: spark.range(1).write.insertInto(view),
        lambda: spark.catalog.dropTempView(view),
        lambda: spark.newSession().table(view).count() if hasattr(spark, "newSession") else 1,
        lambda: spark.sql(f"ALTER VIEW {view} AS SELECT a + 1 AS r FROM {base}").collect(),
        lambda: [tuple(row) for row in spark.table(view).collect()],
        lambda: spark.sql(f"DROP VIEW {view}").collect(),
        lambda: spark.catalog.tableExists(view),
        lambda: spark.sql(f"DROP TABLE {base}").collect(),
    ]:
        answers.append(told(step))
    return answers
