#!/usr/bin/env python3
"""The Python package: a server from Python, and what ends it.

usage: server_test.py CLIENT, an interpreter with a Spark Connect client
"""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from thalweg import Server, ServerError, find_program  # noqa: E402

CLIENT = sys.argv.pop(1) if len(sys.argv) > 1 else ""
TIMEOUT = 500


def reach(url):
    """Fails where nothing listens. Of a server that has ended the port may be another's."""
    port = int(url.rsplit(":", 1)[1])
    socket.create_connection(("127.0.0.1", port), TIMEOUT).close()


class ServerTest(unittest.TestCase):
    def program(self, text):
        """Runs a program with the client's interpreter."""
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "app.py"
            file.write_text(textwrap.dedent(text), encoding="utf-8")
            return subprocess.run(
                [CLIENT, "-W", "ignore", file], text=True, capture_output=True, cwd=directory,
                timeout=TIMEOUT, env={**os.environ, "PYTHONPATH": str(ROOT / "python")})

    def test_starts_and_stops(self):
        server = Server()
        self.assertFalse(server.running)
        self.assertIsNone(server.url)
        self.assertIs(server.start(), server)
        url = server.url
        self.assertIs(server.start(), server)
        self.assertEqual(server.url, url)
        reach(url)
        self.assertIn(url, repr(server))
        process = server._process
        server.stop()
        server.stop()
        self.assertFalse(server.running)
        self.assertIsNone(server.url)
        self.assertEqual(process.returncode, 0)
        with server:
            reach(server.url)
        self.assertFalse(server.running)

    def test_a_session(self):
        done = self.program("""
            from pyspark.sql import SparkSession
            from thalweg import Server
            with Server(conf={"spark.sql.shuffle.partitions": 3, "spark.sql.ansi.enabled": False}) as server:
                spark = SparkSession.builder.remote(server.url).getOrCreate()
                print(spark.range(4).count(), spark.conf.get("spark.sql.shuffle.partitions"),
                      spark.conf.get("spark.sql.ansi.enabled"))
                query = (spark.readStream.format("rate-micro-batch")
                         .option("rowsPerBatch", 2).load().writeStream.format("console")
                         .trigger(once=True).start())
                query.awaitTermination()
                spark.stop()
        """)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[0], "4 3 false")
        self.assertIn("Batch: 0", done.stdout)

    def test_a_port_in_use(self):
        with Server() as server:
            second = Server(port=int(server.url.rsplit(":", 1)[1]))
            with self.assertRaises(ServerError):
                second.start()
            self.assertFalse(second.running)

    def test_ends_with_this_process(self):
        for end in ("", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"):
            done = self.program(f"""
                from thalweg import Server
                server = Server().start()
                print(server._process.pid, flush=True)
                {end}
            """)
            self.assertTrue(ended(int(done.stdout)), end)

    def test_a_server_that_died(self):
        server = Server().start()
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
        self.assertFalse(server.running)
        with self.assertRaises(ServerError):
            server.stop()
        with server:
            self.assertTrue(server.running)

    def test_no_program(self):
        done = self.program("""
            import os
            os.environ.update(THALWEG_PROGRAM="", PATH="")
            from thalweg import find_program
            find_program()
        """)
        self.assertIn("FileNotFoundError", done.stderr)
        self.assertEqual(find_program(), os.path.abspath(os.environ["THALWEG_PROGRAM"]))


def ended(pid):
    """Waits until the process is gone. It is no child of ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    import select
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    ready = poll.poll(TIMEOUT * 1000)
    os.close(descriptor)
    return bool(ready)


if __name__ == "__main__":
    unittest.main()
