"""Where the program `thalweg` is."""
import os
import pathlib
import shutil


def find_program():
    """The path of the program: what the environment variable THALWEG_PROGRAM names, else the one in
    this package, else the one on PATH. Raises FileNotFoundError if there is none."""
    named = os.environ.get("THALWEG_PROGRAM")
    if named:
        return os.path.abspath(named)
    bundled = pathlib.Path(__file__).parent / "engine/bin/thalweg"
    if bundled.is_file():
        return str(bundled)
    found = shutil.which("thalweg")
    if found is None:
        raise FileNotFoundError("no program thalweg in this package, in THALWEG_PROGRAM or on PATH")
    return found
