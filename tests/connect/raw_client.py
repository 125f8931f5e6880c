"""Calls of the protocol as they are, without the stock client's care."""
import uuid

import grpc
from pyspark.sql.connect import proto
from pyspark.sql.connect.proto import base_pb2_grpc

OPTIONS = [("grpc.max_receive_message_length", 128 << 20), ("grpc.use_local_subchannel_pool", 1)]


def sql(query):
    return proto.Plan(root=proto.Relation(sql=proto.SQL(query=query)))


class RawClient:
    """One session over a connection of its own."""

    def __init__(self, port, session_id=None, user_id="raw"):
        self.session_id = session_id or str(uuid.uuid4())
        self.user = proto.UserContext(user_id=user_id)
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self.stub = base_pb2_grpc.SparkConnectServiceStub(self.channel)

    @property
    def ids(self):
        return {"session_id": self.session_id, "user_context": self.user}

    def start(self, plan, operation_id=None, reattachable=True, tags=()):
        """The responses of an execution, as they come."""
        request = proto.ExecutePlanRequest(**self.ids, plan=plan, tags=tags,
                                           operation_id=operation_id or str(uuid.uuid4()))
        request.request_options.add().reattach_options.reattachable = reattachable
        return self.stub.ExecutePlan(request)

    def command(self, **kind):
        """All responses of a command."""
        return list(self.start(proto.Plan(command=proto.Command(**kind)), reattachable=False))

    def rows(self, query):
        """How many rows a query gives."""
        return sum(r.arrow_batch.row_count for r in self.start(sql(query), reattachable=False))

    def reattach(self, operation_id, last_response_id=None):
        return self.stub.ReattachExecute(proto.ReattachExecuteRequest(
            **self.ids, operation_id=operation_id, last_response_id=last_response_id))

    def release(self, operation_id, until=None):
        request = proto.ReleaseExecuteRequest(**self.ids, operation_id=operation_id)
        if until is None:
            request.release_all.SetInParent()
        else:
            request.release_until.response_id = until
        return self.stub.ReleaseExecute(request)

    def config_request(self, **operation):
        return proto.ConfigRequest(**self.ids,
                                   operation=proto.ConfigRequest.Operation(**operation))

    def config(self, **operation):
        return self.stub.Config(self.config_request(**operation))

    def end(self):
        """Releases the session."""
        self.stub.ReleaseSession(proto.ReleaseSessionRequest(**self.ids))
        self.vanish()

    def vanish(self):
        """Goes without a word to the server."""
        self.channel.close()


def start_stream(client, name="", format="noop", once=False):
    """A streaming query that runs until it is stopped, or for one batch; its ids."""
    read = proto.Read(is_streaming=True,
                      data_source=proto.Read.DataSource(format="rate-micro-batch",
                                                        options={"rowsPerBatch": "10"}))
    start = proto.WriteStreamOperationStart(input=proto.Relation(read=read), format=format,
                                            query_name=name)
    if once:
        start.once = True
    else:
        start.processing_time_interval = "1 second"
    for response in client.command(write_stream_operation_start=start):
        if response.HasField("write_stream_operation_start_result"):
            return response.write_stream_operation_start_result.query_id
    raise AssertionError("the query did not start")


def await_termination(query_id):
    return query_command(
        query_id, await_termination=proto.StreamingQueryCommand.AwaitTerminationCommand())


def query_command(query_id, **kind):
    return {"streaming_query_command": proto.StreamingQueryCommand(query_id=query_id, **kind)}
