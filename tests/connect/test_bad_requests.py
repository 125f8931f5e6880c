"""Requests that no proper client sends: clear errors, and no harm to anybody else."""
import uuid
import zlib

import grpc
import pytest
from pyspark.errors import SparkRuntimeException
from pyspark.sql.connect import proto
from pyspark.sql.types import VariantVal

from raw_client import RawClient, sql

pytestmark = pytest.mark.timeout(600)

SERVICE = "/spark.connect.SparkConnectService/"
UNARY = ("AnalyzePlan", "Config", "ArtifactStatus", "Interrupt", "ReleaseExecute", "ReleaseSession",
         "FetchErrorDetails", "CloneSession", "GetStatus")


@pytest.fixture
def client(server):
    made = RawClient(server.port)
    yield made
    # Whatever came before, the session works.
    assert made.rows("select 1") == 1
    made.end()


def error_of(call, code=grpc.StatusCode.INTERNAL):
    with pytest.raises(grpc.RpcError) as raised:
        call()
    assert raised.value.code() == code, raised.value
    return raised.value.details()


def condition_of(call):
    """The condition of the error that ends a call."""
    text = error_of(call)
    assert text.startswith("["), text
    return text[1:text.index("]")]


def run(client, plan, **options):
    return lambda: list(client.start(plan, **options))


def plan_of(**relation):
    return proto.Plan(root=proto.Relation(**relation))


@pytest.mark.parametrize("method", UNARY)
def test_bytes_that_are_no_message(client, method):
    call = client.channel.unary_unary(SERVICE + method)
    assert condition_of(lambda: call(b"\xff\xff\xff")) == "CONNECT_INVALID_PLAN.CANNOT_PARSE"


@pytest.mark.parametrize("method", ("ExecutePlan", "ReattachExecute"))
def test_bytes_that_are_no_request_for_results(client, method):
    call = client.channel.unary_stream(SERVICE + method)
    assert condition_of(lambda: list(call(b"\x0a\x05ab"))) == "CONNECT_INVALID_PLAN.CANNOT_PARSE"


def test_methods_that_there_are_not(client):
    for path in (SERVICE + "Nothing", "/other.Service/Config"):
        call = client.channel.unary_unary(path)
        assert "no such" in error_of(lambda call=call: call(b""), grpc.StatusCode.UNIMPLEMENTED)


def test_messages_without_content(client):
    missing = "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET"
    for plan in (proto.Plan(), plan_of(), proto.Plan(command=proto.Command())):
        assert condition_of(run(client, plan)) == missing
    assert condition_of(lambda: client.config()) == missing
    analyze = proto.AnalyzePlanRequest(**client.ids)
    assert condition_of(lambda: client.stub.AnalyzePlan(analyze)) == missing


def test_values_that_enumerations_lack(client):
    invalid = "CONNECT_INVALID_PLAN.INVALID_ENUM"
    one = proto.Relation(range=proto.Range(end=1, step=1))
    assert condition_of(run(client, plan_of(
        join=proto.Join(left=one, right=one, join_type=99)))) == invalid
    for kind in (0, 99):
        request = proto.InterruptRequest(**client.ids, interrupt_type=kind)
        assert condition_of(lambda request=request: client.stub.Interrupt(request)) == invalid


def test_nested_too_deeply(client):
    relation = proto.Relation(range=proto.Range(end=1, step=1)).SerializeToString()

    def field(number, content):
        size, encoded = len(content), b""
        while size > 0x7F:
            encoded, size = encoded + bytes([size & 0x7F | 0x80]), size >> 7
        return bytes([number << 3 | 2]) + encoded + bytes([size]) + content

    offset = proto.Relation.DESCRIPTOR.fields_by_name["limit"].number
    for _ in range(2100):
        relation = field(offset, field(1, relation))
    request = proto.ExecutePlanRequest(**client.ids, operation_id=str(uuid.uuid4()))
    bytes_of_request = request.SerializeToString() + field(
        proto.ExecutePlanRequest.DESCRIPTOR.fields_by_name["plan"].number, field(1, relation))
    call = client.channel.unary_stream(SERVICE + "ExecutePlan")
    assert condition_of(lambda: list(call(bytes_of_request))) == "CONNECT_INVALID_PLAN.CANNOT_PARSE"


def test_ids_that_are_no_ids(server, client):
    other = RawClient(server.port, session_id="no UUID")
    assert condition_of(run(other, sql("select 1"))) == "INVALID_HANDLE.FORMAT"
    assert condition_of(lambda: other.config(get_all={})) == "INVALID_HANDLE.FORMAT"
    other.vanish()
    assert condition_of(run(client, sql("select 1"), operation_id="x")) == "INVALID_HANDLE.FORMAT"


def test_sessions_and_operations_that_there_are_not(server, client):
    nobody = RawClient(server.port)
    unknown = str(uuid.uuid4())
    assert condition_of(lambda: list(nobody.reattach(unknown))) == "INVALID_HANDLE.SESSION_NOT_FOUND"
    assert condition_of(lambda: nobody.release(unknown)) == "INVALID_HANDLE.SESSION_NOT_FOUND"
    nobody.vanish()
    client.rows("select 1")
    assert condition_of(lambda: list(client.reattach(unknown))) == (
        "INVALID_HANDLE.OPERATION_NOT_FOUND")
    # Released already: no error.
    assert not client.release(unknown).HasField("operation_id")


def test_a_server_that_was_restarted(client):
    request = client.config_request(get_all={})
    request.client_observed_server_side_session_id = str(uuid.uuid4())
    assert condition_of(lambda: client.stub.Config(request)) == "INVALID_HANDLE.SESSION_CHANGED"


def test_operations_that_are_known(client):
    operation = str(uuid.uuid4())
    responses = list(client.start(sql("select 1"), operation))
    assert condition_of(run(client, sql("select 2"), operation_id=operation)) == (
        "INVALID_HANDLE.OPERATION_ALREADY_EXISTS")
    assert condition_of(lambda: list(client.reattach(operation, "nothing"))) == (
        "INVALID_CURSOR.POSITION_NOT_FOUND")
    again = list(client.reattach(operation, responses[0].response_id))
    assert [r.response_id for r in again] == [r.response_id for r in responses[1:]]
    client.release(operation)
    for call in (run(client, sql("select 1"), operation_id=operation),
                 lambda: list(client.reattach(operation))):
        assert condition_of(call) == "INVALID_HANDLE.OPERATION_ABANDONED"


def test_a_request_that_comes_twice_is_one(client):
    """As from a client that does not know whether the first one had come."""
    operation, plan = str(uuid.uuid4()), sql("select id from range(50000)")
    first = client.start(plan, operation)
    seen = next(first).response_id
    again = list(client.start(plan, operation))
    assert again[0].response_id == seen
    begin = 0
    for response in again:
        if response.HasField("arrow_batch"):
            assert response.arrow_batch.start_offset == begin
            begin += response.arrow_batch.row_count
    assert begin == 50_000
    client.release(operation)


def test_a_call_that_takes_the_results_over(client):
    """The one that held them before is told."""
    operation = str(uuid.uuid4())
    # More than what the transport takes for a client that reads nothing.
    first = client.start(sql("select id, repeat('x', 100) from range(2000000)"), operation)
    seen = next(first)
    second = client.reattach(operation, seen.response_id)
    next(second)
    assert condition_of(lambda: list(first)) == "INVALID_CURSOR.DISCONNECTED"
    assert sum(1 for _ in second) > 0
    client.release(operation)


def test_what_cannot_be_reattached(client):
    operation = str(uuid.uuid4())
    responses = client.start(sql("select id, repeat('x', 100) from range(500000)"), operation,
                             reattachable=False)
    next(responses)
    assert condition_of(lambda: list(client.reattach(operation))) == (
        "INVALID_CURSOR.NOT_REATTACHABLE")
    responses.cancel()


def test_two_clients_with_one_session(server):
    one = RawClient(server.port)
    two = RawClient(server.port, session_id=one.session_id)
    stranger = RawClient(server.port, session_id=one.session_id, user_id="somebody else")
    one.command(sql_command=proto.SqlCommand(
        input=sql("create temporary view mine as select 1 as a").root))
    results = [one.start(sql("select id from range(1000)")), two.start(sql("select a from mine"))]
    assert [sum(r.arrow_batch.row_count for r in result) for result in results] == [1000, 1]
    assert condition_of(lambda: stranger.rows("select a from mine")) == "TABLE_OR_VIEW_NOT_FOUND"
    one.end()
    assert condition_of(lambda: two.rows("select 1")) == "INVALID_HANDLE.SESSION_CLOSED"
    assert stranger.rows("select 1") == 1
    two.vanish()
    stranger.end()


def test_more_operations_than_a_session_may_have(client):
    operations = [str(uuid.uuid4()) for _ in range(1000)]
    for operation in operations:
        list(client.start(sql("select 1"), operation))
    assert condition_of(run(client, sql("select 1"))) == "THALWEG_TOO_MANY_OPERATIONS"
    for operation in operations:
        client.release(operation)


def test_more_plans_than_a_session_may_keep(client):
    """Each text of 4 MiB counts as the 64 MiB that it may take as a tree."""
    filling = "x" * (4 << 20)

    def create(name):
        return client.command(sql_command=proto.SqlCommand(
            input=sql(f"create or replace temporary view {name} as select 1 /* {filling} */").root))

    for number in range(62):
        create(f"view_{number}")
        create("replaced_each_time")
    assert condition_of(lambda: create("one_more")) == "THALWEG_PLANS_TOO_LARGE"
    # What was there stays, and what goes makes room.
    assert client.rows("select * from view_0") == 1
    client.command(sql_command=proto.SqlCommand(input=sql("drop view view_0").root))
    create("one_more")


def test_names_and_texts_that_a_session_computes_count_as_plans(client):
    def run_text(text):
        return client.command(sql_command=proto.SqlCommand(input=sql(text).root))

    for text in ("declare identifier(repeat('x', 300000000)) = 1",
                 "execute immediate 'declare ' || repeat('y', 300000000) || ' = 1'"):
        assert condition_of(lambda text=text: run_text(text)) == "THALWEG_PLANS_TOO_LARGE"
    run_text("declare identifier('v' || repeat('x', 3)) = 1")
    assert client.rows("select vxxx") == 1


def chunk(data, crc=None):
    return proto.AddArtifactsRequest.ArtifactChunk(
        data=data, crc=zlib.crc32(data) if crc is None else crc)


def test_artifacts(client):
    def upload(*requests):
        return client.stub.AddArtifacts(
            iter([proto.AddArtifactsRequest(**client.ids, **request) for request in requests]))

    def batch(name, data):
        return {"batch": proto.AddArtifactsRequest.Batch(artifacts=[
            proto.AddArtifactsRequest.SingleChunkArtifact(name=name, data=data)])}

    for name in ("../up", "files/../../up", "/etc/passwd", "other/x", "files/", ""):
        assert condition_of(lambda name=name: upload(batch(name, chunk(b"x")))) == (
            "INVALID_ARTIFACT_PATH")
    damaged = upload(batch("files/damaged", chunk(b"x", crc=1)))
    assert not damaged.artifacts[0].is_crc_successful
    assert upload(batch("files/whole", chunk(b"x"))).artifacts[0].is_crc_successful
    assert condition_of(lambda: upload(batch("files/whole", chunk(b"y")))) == (
        "ARTIFACT_ALREADY_EXISTS")
    names = ["files/damaged", "files/whole"]
    statuses = client.stub.ArtifactStatus(
        proto.ArtifactStatusesRequest(**client.ids, names=names)).statuses
    assert [statuses[name].exists for name in names] == [False, True]
    assert "without payload" in error_of(lambda: upload({}))
    assert "no artifact" in error_of(lambda: upload({"chunk": chunk(b"x")}))


def test_a_message_that_is_too_large(client):
    request = proto.ExecutePlanRequest(**client.ids, client_type="x" * (129 << 20))
    text = error_of(lambda: list(client.stub.ExecutePlan(request)),
                    grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert "larger than max" in text


def test_compressed_plans(client):
    compressed = getattr(proto.Plan, "CompressedOperation", None)
    if compressed is None:
        pytest.skip("this client does not compress plans")
    import zstandard

    def plan(data, op_type, codec=proto.COMPRESSION_CODEC_ZSTD):
        return proto.Plan(compressed_operation=compressed(
            data=data, op_type=op_type, compression_codec=codec))

    whole = zstandard.compress(sql("select 1").root.SerializeToString())
    relation = compressed.OP_TYPE_RELATION
    assert sum(r.arrow_batch.row_count for r in run(client, plan(whole, relation))()) == 1
    # A frame that does not say how long it is.
    stream = zstandard.ZstdCompressor().compressobj()
    streamed = stream.compress(sql("select 1").root.SerializeToString()) + stream.flush()
    assert sum(r.arrow_batch.row_count for r in run(client, plan(streamed, relation))()) == 1
    unreadable = "CONNECT_INVALID_PLAN.CANNOT_PARSE"
    for bad in (b"", b"no zstd", whole[:-2], streamed[:-3]):
        assert condition_of(run(client, plan(bad, relation))) == unreadable
    assert condition_of(run(client, plan(whole, relation, codec=0))) == unreadable
    for op_type in (0, 99):
        assert condition_of(run(client, plan(whole, op_type))) == (
            "CONNECT_INVALID_PLAN.INVALID_ENUM")
    # Much out of little.
    zeros = zstandard.ZstdCompressor().compressobj()
    bomb = b"".join([zeros.compress(bytes(1 << 20)) for _ in range(130)]) + zeros.flush()
    for large in (zstandard.compress(bytes(130 << 20)), bomb):
        assert condition_of(run(client, plan(large, relation))) == (
            "CONNECT_INVALID_PLAN.PLAN_SIZE_LARGER_THAN_MAX")


def test_variants_of_parts_that_overlap(spark):
    """Each array has the next one twice: a walk over all of them would never end."""
    value = b"\x0c\x01"
    for _ in range(40):
        value = bytes([3, 2, 0, 0, len(value)]) + value
    frame = spark.createDataFrame([(VariantVal(value, bytes([1, 0, 0])),)], "v VARIANT")
    for text in ("schema_of_variant(v)", "schema_of_variant_agg(v)"):
        with pytest.raises(SparkRuntimeException, match="MALFORMED_VARIANT"):
            frame.selectExpr(text).collect()


@pytest.mark.parametrize("call", ["count(distinct v)", "sum(distinct 1), count(distinct v, 1)",
                                  "approx_count_distinct(v)", "collect_list(distinct v)"])
def test_distinct_variants(client, call):
    """Spark ends in an error that has no condition."""
    text = f"select {call} from (select parse_json('1') as v)"
    assert condition_of(lambda: client.rows(text)) == "UNSUPPORTED_FEATURE"
