"""For the tests of streaming workers: sessions that need no server."""

import os

if os.environ.get("TEST_FAKE_SESSION"):
    from pyspark.sql.connect.session import SparkSession

    class FakeSession:
        def __init__(self, session_id):
            self.session_id = session_id

        def _create_remote_dataframe(self, frame_id):
            return frame_id

    def get(builder):
        return FakeSession(builder._options["spark.remote"].split("session_id=")[1])

    SparkSession.Builder.getOrCreate = get
    SparkSession.Builder.create = get
