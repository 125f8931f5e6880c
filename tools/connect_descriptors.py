#!/usr/bin/env python3
"""Writes the descriptors of the Spark Connect protocol as one FileDescriptorSet.

Usage: connect_descriptors.py SITE_PACKAGES OUTPUT

The protocol is what the `pyspark-client` package in SITE_PACKAGES speaks: every *_pb2.py of it holds
a serialized FileDescriptorProto as a bytes literal, which is read without importing anything. The
descriptors of google/protobuf that they import are not in the result: protoc brings its own.
"""
import ast
import pathlib
import sys

MODULES = ["types", "common", "expressions", "catalog", "ml_common", "ml", "relations", "pipelines",
           "commands", "base"]


def descriptor_bytes(path):
    """The argument of AddSerializedFile in a generated module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                and node.func.attr == "AddSerializedFile"):
            return ast.literal_eval(node.args[0])
    raise SystemExit(f"{path}: no serialized descriptor")


def varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1]) / "pyspark/sql/connect/proto"
    result = bytearray()
    for module in MODULES:
        descriptor = descriptor_bytes(folder / f"{module}_pb2.py")
        # FileDescriptorSet.file: field 1, length-delimited.
        result += b"\x0a" + varint(len(descriptor)) + descriptor
    pathlib.Path(sys.argv[2]).write_bytes(result)


if __name__ == "__main__":
    main()
