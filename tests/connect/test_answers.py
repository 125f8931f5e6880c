"""What programs answer here is what they answer on Spark."""
import json
import pathlib

import pyspark
import pytest

import ansi_programs  # noqa: F401
import catalog_programs  # noqa: F401
import char_programs  # noqa: F401
import column_programs  # noqa: F401
import format_programs  # noqa: F401
import function_programs  # noqa: F401
import identifier_programs  # noqa: F401
import insert_programs  # noqa: F401
import metadata_programs  # noqa: F401
import order_programs  # noqa: F401
import persist_programs  # noqa: F401
import parse_programs  # noqa: F401
import partition_programs  # noqa: F401
import place_programs  # noqa: F401
import plan_programs  # noqa: F401
import processor_programs  # noqa: F401
import repartition_programs  # noqa: F401
import reshape_programs  # noqa: F401
import routine_programs  # noqa: F401
import scalar_function_programs  # noqa: F401
import setting_programs  # noqa: F401
import source_programs  # noqa: F401
import state_programs  # noqa: F401
import statistic_programs  # noqa: F401
import stream_programs  # noqa: F401
import table_function_programs  # noqa: F401
import table_layout_programs  # noqa: F401
import table_query_programs  # noqa: F401
import time_programs  # noqa: F401
import user_type_programs  # noqa: F401
import variant_programs  # noqa: F401
import window_function_programs  # noqa: F401
import xml_programs  # noqa: F401
from programs import NEWER, PROGRAMS

ANSWERS = {name: answer
           for file in sorted(pathlib.Path(__file__).parent.glob("*answers.json"))
           for name, answer in json.loads(file.read_text()).items()}


def as_json(value):
    return json.loads(json.dumps(value, default=str))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_program(spark, name):
    if name in NEWER and pyspark.__version__ < "4.1":
        pytest.skip("the client does not know it")
    assert as_json(PROGRAMS[name](spark)) == ANSWERS[name]
