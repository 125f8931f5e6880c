#!/usr/bin/env python3
"""Checks what the house style fixes and a compiler does not see.

- a room includes only what tools/room_includes.txt allows;
- no file over 1,000 lines, no function over 80;
- every path that a Markdown file names exists;
- no path of a machine and no package registry or mirror in a tracked file.
Prints each finding and exits 1 if there is one.
"""

import ast
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 1000
MAX_FUNCTION_LINES = 80


def tracked_files():
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listing.splitlines() if (ROOT / name).is_file()]


def load_rooms():
    rooms = {}
    for line in (ROOT / "tools/room_includes.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            room, allowed = line.split(":")
            rooms[room.strip()] = allowed.split()
    return rooms


def closure(rooms, room, seen=None):
    seen = set() if seen is None else seen
    for name in rooms.get(room, []):
        if name not in seen:
            seen.add(name)
            closure(rooms, name, seen)
    return seen


def room_of(path, rooms):
    """The longest room name that is a prefix of a path below src/thalweg."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in rooms:
            return name
    return None


def is_test_file(name):
    """Tests and what only tests include."""
    return re.search(r"_test\.(cc|h)$|_benchmark\.cc$|fixture|test_support|testing_support", name)


def check_includes(files, rooms):
    for file in files:
        relative = file.relative_to(ROOT).as_posix()
        if not relative.startswith("src/thalweg/"):
            continue
        inner = relative[len("src/thalweg/"):]
        room = room_of(inner, rooms)
        if room is None:
            yield f"{relative}: lies in no room of tools/room_includes.txt"
            continue
        allowed = closure(rooms, room) | {room, "base"}
        top = room.split("/")[0]
        if is_test_file(file.name):
            allowed |= {"testing", top} | closure(rooms, top)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = re.match(r'\s*#include "thalweg/([^"]+)"', line)
            if not match:
                continue
            target = room_of(match.group(1), rooms)
            parents = {target, target.split("/")[0]} if target else set()
            if not parents & allowed and not (target or "").startswith(room + "/"):
                yield f"{relative}:{number}: room {room} may not include {match.group(1)}"


def strip_code(text):
    """Comments and literals blanked out, line breaks kept."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def function_lengths(text):
    """(first line, length) of each outermost function body, by matching braces."""
    code = strip_code(text)
    stack = []
    line = 1
    segment_start = 0
    for index, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[segment_start:index].strip()
            is_scope = re.search(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$", head)
            is_function = head.endswith(")") or re.search(
                r"\)\s*(const|noexcept|override|final|mutable|->\s*[\w:<>,&*\s]+|:\s.*)*$", head, re.S)
            kind = "scope" if is_scope and not head.endswith(")") else (
                "function" if is_function else "block")
            stack.append((kind, line))
            segment_start = index + 1
        elif char == "}":
            if stack:
                kind, start = stack.pop()
                inside = any(k == "function" for k, _ in stack)
                if kind == "function" and not inside:
                    yield start, line - start + 1
            segment_start = index + 1
        elif char == ";":
            segment_start = index + 1


def python_function_lengths(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check_sizes(files):
    measures = {".h": function_lengths, ".cc": function_lengths, ".py": python_function_lengths}
    for file in files:
        relative = file.relative_to(ROOT).as_posix()
        if file.suffix not in {*measures, ".sh", ".md", ".txt", ".cmake"}:
            continue
        text = file.read_text()
        count = text.count("\n")
        if count > MAX_FILE_LINES:
            yield f"{relative}: {count} lines, the limit is {MAX_FILE_LINES}"
        for start, length in measures.get(file.suffix, lambda _: ())(text):
            if length > MAX_FUNCTION_LINES:
                yield f"{relative}:{start}: function of {length} lines, the limit is {MAX_FUNCTION_LINES}"


def named_paths(text):
    """Names in backticks and links that look like paths, without fragments of code."""
    names = re.findall(r"`([\w.][\w./*-]*)`", text)
    names += re.findall(r"\]\(([\w.][\w./-]*)(?:#[\w-]*)?\)", text)
    return names


def names_nothing(name, folder, tops, file_names):
    """Whether `name` is a path of the tree, to judge by its looks, and is not there."""
    has_suffix = re.search(r"\.(md|cc|h|sh|py|sql|txt|cmake)$", name)
    if "/" not in name:
        # A bare file name; x_test.cc and its like stand for any file.
        return bool(has_suffix) and not name.startswith("x_") and name not in file_names
    if name.split("/")[0] not in tops and not has_suffix:
        return False
    bases = (folder, ROOT, ROOT / "src", ROOT / "src/thalweg", ROOT / "include")
    return not any(any(base.glob(name.rstrip("/"))) for base in bases)


def check_markdown(files):
    tops = {file.relative_to(ROOT).parts[0] for file in files}
    file_names = {file.name for file in files}
    for file in files:
        if file.suffix == ".md":
            for name in named_paths(file.read_text()):
                if names_nothing(name, file.parent, tops, file_names):
                    yield f"{file.relative_to(ROOT)}: names {name}, which does not exist"


MACHINE_PATH = re.compile(r"/(?:work|root|home/\w+)/(?!\.\.\.)[\w.]")
REGISTRY = re.compile(
    r"https?://[^\s/]*(?:pypi|pythonhosted|registry|mirror|proxy|maven|artifact|deb\.debian)"
    r"|--(?:extra-)?index-url|--trusted-host|\bPIP_INDEX_URL\b", re.I)


def check_machine(files):
    for file in files:
        if file.suffix in {".png", ".parquet"} or file.parent == pathlib.Path(__file__).resolve().parent:
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: a path of a machine"
            if REGISTRY.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: a package registry or mirror"


def main():
    files = tracked_files()
    rooms = load_rooms()
    findings = [*check_includes(files, rooms), *check_sizes(files), *check_markdown(files),
                *check_machine(files)]
    for finding in findings:
        print(finding)
    print(f"[structure] {len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
