#!/usr/bin/env python3
"""Writes the descriptor of Spark's state messages as a FileDescriptorSet.

Usage: state_descriptors.py SITE_PACKAGES OUTPUT

With these messages Python processors of transformWithState ask for their state. As with
connect_descriptors.py they are those of the `pyspark-client` package in SITE_PACKAGES.
"""
import pathlib
import sys

from connect_descriptors import descriptor_bytes, varint

MODULE = "pyspark/sql/streaming/proto/StateMessage_pb2.py"


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    descriptor = descriptor_bytes(pathlib.Path(sys.argv[1]) / MODULE)
    # FileDescriptorSet.file: field 1, length-delimited.
    pathlib.Path(sys.argv[2]).write_bytes(b"\x0a" + varint(len(descriptor)) + descriptor)


if __name__ == "__main__":
    main()
