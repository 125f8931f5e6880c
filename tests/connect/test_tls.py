"""Encrypted connections, and clients that show certificates."""
import os
import pathlib
import subprocess
import sys

import grpc
import pytest
from pyspark.sql.connect.client import ChannelBuilder
from pyspark.sql.connect.session import SparkSession as ConnectSession

from certificates import Authority
from server import Server

pytestmark = pytest.mark.timeout(600)

PROGRAM = pathlib.Path(__file__).parent / "tls_program.py"
ANSWER = "10\n[(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


def tls_arguments(signed):
    return ["--tls-certificate", str(signed[0]), "--tls-key", str(signed[1])]


def run_program(url, directory, roots):
    """The stock client in a process of its own: it reads the roots once."""
    directory.mkdir()
    environment = {**os.environ, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(roots)}
    environment.pop("SPARK_CONNECT_AUTHENTICATE_TOKEN", None)
    return subprocess.run([sys.executable, str(PROGRAM), url, str(directory)], env=environment,
                          text=True, capture_output=True, timeout=500)


def refused(*arguments):
    """What a server says that does not start."""
    outcome = subprocess.run([os.environ["THALWEG_PROGRAM"], "server", "--port", "0", *arguments],
                             text=True, capture_output=True, timeout=500)
    assert outcome.returncode == 1, outcome
    assert outcome.stdout == ""
    return outcome.stderr


class CertifiedBuilder(ChannelBuilder):
    """How a program shows a certificate of its own: by PySpark's channelBuilder()."""

    def __init__(self, port, roots, signed):
        super().__init__()
        self._port, self._roots, self._signed = port, roots, signed
        self.set("user_id", "certified")

    @property
    def host(self):
        return "localhost"

    @property
    def endpoint(self):
        return f"localhost:{self._port}"

    def toChannel(self):
        shown = ({} if self._signed is None else
                 {"certificate_chain": self._signed[0].read_bytes(),
                  "private_key": self._signed[1].read_bytes()})
        credentials = grpc.ssl_channel_credentials(self._roots.read_bytes(), **shown)
        return self._secure_channel(self.endpoint, credentials)


def certified(port, roots, signed):
    return ConnectSession.builder.channelBuilder(CertifiedBuilder(port, roots, signed)).create()


def test_the_stock_client_over_tls(authority, tmp_path):
    server = Server(tmp_path, *tls_arguments(authority.sign("plain")))
    try:
        assert server.url == f"sc://127.0.0.1:{server.port}/;use_ssl=true"
        outcome = run_program(server.url, tmp_path / "one", authority.certificate)
        assert outcome.stdout == ANSWER, outcome.stderr
    finally:
        assert server.stop() == 0


def test_a_token_over_tls(authority, tmp_path):
    # What a connection string may not hold as it stands.
    token = "a;token=%41/b c"
    server = Server(tmp_path, *tls_arguments(authority.sign("token")),
                    environment={"SPARK_CONNECT_AUTHENTICATE_TOKEN": token})
    try:
        url = f"sc://localhost:{server.port}/;use_ssl=true;token="
        outcome = run_program(url + "a%3Btoken%3D%2541%2Fb%20c", tmp_path / "one",
                              authority.certificate)
        assert outcome.stdout == ANSWER, outcome.stderr
        outcome = run_program(url + "wrong", tmp_path / "two", authority.certificate)
        assert outcome.stdout == ""
        assert "Invalid authentication token" in outcome.stderr
        assert token not in outcome.stderr
    finally:
        assert server.stop() == 0


def assert_unreachable(server, credentials):
    channel = grpc.secure_channel(f"localhost:{server.port}", credentials)
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/spark.connect.SparkConnectService/Config")(b"")
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    channel.close()


def test_a_client_that_does_not_know_the_authority_is_not_fooled(authority, tmp_path):
    other = Authority(tmp_path, "other")
    server = Server(tmp_path, *tls_arguments(authority.sign("unknown")))
    try:
        assert_unreachable(server, grpc.ssl_channel_credentials(other.certificate.read_bytes()))
    finally:
        assert server.stop() == 0


def test_only_clients_with_a_certificate_get_in(authority, tmp_path):
    signed = authority.sign("server")
    clients, strangers = Authority(tmp_path, "clients"), Authority(tmp_path, "strangers")
    # The address may be one that others reach: certificates are as good as a token.
    server = Server(tmp_path, *tls_arguments(signed), "--address", "0.0.0.0",
                    "--tls-client-ca", str(clients.certificate))
    try:
        session = certified(server.port, authority.certificate, clients.sign("friend"))
        assert session.range(3).count() == 3
        session.stop()
        for stranger in (None, strangers.sign("stranger")):
            shown = {} if stranger is None else {
                "certificate_chain": stranger[0].read_bytes(),
                "private_key": stranger[1].read_bytes()}
            assert_unreachable(server, grpc.ssl_channel_credentials(
                authority.certificate.read_bytes(), **shown))
    finally:
        assert server.stop() == 0


def test_functions_of_certified_clients_run(authority, tmp_path):
    clients = Authority(tmp_path, "clients")
    server = Server(tmp_path, *tls_arguments(authority.sign("functions")),
                    "--tls-client-ca", str(clients.certificate))
    try:
        session = certified(server.port, authority.certificate, clients.sign("friend"))
        session.range(4).coalesce(1).write.parquet(str(tmp_path / "in"))
        out = str(tmp_path / "out")

        def write(batch, epoch):
            batch.write.json(f"{out}/{epoch}")

        query = (session.readStream.schema("id LONG").parquet(str(tmp_path / "in")).writeStream
                 .foreachBatch(write).trigger(availableNow=True).start())
        assert query.awaitTermination(500)
        found = session.read.schema("id LONG").json(out + "/0").collect()
        assert sorted(row.id for row in found) == [0, 1, 2, 3]
        session.stop()
    finally:
        assert server.stop() == 0


def test_certificates_that_are_of_no_use(authority, tmp_path):
    signed, other = authority.sign("one"), authority.sign("two")
    empty, missing = tmp_path / "empty", tmp_path / "missing"
    empty.write_text("no certificate\n")
    assert f"cannot read {missing}: No such file" in refused(*tls_arguments((missing, signed[1])))
    assert f"cannot read {missing}: No such file" in refused(*tls_arguments((signed[0], missing)))
    assert f"{empty} holds no certificate" in refused(*tls_arguments((empty, signed[1])))
    assert f"{empty} holds no private key" in refused(*tls_arguments((signed[0], empty)))
    assert f"{empty} holds no certificate" in refused(*tls_arguments(signed), "--tls-client-ca",
                                                      str(empty))
    assert (f"the key in {other[1]} is not that of the certificate in {signed[0]}"
            in refused(*tls_arguments((signed[0], other[1]))))
    broken = tmp_path / "broken"
    text = signed[0].read_text()
    broken.write_text(text + text.replace("MII", "MI!"))
    assert f"{broken} holds a certificate that cannot be read" in refused(
        *tls_arguments((broken, signed[1])))
    expired = authority.sign("expired", ("-days", "-1"))
    assert f"the certificate in {expired[0]} has expired" in refused(*tls_arguments(expired))
    encrypted = tmp_path / "encrypted"
    subprocess.run(["openssl", "pkcs8", "-topk8", "-in", signed[1], "-out", encrypted,
                    "-passout", "pass:secret"], check=True)
    assert f"the key in {encrypted} is encrypted" in refused(*tls_arguments((signed[0], encrypted)))
