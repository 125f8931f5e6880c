import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
os.environ.setdefault("USER", "tester")

from server import Server  # noqa: E402
from sessions import connect  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    # As the server was set that the answers come from.
    running = Server(tmp_path_factory.mktemp("server"), "--conf", "spark.sql.shuffle.partitions=4")
    yield running
    assert running.stop() == 0


@pytest.fixture
def spark(server):
    """A session of its own."""
    session = connect(server.url)
    yield session
    session.stop()
