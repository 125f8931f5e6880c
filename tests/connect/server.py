"""A server process for the tests."""
import os
import re
import signal
import subprocess
import sys
import threading


class Server:
    """`thalweg server` on a free port, until stop(). `log` is a file for what it says."""

    def __init__(self, directory, *arguments, environment=None, log=None):
        program = os.environ["THALWEG_PROGRAM"]
        # Python functions run where the tests run: in an environment of the client's version.
        environment = {"PYSPARK_PYTHON": sys.executable, **(environment or {})}
        self.process = subprocess.Popen(
            [program, "server", "--port", "0", *arguments], cwd=directory, text=True,
            stdout=subprocess.PIPE, stderr=log, env={**os.environ, **environment})
        line = self.process.stdout.readline()
        found = re.match(r"listening on (sc://[^/]*:(\d+)(?:/;use_ssl=true)?)$", line.strip())
        assert found, f"the server did not start: {line!r}"
        self.url = found.group(1)
        self.port = int(found.group(2))
        # What queries print to the console is read: a pipe that is full would hold them up.
        threading.Thread(target=self._skip_output, daemon=True).start()

    def _skip_output(self):
        for _ in self.process.stdout:
            pass

    def stop(self):
        """Asks the server to end; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=500)
