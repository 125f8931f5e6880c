"""The command `thalweg` of the package: the program, with this interpreter for Python programs."""
import os
import sys

from thalweg.program import find_program


def main():
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    program = find_program()
    os.execv(program, ["thalweg", *sys.argv[1:]])


if __name__ == "__main__":
    main()
