"""Programs that name columns, functions and tables by parameter: IDENTIFIER(:name)."""
from pyspark.sql import functions as F

from catalog_programs import fresh, without
from programs import error, program, rows


def people(spark):
    frame = spark.createDataFrame([(1, "a", 10), (2, "b", 20), (3, "c", None)],
                                  "k int, s string, v long")
    frame.createOrReplaceTempView("folk")
    return frame


@program
def identifiers_by_parameter(spark):
    people(spark)
    query = ("select identifier(:key) as k, identifier(:f)(identifier(:value)) as t "
             "from identifier(:table) where identifier(:table '.k') > :low "
             "group by identifier(:key) order by identifier(:key) desc")
    names = {"key": "k", "f": "sum", "value": "folk.v", "table": "folk", "low": 1}
    frame = spark.sql(query, args=names)
    return [rows(frame), frame.columns,
            rows(spark.sql("select identifier(?), ? as identifier(?) from identifier(?) order by 1",
                           args=["s", 7, "seven", "folk"])),
            rows(spark.sql("select * from identifier(:name)(2)", args={"name": "range"})),
            rows(spark.sql("with identifier(:t)(identifier(:c)) as (values (1)) "
                           "select identifier(:t '.' :c) from identifier(:t)",
                           args={"t": "w", "c": "x"})),
            rows(spark.sql("select identifier(:c) from folk order by identifier(:c) limit 1",
                           args={"c": F.lit("`s`")}))]


@program
def identifiers_of_commands_by_parameter(spark):
    name = fresh("t")
    args = {"t": name, "c": "a"}
    answers = []
    for statement in ["create table identifier(:t) (identifier(:c) int) using parquet",
                      "insert into identifier(:t) (identifier(:c)) values (1), (2)",
                      "create or replace temporary view identifier(:t '_v') as "
                      "select identifier(:c) + 1 as b from identifier(:t)"]:
        answers.append(rows(spark.sql(statement, args=args)))
    answers.append(rows(spark.sql(f"select * from {name}_v order by b")))
    answers.append(rows(spark.sql("describe identifier(:t)", args=args)))
    spark.sql("drop view identifier(:t '_v')", args=args).collect()
    spark.sql("drop table identifier(:t)", args=args).collect()
    answers.append(spark.catalog.tableExists(name))
    answers.append(without(error(lambda: spark.sql("drop table identifier(:t)", args=args)
                                 .collect()), name))
    return answers


@program
def identifiers_made_of_variables(spark):
    people(spark)
    spark.sql("declare or replace variable col = 'k'").collect()
    frame = spark.sql("select identifier(col) as c from folk order by 1")
    answers = [rows(frame),
               rows(people(spark).selectExpr("identifier(col || '')", "identifier('s')")),
               rows(people(spark).filter("identifier(col) = 2")),
               rows(people(spark).select(F.expr("identifier('ab' || 's')(identifier(col))")))]
    spark.sql("set var col = 'v'").collect()
    answers.append(rows(spark.sql("select max(identifier(col)) as c from folk")))
    return answers


@program
def identifier_errors(spark):
    people(spark)
    statements = [
        ("select identifier(:p) from folk", 1), ("select identifier(:p) from folk", None),
        ("select identifier(:p) from folk", "nosuch"), ("select identifier(:p) from folk", "a b"),
        ("select identifier(:p) from folk", ""), ("select identifier(:p) from folk", "a-b"),
        ("select identifier(:p)(1) from folk", "nosuch"), ("select 1 as identifier(:p)", "a.b"),
        ("select * from identifier(:p)", "nosuch"), ("select * from identifier(:p)", "a b"),
        ("select * from identifier(:p || '')", "drop table folk; --"),
        ("select identifier(s) from folk", "x"), ("select identifier(nosuch) from folk", "x"),
        ("select * from identifier(nosuch)", "x"), ("select * from identifier((select :p))", "x"),
        ("select * from identifier(cast(null as string))", "x"),
        ("select * from identifier(current_date())", "x"),
        ("select identifier(:q) from folk", "x")]
    return [error(lambda s=s, p=p: spark.sql(s, args={"p": p}).collect()) for s, p in statements]
