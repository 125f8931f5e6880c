"""An ORC file that Spark 4.3 wrote: dictionaries, all kinds of runs, old dates, types in attributes."""
import base64
import json
import pathlib

STORED = json.loads(pathlib.Path(__file__).with_name("orc_file.json").read_text())


def test_a_file_of_spark(spark, tmp_path):
    (tmp_path / "spark.orc").write_bytes(base64.b64decode(STORED["file"]))
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        frame = spark.read.orc(str(tmp_path))
        assert frame.schema.simpleString() == STORED["schema"]
        text = frame.selectExpr(*[f"cast({name} AS string) AS {name}" for name in frame.columns])
        assert [list(row) for row in text.collect()] == STORED["rows"]
    finally:
        spark.conf.unset("spark.sql.session.timeZone")
