"""Tokens and passwords are in no answer and no log."""
import pytest
from pyspark.errors import PySparkException
from pyspark.sql.streaming.listener import StreamingQueryListener

from raw_client import RawClient
from server import Server
from sessions import connect

pytestmark = pytest.mark.timeout(600)

TOKEN = "planted-in-the-environment"
PASSWORDS = {"spark.my.password": "planted-one", "my.access.key.id": "planted-two",
             "some.place": "jdbc:x?user=u&password=planted-three"}


@pytest.fixture(scope="module")
def log_path(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, log_path):
    settings = [word for key, value in PASSWORDS.items() for word in ("--conf", f"{key}={value}")]
    with open(log_path, "w") as log:
        server = Server(tmp_path_factory.mktemp("server"), *settings, "--log-level", "debug",
                        environment={"SPARK_CONNECT_AUTHENTICATE_TOKEN": TOKEN}, log=log)
        yield server
        assert server.stop() == 0


@pytest.fixture
def spark(guarded):
    session = connect(f"sc://localhost:{guarded.port}/;token={TOKEN}")
    yield session
    session.stop()


def refused(call):
    with pytest.raises(PySparkException) as raised:
        call()
    return str(raised.value)


def test_settings_with_secrets_look_as_if_not_set(spark):
    for key in PASSWORDS:
        assert "SQL_CONF_NOT_FOUND" in refused(lambda key=key: spark.conf.get(key))
        assert spark.conf.get(key, "none") == "none"
    # Those that the session has set too.
    spark.conf.set("my.token", "planted-four")
    assert spark.conf.get("my.token", None) is None
    spark.conf.set("my.color", "blue")
    assert spark.conf.get("my.color") == "blue"


def test_lists_of_settings_hide_secrets(spark):
    listed = {row.key: row.value for row in spark.sql("SET").collect()}
    for key in PASSWORDS:
        assert listed[key] == "*********(redacted)"
        assert spark.sql(f"SET {key}").first().value == "*********(redacted)"
    spark.conf.set("my.place", "a url")
    assert spark.sql("SET my.place").first().value == "*********(redacted)"
    assert spark.conf.get("my.place") == "a url"


def test_what_is_hidden_cannot_be_changed(spark):
    key = "spark.redaction.regex"
    assert not spark.conf.isModifiable(key)
    for change in (lambda: spark.conf.set(key, "nothing"), lambda: spark.conf.unset(key),
                   lambda: spark.sql(f"SET {key}=nothing").collect(),
                   lambda: spark.sql(f"RESET {key}").collect()):
        assert "CANNOT_MODIFY_CONFIG" in refused(change)
    spark.sql("RESET").collect()
    spark.conf.set("spark.my.password", "planted-five")
    assert spark.conf.get("spark.my.password", "none") == "none"


def test_all_settings_at_once(guarded):
    client = RawClient(guarded.port)
    metadata = [("authorization", f"Bearer {TOKEN}")]
    request = client.config_request(get_all={})
    everything = str(client.stub.Config(request, metadata=metadata))
    assert "spark.sql.shuffle.partitions" in everything
    assert "planted" not in everything
    request = client.config_request(get_all={"prefix": "spark.my."})
    assert "planted" not in str(client.stub.Config(request, metadata=metadata))
    client.vanish()


class Silent(StreamingQueryListener):
    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        pass

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass


def test_nothing_is_logged(guarded, spark, log_path, tmp_path):
    # The stock worker of foreachBatch prints the address that it connects to.
    spark.streams.addListener(Silent())
    spark.range(5).write.parquet(str(tmp_path / "in"))

    def write(batch, epoch):
        assert batch.count() <= 5

    query = (spark.readStream.schema("id LONG").parquet(str(tmp_path / "in")).writeStream
             .foreachBatch(write).trigger(availableNow=True).start())
    assert query.awaitTermination(500)
    stranger = connect(f"sc://localhost:{guarded.port}/;token=planted-wrong")
    with pytest.raises(Exception, match="Invalid authentication token") as raised:
        stranger.range(1).collect()
    assert TOKEN not in str(raised.value)
    stranger.client.close()
    text = log_path.read_text()
    assert "foreach" in text.lower(), "the worker's output is logged"
    assert "planted" not in text
