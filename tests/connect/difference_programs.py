"""Programs that answer otherwise than on Spark, for tools/compare_connect.py. See programs.py.

known_differences.txt has the reasons.
"""
from pyspark.sql import functions as F

from catalog_programs import attempt, fresh, table, without
from programs import plain, program


@program
def tables_written_by_write_to(spark):
    """Appending to a table of files, or replacing one."""
    two = spark.createDataFrame([(1, "a"), (2, "b")], "id INT, t STRING")
    more = spark.createDataFrame([(3, "c")], "id INT, t STRING")
    name = fresh("w")

    def told(action):
        answer = attempt(action)
        return without(answer, name) if isinstance(answer, dict) else answer
    two.writeTo(name).using("parquet").create()
    answers = []
    for step in [
        lambda: more.writeTo(name).append(), lambda: more.writeTo(name).overwrite(F.lit(True)),
        lambda: two.writeTo(name).overwritePartitions(),
        lambda: more.writeTo(name).using("parquet").replace(),
        lambda: two.writeTo(name).using("parquet").createOrReplace(),
    ]:
        answers.append([told(step), plain(sorted(tuple(row) for row in spark.table(name).collect()))])
    spark.sql(f"drop table {name}").collect()
    return answers


@program
def statements_not_there(spark):
    with table(spark) as name:
        answers = []
        for statement in [f"delete from {name} where id = 1", f"update {name} set id = 2",
                          f"create view {name}v as select 1 as c", f"drop view {name}v"]:
            answer = attempt(lambda text=statement: plain(spark.sql(text).collect()))
            answers.append(without(answer, name) if isinstance(answer, dict) else answer)
        return answers
