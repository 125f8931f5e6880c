"""A Thalweg server in a process of its own."""
import atexit
import os
import re
import signal
import subprocess
import sys
import threading

from thalweg.program import find_program

_STOP_SECONDS = 60


class ServerError(RuntimeError):
    """The server did not start, or did not end well."""


class Server:
    """Serves Spark Connect clients on this machine until stop(), or until this process ends.

    port: where it listens on loopback; 0: any free port.
    conf: settings that every session starts with.
    python: the interpreter that runs Python functions; by default this one.
    directory: where relative paths of programs begin, and the warehouse; by default this process's.

    What the server writes for people to read (the console sink) appears on sys.stdout. May be used
    by several threads; start() and stop() by one at a time. Also a context manager, which starts
    and stops it.
    """

    def __init__(self, port=0, conf=None, python=None, directory=None):
        self._port = port
        self._conf = dict(conf or {})
        self._python = python or sys.executable
        self._directory = directory
        self._process = None
        self._reader = None
        self._url = None

    @property
    def url(self):
        """What SparkSession.builder.remote() wants, like "sc://127.0.0.1:15002"; None if stopped."""
        return self._url

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    def start(self):
        """Starts the server and returns it when it listens. Nothing happens if it runs already.
        Raises ServerError with what the server said if it does not start."""
        if self.running:
            return self
        arguments = [find_program(), "server", "--port", str(self._port), "--until-input-ends"]
        for key, value in self._conf.items():
            arguments += ["--conf", f"{key}={_setting(value)}"]
        # A session of its own: Ctrl-C at a prompt is for the prompt. When this process dies, however
        # that happens, the server sees its input end.
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=self._directory, start_new_session=True,
            env={**os.environ, "PYSPARK_PYTHON": self._python})
        greeting = self._process.stdout.readline()
        found = re.match(r"listening on (sc://\S+)$", greeting.strip())
        if not found:
            code = self._end()
            raise ServerError(f"the server did not start (exit code {code}): {greeting.strip()}")
        self._url = found.group(1)
        self._reader = threading.Thread(target=_pass_on, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        atexit.register(self.stop)
        return self

    def stop(self):
        """Stops the server and its streaming queries, and this thread's session if it is one of the
        server's. Nothing happens if it does not run. Raises ServerError if it did not end well."""
        if self._process is None:
            return
        atexit.unregister(self.stop)
        if self.running:
            _stop_session(self._url)
            self._process.send_signal(signal.SIGTERM)
        code = self._end()
        if code != 0:
            raise ServerError(f"the server ended with exit code {code}")

    def _end(self):
        process, self._process, self._url = self._process, None, None
        process.stdin.close()
        try:
            code = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if self._reader is not None:
            self._reader.join()
            self._reader = None
        process.stdout.close()
        return code

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def __repr__(self):
        return f"<thalweg.Server {self._url or 'stopped'}>"


def _stop_session(url):
    """The client of a session that is left would look for the server when the process ends, for
    many minutes."""
    client = sys.modules.get("pyspark.sql.connect.session")
    session = client.SparkSession.getActiveSession() if client else None
    builder = getattr(getattr(session, "client", None), "_builder", None)
    endpoint = getattr(builder, "endpoint", None)
    if endpoint and url.split("/;")[0] == f"sc://{endpoint}":
        session.stop()


def _setting(value):
    """As Spark spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pass_on(stream):
    for line in stream:
        sys.stdout.write(line)
