"""Programs with the type TIME, which needs a setting that is off. See programs.py."""
import datetime
import tempfile

from pyspark.sql import functions as F
from pyspark.sql import types

from programs import error, newer_program


@newer_program
def time_is_refused(spark):
    kind = types.TimeType()
    schema = types.StructType([types.StructField("t", kind)])
    one = spark.range(1)
    noon = datetime.time(12)
    texts = ["SELECT TIME'12:34:56.789'", "SELECT TIME'abc'", "SELECT CAST('12:34' AS TIME)",
             "SELECT CAST('x' AS time(3))", "SELECT CAST(NULL AS array<time>)", "SELECT current_time",
             "SELECT current_time()", "SELECT current_time(3)", "SELECT make_time(1, 2, 3.5)",
             "SELECT to_time('12:00')", "SELECT try_to_time('x')", "SELECT time_from_seconds(1)",
             "SELECT time_diff('HOUR', TIME'10:00', TIME'12:00')", "SELECT time_trunc('HOUR', TIME'10:20')",
             "SELECT time_to_millis(TIME'10:00')", "SELECT time(1)", "SELECT from_json('{}', 'a time')",
             "CREATE TABLE with_time (t TIME) USING parquet"]
    with tempfile.TemporaryDirectory() as place:
        return [[text, error(lambda: spark.sql(text).collect())] for text in texts] + [
            error(lambda: spark.createDataFrame([(noon,)], schema).collect()),
            error(lambda: spark.createDataFrame([(noon,)], "t time").collect()),
            error(lambda: spark.createDataFrame([], schema).collect()),
            error(lambda: spark.read.schema(schema).json(place).collect()),
            error(lambda: spark.read.schema("t time").json(place).collect()),
            error(lambda: one.select(F.lit(noon)).collect()),
            error(lambda: one.select(F.lit("01:02:03").cast(kind)).collect()),
            error(lambda: one.select(F.lit("01:02:03").cast("time(3)")).collect()),
            error(lambda: one.select(F.udf(lambda x: noon, kind)("id")).collect()),
            spark.conf.get("spark.sql.timeType.enabled")]
