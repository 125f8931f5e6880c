"""Writes the functions that the tests of this room call, pickled as a client pickles them.

usage: test_functions.py DIRECTORY: one file per function, named after it.
"""

import ctypes
import datetime
import os
import sys
import time

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import cloudpickle
from pyspark.serializers import AutoBatchedSerializer, CPickleSerializer
from pyspark.sql.streaming.stateful_processor import StatefulProcessor
from pyspark.sql.streaming.stateful_processor_util import TransformWithStateInPandasUdfUtils
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

ROW = StructType().add("id", LongType()).add("s", StringType())
PAIR = StructType().add("k", LongType()).add("n", LongType())
ALL = StructType()
for _name, _type in {
    "b": BooleanType(),
    "i8": ByteType(),
    "i16": ShortType(),
    "i32": IntegerType(),
    "i64": LongType(),
    "f": FloatType(),
    "d": DoubleType(),
    "n": DecimalType(10, 2),
    "s": StringType(),
    "bin": BinaryType(),
    "dt": DateType(),
    "ts": TimestampType(),
    "tn": TimestampNTZType(),
    "iv": DayTimeIntervalType(),
    "a": ArrayType(IntegerType()),
    "m": MapType(StringType(), IntegerType()),
    "st": StructType().add("x", IntegerType()).add("y", StringType()),
}.items():
    ALL.add(_name, _type)
ONE_BY_ONE = {"all_" + field.name: field.dataType for field in ALL.fields}


def identity(value):
    return value


def plus_one(value):
    return None if value is None else value + 1


def add(a, b):
    return a + b


def boom(value):
    raise ValueError("boom")


def die(value):
    os._exit(3)


def fault(value):
    ctypes.string_at(0)


def hang(value):
    while True:
        time.sleep(3600)


def batch_length(value):
    return pd.Series([len(value)] * len(value))


def hour_of(value):
    return value.dt.hour


def process_number(value):
    return pd.Series([os.getpid()] * len(value))


def environment(value):
    return pd.Series([os.environ.get("TEST_MARK", "none")] * len(value))


def eat_memory(value):
    return pd.Series([len(bytearray(8 << 30))] * len(value))


def print_line(value):
    print("a line from the function", file=sys.stderr)
    return value


def iterator_plus_one(batches):
    for batch in batches:
        yield batch + 1


def iterator_add(batches):
    for a, b in batches:
        yield a + b


def arrow_iterator_plus_one(batches):
    for batch in batches:
        yield pc.add(batch, 1)


def iterator_drops_rows(batches):
    for batch in batches:
        yield batch[1:]


def map_filter(batches):
    for batch in batches:
        yield batch[batch.id > 2]


def map_identity(batches):
    yield from batches


def map_from_nothing(batches):
    list(batches)
    yield pd.DataFrame({"id": [7], "s": ["made"]})


def map_first_only(batches):
    for batch in batches:
        yield batch
        break


def map_explode(batches):
    for batch in batches:
        for _ in range(200):
            yield batch


def map_arrow_wrong(batches):
    for batch in batches:
        yield pa.RecordBatch.from_arrays([pa.array(["x"] * batch.num_rows)], ["id"])


def group_sum(rows):
    return pd.DataFrame({"k": [rows.k.iloc[0]], "n": [rows.n.sum()]})


def group_sum_with_key(key, rows):
    return pd.DataFrame({"k": [key[0]], "n": [rows.n.sum()]})


def group_batches(key, batches):
    for batch in batches:
        yield pd.DataFrame({"k": [key[0]], "n": [len(batch)]})


def group_arrow(key, table):
    return pa.table({"k": pa.array([key[0].as_py()], pa.int64()),
                     "n": pa.array([pc.sum(table["n"]).as_py()], pa.int64())})


def group_arrow_batches(batches):
    for batch in batches:
        yield pa.RecordBatch.from_arrays(
            [pa.array([batch.column(0)[0].as_py()], pa.int64()),
             pa.array([batch.num_rows], pa.int64())], ["k", "n"])


def cogroup_counts(key, left, right):
    return pd.DataFrame({"k": [key[0]], "n": [10 * len(left) + len(right)]})


def cogroup_arrow(left, right):
    first = left if left.num_rows > 0 else right
    return pa.table({"k": pa.array([first["k"][0].as_py()], pa.int64()),
                     "n": pa.array([10 * left.num_rows + right.num_rows], pa.int64())})


def pandas_mean(values):
    return values.mean()


def arrow_mean(values):
    return pc.mean(values).as_py()


def pandas_iterator_sum(batches):
    return float(sum(batch.sum() for batch in batches))


def arrow_iterator_sum(batches):
    return float(sum(pc.sum(batch).as_py() for batch in batches))


def count_with_state(key, batches, state):
    if state.hasTimedOut:
        total = -state.get[0]
        state.remove()
    else:
        total = sum(len(batch) for batch in batches) + (state.get[0] if state.exists else 0)
        state.update((total, datetime.date(1970, 1, 3)))
        state.setTimeoutDuration(5000)
    yield pd.DataFrame({"k": [key[0]], "n": [total]})


class Sums(StatefulProcessor):
    """Values of a key in a list, their sum, how often each came in a map; a timer takes them away."""

    def init(self, handle):
        self.handle = handle
        self.total = handle.getValueState("total", "n LONG")
        self.values = handle.getListState("values", "n LONG")
        self.times = handle.getMapState("times", "n LONG", "times INT")

    def handleInitialState(self, key, initial, timerValues):
        self.total.update((int(initial.n.sum()),))

    def handleInputRows(self, key, rows, timerValues):
        (total,) = self.total.get() or (0,)
        for frame in rows:
            self.values.appendList([(int(n),) for n in frame.n])
            for n in frame.n:
                times = self.times.getValue((int(n),))
                self.times.updateValue((int(n),), (1 if times is None else int(times[0]) + 1,))
            total += int(frame.n.sum())
        self.total.update((int(total),))
        self.handle.registerTimer(timerValues.getCurrentProcessingTimeInMs() + 10)
        listed = sum(int(n) for (n,) in self.values.get())
        counted = sum(int(n) * int(times) for (n,), (times,) in self.times.iterator())
        yield pd.DataFrame({"k": [key[0]] * 3, "n": [total, listed, counted]})

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        (total,) = self.total.get() or (0,)
        for state in (self.total, self.values, self.times):
            state.clear()
        yield pd.DataFrame({"k": [key[0]], "n": [-int(total)]})

    def close(self):
        pass


class Raises(StatefulProcessor):
    def init(self, handle):
        raise ValueError("no luck")

    def handleInputRows(self, key, rows, timerValues):
        pass

    def close(self):
        pass


def processor(stateful_processor, initial=False):
    calls = TransformWithStateInPandasUdfUtils(stateful_processor, "ProcessingTime")
    return calls.transformWithStateWithInitStateUDF if initial else calls.transformWithStateUDF


class Repeat:
    def eval(self, value, text):
        for number in range(value or 0):
            yield number, text

    def terminate(self):
        yield -1, "end"


class Analysed:
    @staticmethod
    def analyze(row, factor, *rest):
        from pyspark.sql.functions import (
            AnalyzeResult, OrderingColumn, PartitioningColumn, SelectedColumn)
        from pyspark.sql.types import LongType, StructType

        if factor.value is None:
            raise ValueError("no factor")
        schema = StructType().add(f"times_{factor.value}", LongType())
        for other in rest:
            schema = schema.add(str(other.value), other.dataType)
        return AnalyzeResult(
            schema=schema, partitionBy=[PartitioningColumn("k")],
            orderBy=[OrderingColumn("n + 1", ascending=False, overrideNullsFirst=True)],
            select=[SelectedColumn("n"), SelectedColumn("n * 2", "twice")])

    def eval(self, row, factor):
        yield row,


class BadTable:
    def eval(self, value, text):
        raise ValueError("no table")


def write_rows(partition, rows):
    with open(os.environ["TEST_ROWS"], "a") as file:
        for row in rows:
            file.write("%s %r\n" % (partition, row))
    return iter([])


def fail_on_rows(partition, rows):
    list(rows)
    raise ValueError("boom")


def write_batch(frame, batch_id):
    if batch_id == 13:
        raise ValueError("boom")
    with open(os.environ["TEST_ROWS"], "a") as file:
        file.write("batch %d %s\n" % (batch_id, frame))


class WriteEvents:
    def _set_spark_session(self, session):
        self.spark = session

    def write(self, text):
        with open(os.environ["TEST_ROWS"], "a") as file:
            file.write(text + "\n")

    def onQueryStarted(self, event):
        self.write("started " + str(event.name))

    def onQueryIdle(self, event):
        raise ValueError("boom")

    def onQueryTerminated(self, event):
        self.write("terminated " + str(event.exception))


SERIALIZER = AutoBatchedSerializer(CPickleSerializer())

FUNCTIONS = {
    "write_rows": (write_rows, None, SERIALIZER, SERIALIZER),
    "fail_on_rows": (fail_on_rows, None, SERIALIZER, SERIALIZER),
    "write_batch": write_batch,
    "WriteEvents": WriteEvents(),
    "plus_one": (plus_one, LongType()),
    "twice": (lambda value: None if value is None else value * 2, LongType()),
    "add": (add, LongType()),
    "arrow_plus_one": (lambda value: pc.add(value, 1), LongType()),
    "zero_arguments": (lambda: 42, LongType()),
    "wrong_result": (lambda value: "text", LongType()),
    "boom": (boom, LongType()),
    "die": (die, LongType()),
    "fault": (fault, LongType()),
    "hang": (hang, LongType()),
    "batch_length": (batch_length, LongType()),
    "hour_of": (hour_of, LongType()),
    "process_number": (process_number, LongType()),
    "environment": (environment, StringType()),
    "eat_memory": (eat_memory, LongType()),
    "print_line": (print_line, LongType()),
    "pandas_double": (lambda value: value * 2 + 1, LongType()),
    "iterator_plus_one": (iterator_plus_one, LongType()),
    "iterator_add": (iterator_add, LongType()),
    "arrow_iterator_plus_one": (arrow_iterator_plus_one, LongType()),
    "iterator_drops_rows": (iterator_drops_rows, LongType()),
    "map_filter": (map_filter, ROW),
    "map_identity": (map_identity, ROW),
    "map_identity_all": (map_identity, ALL),
    "map_from_nothing": (map_from_nothing, ROW),
    "map_first_only": (map_first_only, ROW),
    "map_explode": (map_explode, ROW),
    "map_arrow_wrong": (map_arrow_wrong, ROW),
    "group_sum": (group_sum, PAIR),
    "group_sum_with_key": (group_sum_with_key, PAIR),
    "group_batches": (group_batches, PAIR),
    "group_arrow": (group_arrow, PAIR),
    "group_arrow_batches": (group_arrow_batches, PAIR),
    "cogroup_counts": (cogroup_counts, PAIR),
    "cogroup_arrow": (cogroup_arrow, PAIR),
    "count_with_state": (count_with_state, PAIR),
    "sums": (processor(Sums()), PAIR),
    "initial_sums": (processor(Sums(), True), PAIR),
    "raises": (processor(Raises()), PAIR),
    "pandas_mean": (pandas_mean, DoubleType()),
    "arrow_mean": (arrow_mean, DoubleType()),
    "pandas_iterator_sum": (pandas_iterator_sum, DoubleType()),
    "arrow_iterator_sum": (arrow_iterator_sum, DoubleType()),
    "Repeat": Repeat,
    "BadTable": BadTable,
    "Analysed": Analysed,
}


def main():
    directory = sys.argv[1]
    for name, data_type in ONE_BY_ONE.items():
        FUNCTIONS[name] = (identity, data_type)
    for name, function in FUNCTIONS.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(cloudpickle.dumps(function))
    print("%d.%d" % sys.version_info[:2], end="")


if __name__ == "__main__":
    main()
