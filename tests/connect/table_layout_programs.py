"""Programs that say how tables lie in files, and what becomes of a table that is replaced.

They run as in programs.py.
"""
import os
import shutil
import tempfile

from programs import error, plain, program, rows

# What differs from server to server.
OWN = ("Created Time", "Created By", "Location", "Type")


def described(spark, name):
    found = spark.sql(f"DESCRIBE EXTENDED {name}").collect()
    return [plain(row) for row in found if row[0] not in OWN]


def drop(spark, *names):
    for name in names:
        spark.sql(f"DROP TABLE IF EXISTS {name}")


def numbers(spark):
    return spark.range(10).selectExpr("id", "id % 3 AS k", "cast(id AS string) AS s")


def counted(spark, name):
    return spark.table(name).count()


@program
def buckets_of_writers(spark):
    drop(spark, "bucketed", "parted", "no_buckets")
    frame = numbers(spark)
    frame.write.bucketBy(4, "k").sortBy("id").mode("overwrite").saveAsTable("bucketed")
    frame.write.bucketBy(4, "k").sortBy("id").mode("append").saveAsTable("bucketed")
    frame.write.bucketBy(4, "K", "id").partitionBy("s").saveAsTable("parted")
    frame.write.bucketBy(0, "k").saveAsTable("no_buckets")
    answer = {
        "bucketed": described(spark, "bucketed"), "parted": described(spark, "parted"),
        "no_buckets": described(spark, "no_buckets"),
        "columns": [[column.name, column.isBucket, column.isPartition]
                    for column in spark.catalog.listColumns("parted")],
        "rows": rows(spark.table("bucketed").orderBy("id")),
        "parted_rows": rows(spark.table("parted").orderBy("id")),
        "append_plain": error(lambda: frame.write.mode("append").saveAsTable("bucketed")),
        "append_other": error(lambda: frame.write.bucketBy(5, "k").mode("append").saveAsTable("bucketed")),
        "insert": error(lambda: frame.write.insertInto("bucketed")),
        "insert_buckets": error(lambda: frame.write.bucketBy(4, "k").insertInto("bucketed")),
        "count": counted(spark, "bucketed"),
        "save": error(lambda: frame.write.bucketBy(4, "k").save("/nowhere/at/all")),
        "sort_only": error(lambda: frame.write.sortBy("k").saveAsTable("others")),
        "sort_save": error(lambda: frame.write.sortBy("k").save("/nowhere/at/all")),
        "no_column": error(lambda: frame.write.bucketBy(4, "nope").saveAsTable("others")),
        "no_sort_column": error(lambda: frame.write.bucketBy(4, "k").sortBy("nope").saveAsTable("others")),
        "twice": error(lambda: frame.write.bucketBy(4, "k", "K").saveAsTable("others")),
        "of_partitions": error(lambda: frame.write.bucketBy(4, "k").partitionBy("k").saveAsTable("others")),
    }
    drop(spark, "bucketed", "parted", "no_buckets")
    return answer


@program
def buckets_of_statements(spark):
    drop(spark, "b", "c")
    spark.sql("CREATE TABLE b (a INT, s STRING) USING parquet CLUSTERED BY (a) SORTED BY (s ASC) INTO 3 BUCKETS")
    spark.sql("INSERT INTO b VALUES (1, 'x'), (2, 'y'), (NULL, 'z')")
    spark.sql("CREATE TABLE c USING csv CLUSTERED BY (k) INTO 2 BUCKETS AS SELECT id, id % 3 AS k FROM range(5)")

    def create(clauses):
        return error(lambda: spark.sql(f"CREATE TABLE d (a INT, b STRING, m MAP<STRING, INT>) USING parquet {clauses}"))

    answer = {
        "b": described(spark, "b"), "c": described(spark, "c"),
        "rows": [rows(spark.table("b").orderBy("s")), rows(spark.table("c").orderBy("id"))],
        "descending": create("CLUSTERED BY (a) SORTED BY (b desc) INTO 3 BUCKETS"),
        "none": create("CLUSTERED BY (a) INTO 0 BUCKETS"),
        "too_many": create("CLUSTERED BY (a) INTO 100001 BUCKETS"),
        "no_column": create("CLUSTERED BY (x) INTO 3 BUCKETS"),
        "no_sort_column": create("CLUSTERED BY (a) SORTED BY (x) INTO 3 BUCKETS"),
        "twice": create("CLUSTERED BY (a, A) INTO 3 BUCKETS"),
        "sorted_twice": create("CLUSTERED BY (a) SORTED BY (b, b) INTO 3 BUCKETS"),
        "of_partitions": create("PARTITIONED BY (b) CLUSTERED BY (b) INTO 3 BUCKETS"),
        "sorted_by_partitions": create("PARTITIONED BY (a) CLUSTERED BY (b) SORTED BY (a) INTO 3 BUCKETS"),
        "no_order": create("CLUSTERED BY (a) SORTED BY (m) INTO 3 BUCKETS"),
        "no_columns": error(lambda: spark.sql("CREATE TABLE d USING parquet CLUSTERED BY (a) INTO 3 BUCKETS"),
                            with_parameters=False),
        "unfinished": error(lambda: spark.sql("CREATE TABLE d (a INT) USING parquet CLUSTERED BY (a) INTO 3"),
                            with_parameters=False),
    }
    drop(spark, "b", "c")
    return answer


@program
def clustering(spark):
    drop(spark, "clustered", "nested")
    frame = numbers(spark)
    frame.write.format("parquet").mode("overwrite").saveAsTable("plain")
    spark.sql("CREATE TABLE nested (a STRUCT<x: INT>, b STRING) USING parquet CLUSTER BY (a.x, b)")
    nested = [described(spark, "nested"), rows(spark.sql("SHOW TBLPROPERTIES nested"))]
    spark.sql("ALTER TABLE nested CLUSTER BY (b)")
    nested.append(rows(spark.sql("SHOW TBLPROPERTIES nested")))
    spark.sql("ALTER TABLE nested CLUSTER BY NONE")
    nested += [described(spark, "nested"), rows(spark.sql("SHOW TBLPROPERTIES nested"))]

    def create(clauses):
        return error(lambda: spark.sql(f"CREATE TABLE d (a INT, b STRING) USING parquet {clauses}"))

    answer = {
        "nested": nested,
        "no_column": create("CLUSTER BY (x)"),
        "with_buckets": create("CLUSTERED BY (a) INTO 3 BUCKETS CLUSTER BY (a)"),
        "with_partitions": create("PARTITIONED BY (a) CLUSTER BY (a)"),
        "alter": error(lambda: spark.sql("ALTER TABLE nested CLUSTER BY (c)")),
    }
    drop(spark, "plain", "nested")
    return answer


@program
def tables_like_others(spark):
    drop(spark, "source", "copy", "other", "of_view")
    spark.sql("""CREATE TABLE source (a INT COMMENT 'first', b STRING) USING csv PARTITIONED BY (b)
                 COMMENT 'about' TBLPROPERTIES ('k' = 'v')""")
    spark.sql("CREATE OR REPLACE TEMPORARY VIEW seen AS SELECT 1 AS x, 'y' AS y")
    spark.sql("CREATE TABLE copy LIKE source")
    spark.sql("CREATE TABLE other LIKE source USING json TBLPROPERTIES ('p' = 'q')")
    spark.sql("CREATE TABLE of_view LIKE seen")
    spark.sql("CREATE TABLE IF NOT EXISTS copy LIKE of_view")
    spark.sql("INSERT INTO copy VALUES (1, 'x')")
    answer = {
        "copy": described(spark, "copy"), "other": described(spark, "other"), "of_view": described(spark, "of_view"),
        "rows": [rows(spark.table("copy")), rows(spark.table("source"))],
        "again": error(lambda: spark.sql("CREATE TABLE copy LIKE source")),
        "of_nothing": error(lambda: spark.sql("CREATE TABLE more LIKE nothing"), with_parameters=False),
    }
    drop(spark, "source", "copy", "other", "of_view")
    return answer


@program
def added_columns(spark):
    drop(spark, "growing", "parts")
    spark.sql("CREATE TABLE growing (a INT) USING parquet")
    spark.sql("INSERT INTO growing VALUES (1)")
    spark.sql("ALTER TABLE growing ADD COLUMNS (b STRING COMMENT 'second', c ARRAY<INT>)")
    spark.sql("INSERT INTO growing VALUES (2, 'x', array(1))")
    spark.sql("ALTER TABLE growing ADD COLUMN d DATE")
    spark.sql("CREATE TABLE parts (a INT, p INT) USING json PARTITIONED BY (p)")
    spark.sql("INSERT INTO parts VALUES (1, 1)")
    spark.sql("ALTER TABLE parts ADD COLUMNS (b STRING)")
    spark.sql("INSERT INTO parts VALUES (2, 'x', 2)")
    answer = {
        "growing": [described(spark, "growing"), rows(spark.table("growing").orderBy("a"))],
        "parts": [described(spark, "parts"), rows(spark.table("parts").orderBy("a"))],
        "again": error(lambda: spark.sql("ALTER TABLE growing ADD COLUMNS (A INT)"), with_parameters=False),
        "no_table": error(lambda: spark.sql("ALTER TABLE nothing ADD COLUMNS (A INT)"), with_parameters=False),
    }
    drop(spark, "growing", "parts")
    return answer


@program
def replaced_tables(spark):
    """Writes that cannot be done leave what was there."""
    drop(spark, "kept", "placed")
    frame = numbers(spark)
    frame.write.saveAsTable("kept")

    def overwrite(rows_of, format="parquet"):
        failed = error(lambda: rows_of.write.format(format).mode("overwrite").saveAsTable("kept"))
        return [failed, counted(spark, "kept")]

    answer = {
        "reads_itself": overwrite(spark.table("kept").where("id > 2")),
        "reads_itself_in_sql": overwrite(spark.sql("SELECT * FROM kept JOIN range(2) USING (id)")),
        "no_such_column": overwrite(frame.selectExpr("nope")),
        "same_names": overwrite(frame.selectExpr("id", "id")),
        "no_such_type": overwrite(frame.selectExpr("cast(id AS variant) AS v"), "csv"),
        "no_such_partition": [error(lambda: frame.write.partitionBy("zz").mode("overwrite").saveAsTable("kept")),
                              counted(spark, "kept")],
        "insert": [error(lambda: spark.table("kept").write.mode("overwrite").insertInto("kept")),
                   counted(spark, "kept")],
        "replaced": [error(lambda: frame.where("id < 3").select("k").write.mode("overwrite").saveAsTable("kept")),
                     rows(spark.table("kept").orderBy("k"))],
        "other_format": [error(lambda: frame.where("id < 2").write.format("json").mode("overwrite")
                               .saveAsTable("kept")), rows(spark.table("kept").orderBy("id"))],
    }
    drop(spark, "kept")
    return answer


@program
def tables_of_queries_at_places(spark):
    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o777)
    place = directory + "/place"
    drop(spark, "placed", "second", "moved", "below")
    frame = numbers(spark)
    frame.write.parquet(place)
    answer = {
        "overwritten": [error(lambda: frame.where("id < 3").write.mode("overwrite").option("path", place)
                              .saveAsTable("placed")), counted(spark, "placed")],
        "again": [error(lambda: frame.where("id < 4").write.mode("overwrite").option("path", place)
                        .saveAsTable("placed")), counted(spark, "placed")],
        "not_empty": error(lambda: frame.write.option("path", place).saveAsTable("second"), with_parameters=False),
        "ignored": error(lambda: frame.write.mode("ignore").option("path", place).saveAsTable("second"),
                         with_parameters=False),
        "statement": error(lambda: spark.sql(
            f"CREATE TABLE second USING parquet LOCATION '{place}' AS SELECT 1 AS id"), with_parameters=False),
        # Both lie where the table did that they replace.
        "moved": [error(lambda: frame.write.mode("overwrite").saveAsTable("moved")),
                  error(lambda: frame.where("id < 4").write.mode("overwrite")
                        .option("path", spark.conf.get("spark.sql.warehouse.dir") + "/moved").saveAsTable("moved")),
                  counted(spark, "moved")],
        "moved_below": [error(lambda: frame.write.mode("overwrite").saveAsTable("below")),
                        error(lambda: frame.where("id < 5").write.mode("overwrite")
                              .option("path", spark.conf.get("spark.sql.warehouse.dir") + "/below/in/it")
                              .saveAsTable("below")),
                        counted(spark, "below")],
        "empty": error(lambda: spark.sql(
            f"CREATE TABLE second USING parquet LOCATION '{directory}/new' AS SELECT 1 AS id")),
        "rows": rows(spark.table("second")),
    }
    warehouse = spark.conf.get("spark.sql.warehouse.dir").removeprefix("file:")
    drop(spark, "placed", "second", "moved", "below")
    for name in ("moved", "below"):
        shutil.rmtree(f"{warehouse}/{name}", ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)
    return answer


@program
def partition_columns(spark):
    """Which columns may name directories, and what the directories say of types."""
    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o777)

    def written(number, value):
        path = f"{directory}/{number}"
        spark.sql(f"SELECT 1 AS id, {value} AS p").coalesce(1).write.partitionBy("p").json(path)
        return rows(spark.read.json(path))

    kept = ["1.5D", "true", "date'2024-01-01'", "timestamp'2024-01-01 10:00:00'", "timestamp'2024-01-01 10:00:00.5'",
            "timestamp'2024-01-01 10:00:00.25'", "cast(1.50 AS DECIMAL(5,2))", "interval '1' day", "'01'"]
    refused = ["array(1)", "map(1, 2)", "struct(1)", "null", "parse_json('1')"]
    answer = {
        "kept": {value: written(number, value) for number, value in enumerate(kept)},
        "refused": {value: error(lambda value=value: written("no", value)) for value in refused},
        "no_column": error(lambda: spark.range(2).write.partitionBy("zz").json(directory + "/none")),
        "twice": error(lambda: spark.range(2).selectExpr("id", "id AS k").write.partitionBy("k", "K")
                       .json(directory + "/twice")),
        "same_names": {name: error(lambda name=name: spark.range(2).selectExpr("id", "id AS ID").write.format(name)
                                   .save(f"{directory}/{name}"))
                       for name in ("parquet", "orc", "json", "csv")},
    }
    shutil.rmtree(directory, ignore_errors=True)
    return answer
