"""The interpreter that the tests of `thalweg run` and `thalweg shell` use."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
# It has PySpark's Connect client.
CLIENT = os.environ.get("THALWEG_CLIENT_PYTHON", str(ROOT / "build/connect-4.2/bin/python"))
