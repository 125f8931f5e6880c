"""A client behind connections that break."""
import random
import socket
import threading

import pytest
from pyspark.sql import functions as F

from sessions import connect

pytestmark = pytest.mark.timeout(240)


class BreakingProxy:
    """Forwards connections to a port and cuts each after a random number of bytes."""

    def __init__(self, port, seed):
        self.port = port
        self.random = random.Random(seed)
        self.cuts = 0
        self.breaks = True
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"sc://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            limit = [self.random.randrange(1_500_000, 2_500_000)]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, target, limit), daemon=True).start()

    def copy(self, source, target, limit):
        try:
            while data := source.recv(16384):
                limit[0] -= len(data)
                if self.breaks and limit[0] < 0:
                    self.cuts += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.breaks = False
        self.listener.close()


def test_results_survive_broken_connections(server):
    proxy = BreakingProxy(server.port, seed=5)
    spark = connect(proxy.url)
    frame = spark.range(200_000).select("id", F.concat(F.lit("row "), "id").alias("t"))
    ids = frame.toArrow() if hasattr(frame, "toArrow") else frame.toPandas()
    column = ids["id"].to_pylist()
    assert column == list(range(200_000))
    assert proxy.cuts > 0
    proxy.breaks = False
    spark.stop()
    proxy.close()
