"""Blocks of code in a Markdown file, as the tests of the documents see them."""

import pathlib
import re

# What a fence may say first. `text` is shown and never run.
KINDS = {"sql", "bash", "cpp", "cmake", "output", "text"}
# What it may say after that: the block must fail.
WORDS = {"sql": {"fails"}, "bash": {"fails"}}


class Block:
    def __init__(self, place, words, lines):
        self.place = place
        self.kind = words[0] if words else ""
        self.words = set(words[1:])
        self.text = "\n".join(lines) + "\n"

    @property
    def fails(self):
        return "fails" in self.words

    def complaint(self):
        """What is wrong with the fence, None if nothing is."""
        if self.kind not in KINDS:
            return f"{self.place}: a fence says one of {', '.join(sorted(KINDS))} first"
        strange = self.words - WORDS.get(self.kind, set())
        return f"{self.place}: {self.kind} and {' '.join(sorted(strange))}?" if strange else None


class Document:
    """A file's fenced blocks in order, and the places of blocks that are only indented."""

    def __init__(self, path, root):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.blocks = []
        self.indented = []
        self._read(pathlib.Path(path).read_text(encoding="utf-8").splitlines())

    def _read(self, lines):
        fence = None
        start, body = 0, []
        is_list = False
        for number, line in enumerate(lines, 1):
            place = f"{self.name}:{number}"
            mark = re.match(r"\s*(```+)\s*(.*)$", line)
            if fence is not None:
                if mark and mark.group(1) == fence[0] and not mark.group(2):
                    words = fence[1].split()
                    self.blocks.append(Block(f"{self.name}:{start}", words, body))
                    fence = None
                else:
                    body.append(line)
                continue
            if mark:
                fence, start, body = mark.groups(), number, []
            elif re.match(r"\s*([-*+]|\d+\.)\s", line):
                is_list = True
            elif line and not line[0].isspace():
                is_list = False
            elif line.startswith("    ") and line.strip() and not is_list:
                self.indented.append(place)
        if fence is not None:
            raise ValueError(f"{self.name}:{start}: the fence is not closed")


def documents(root):
    """Every document of the tree that a reader is sent to."""
    paths = [*root.glob("*.md"), *root.glob("docs/**/*.md")]
    return [Document(path, root) for path in sorted(paths)]
