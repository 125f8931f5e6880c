#!/usr/bin/env python3
"""`thalweg server`: where it listens, what it refuses, how it ends."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest

from program import PROGRAM, TIMEOUT, run


class RunningServer:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([os.path.abspath(PROGRAM), "server", *arguments],
                                        stdout=subprocess.PIPE, encoding="utf-8")
        self.greeting = self.process.stdout.readline()

    def stop(self, which=signal.SIGTERM):
        self.process.send_signal(which)
        self.process.stdout.close()
        return self.process.wait(TIMEOUT)


class ServerTest(unittest.TestCase):
    def test_listens_until_it_is_stopped(self):
        for which in (signal.SIGTERM, signal.SIGINT):
            server = RunningServer("--port", "0", "--session-timeout", "5",
                                   "--conf", "spark.sql.shuffle.partitions=4", "-c", "a.b=c")
            port = int(re.match(r"listening on sc://127\.0\.0\.1:(\d+)\n", server.greeting).group(1))
            socket.create_connection(("127.0.0.1", port), TIMEOUT).close()
            self.assertEqual(server.stop(which), 0)

    def test_ends_with_its_input(self):
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "server", "--port", "0", "--until-input-ends"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        process.stdin.write("of no account\n")
        process.stdin.flush()
        self.assertIn("listening on", process.stdout.readline())
        self.assertIsNone(process.poll())
        process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 0)

    def test_a_port_in_use_is_an_error(self):
        server = RunningServer("--port", "0")
        port = server.greeting.rsplit(":", 1)[1].strip()
        outcome = run("server", "--port", port)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(outcome.code, 1)
        self.assertIn("cannot listen on 127.0.0.1:" + port, outcome.err)

    def test_other_addresses_need_a_token(self):
        outcome = run("server", "--address", "0.0.0.0", "--port", "0",
                      env={"SPARK_CONNECT_AUTHENTICATE_TOKEN": ""})
        self.assertEqual(outcome.code, 1)
        self.assertIn("give a token", outcome.err)
        server = RunningServer("--address", "0.0.0.0", "--port", "0", "--insecure")
        self.assertTrue(server.greeting.startswith("listening on sc://0.0.0.0:"))
        self.assertEqual(server.stop(), 0)

    def test_token_files(self):
        with tempfile.TemporaryDirectory() as directory:
            token = pathlib.Path(directory) / "token"
            token.write_text("\n")
            outcome = run("server", "--token-file", token)
            self.assertEqual(outcome.code, 1)
            self.assertIn("holds no token", outcome.err)
            token.write_text("secret\n")
            server = RunningServer("--address", "0.0.0.0", "--port", "0", "--token-file", str(token))
            self.assertTrue(server.greeting.startswith("listening on"))
            self.assertEqual(server.stop(), 0)

    def test_wrong_settings_are_told_at_once(self):
        outcome = run("server", "--port", "0", "-c", "spark.sql.shuffle.partitions=many")
        self.assertEqual(outcome.code, 1)
        self.assertIn("spark.sql.shuffle.partitions", outcome.err)
        self.assertNotIn("listening on", outcome.out)

    def test_wrong_usage(self):
        for arguments in (["--port", "70000"], ["--conf", "novalue"], ["--session-timeout", "0"],
                          ["--keepalive", "0"], ["--tls-certificate", "file"],
                          ["--tls-key", "file"], ["--tls-client-ca", "file"]):
            self.assertEqual(run("server", *arguments).code, 2)


if __name__ == "__main__":
    unittest.main()
