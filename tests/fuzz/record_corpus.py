#!/usr/bin/env python3
"""Records the requests that a stock client sends for the programs of tests/connect.

Usage: record_corpus.py OUTPUT [MAX_REQUESTS]

Run it with an interpreter that has a client (build/connect-4.2/bin/python) and with THALWEG_PROGRAM
naming the program. OUTPUT is a directory that gets a file per request, NAME-NUMBER.execute or
.analyze: the bytes of the message without the ids of session and operation and without places in the
program; temporary directories are called /data. Requests with Python functions are left out: their
workers are no matter of plans. Of requests that differ only in numbers, names and texts the first is
kept; then the smallest, until MAX_REQUESTS (200).
"""
import hashlib
import pathlib
import re
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "connect"))

import grpc  # noqa: E402
from google.protobuf import text_format  # noqa: E402
from pyspark.sql.connect.session import SparkSession  # noqa: E402
from pyspark.sql.connect.client import DefaultChannelBuilder  # noqa: E402

import function_programs  # noqa: E402,F401
import reshape_programs  # noqa: E402,F401
import stream_programs  # noqa: E402,F401
from programs import PROGRAMS  # noqa: E402
from server import Server  # noqa: E402

MAX_BYTES = 6000
CALLS = {"ExecutePlan": "execute", "AnalyzePlan": "analyze"}


class Recorder(grpc.UnaryStreamClientInterceptor, grpc.UnaryUnaryClientInterceptor):
    """Keeps what passes."""

    def __init__(self):
        self.program = ""
        self.requests = []

    def note(self, details, request):
        call = CALLS.get(details.method.rsplit("/", 1)[-1])
        if call is not None:
            self.requests.append((self.program, call, request))

    def intercept_unary_stream(self, continuation, details, request):
        self.note(details, request)
        return continuation(details, request)

    def intercept_unary_unary(self, continuation, details, request):
        self.note(details, request)
        return continuation(details, request)


def submessages(message):
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is not None:
                yield from value.values()
        elif hasattr(value, "DESCRIPTOR"):
            yield value
        else:
            yield from value


def edit(message, directory):
    """Takes out where the program stands, and calls temporary directories below `directory` /data.
    Gives whether there is a Python function in the message."""
    if "origin" in message.DESCRIPTOR.fields_by_name:
        message.ClearField("origin")
    has_python = message.DESCRIPTOR.name in ("PythonUDF", "StreamingForeachFunction")
    pattern = re.escape(directory) + r"/tmp\w+"
    for field, value in message.ListFields():
        if field.type != field.TYPE_STRING:
            is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
            if is_map and field.message_type.fields_by_name["value"].type == field.TYPE_STRING:
                for key in value:
                    value[key] = re.sub(pattern, "/data", value[key])
        elif isinstance(value, str):
            setattr(message, field.name, re.sub(pattern, "/data", value))
        else:
            value[:] = [re.sub(pattern, "/data", text) for text in value]
    return any([has_python, *[edit(inner, directory) for inner in submessages(message)]])


def anonymous(request, directory):
    """The request without what differs from run to run; None when it cannot run by itself."""
    copy = type(request)()
    copy.CopyFrom(request)
    for field in ("session_id", "operation_id", "client_observed_server_side_session_id",
                  "user_context", "client_type", "tags"):
        if field in copy.DESCRIPTOR.fields_by_name:
            copy.ClearField(field)
    return None if edit(copy, directory) else copy


def shape(request):
    """What requests of one form have in common: their fields, and the functions they call."""
    lines = text_format.MessageToString(request, as_utf8=True).splitlines()
    kept = [line if "function_name" in line or "query:" in line or "expression:" in line
            else re.sub(r":.*", "", line) for line in lines]
    # A field that repeats counts once.
    return hashlib.sha256("\n".join(
        line for line, last in zip(kept, [None, *kept]) if line != last).encode()).hexdigest()


def record(url):
    recorder = Recorder()
    for name, run in PROGRAMS.items():
        recorder.program = name
        channel = DefaultChannelBuilder(url)
        channel.add_interceptor(recorder)
        session = SparkSession.builder.channelBuilder(channel).create()
        try:
            run(session)
        except Exception as error:  # noqa: BLE001
            print(f"{name}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
        session.stop()
    return recorder.requests


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    output = pathlib.Path(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as directory:
        tempfile.tempdir = directory
        server = Server(directory)
        try:
            requests = record(server.url)
        finally:
            server.stop()
    kept = {}
    for program, call, request in requests:
        request = anonymous(request, directory)
        if request is None:
            continue
        data = request.SerializeToString(deterministic=True)
        if len(data) <= MAX_BYTES:
            kept.setdefault((call, shape(request)), (program, data))
    chosen = sorted(((call, *entry) for (call, _), entry in kept.items()),
                    key=lambda entry: (len(entry[2]), entry))[:most]
    output.mkdir(parents=True, exist_ok=True)
    numbers = {}
    for call, program, data in sorted(chosen, key=lambda entry: entry[1]):
        numbers[program] = numbers.get(program, 0) + 1
        (output / f"{program}-{numbers[program]}.{call}").write_bytes(data)
    print(f"{len(requests)} requests, {len(kept)} forms, {len(chosen)} kept, "
          f"{sum(len(entry[2]) for entry in chosen)} bytes")


if __name__ == "__main__":
    main()
