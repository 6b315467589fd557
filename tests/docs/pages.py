"""The pages of the documentation, taken apart: blocks, tables, code, links, and what is left as prose.

A comment right before a block or a table says what a test makes of it: `<!-- run -->`, `<!-- table: … -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("docs", "bot", "handlers", "storage", "tests", "benchmarks")

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]+) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_TABLE = re.compile(r"^<!-- table: (?P<name>\w+) -->\n(?P<lines>(?:\|.*\n)+)", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^()\s]+)\)|\b(?:src|srcset|href)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A fenced block; `mark` is the comment right before it."""

    language: str
    text: str
    mark: str

    def __str__(self) -> str:
        return self.text.strip().partition("\n")[0]


@dataclass(frozen=True)
class Page:
    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def blocks(self) -> list[Block]:
        return [Block(one["language"], one["text"], one["mark"] or "") for one in _BLOCK.finditer(self.text)]

    @property
    def unfenced(self) -> str:
        return _COMMENT.sub("", _BLOCK.sub("", self.text))

    @property
    def prose(self) -> str:
        """What is left without blocks, comments and code."""
        return _SPAN.sub("", self.unfenced)

    @property
    def spans(self) -> list[str]:
        """Code inside a line."""
        return _SPAN.findall(self.unfenced)

    @property
    def links(self) -> list[str]:
        return [a or b for a, b in _LINK.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """The names of its headings, as GitHub makes them."""
        headings = re.findall(r"^#+ (.+)$", self.unfenced, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    @property
    def marks(self) -> list[str]:
        return re.findall(r"^<!-- (.+) -->$", self.text, re.MULTILINE)

    @property
    def tables(self) -> dict[str, list[list[str]]]:
        """The marked tables, by name: their cells without the heading."""
        return {one["name"]: [_cells(line) for line in _rows(one["lines"])] for one in _tables(self.text)}

    def commands(self) -> Iterator[str]:
        """Every line somebody may type: in shell blocks, and as code inside a line."""
        for block in self.blocks:
            if block.language == "shell":
                yield from block.text.replace("\\\n", " ").splitlines()
        yield from self.spans


def page(name: str) -> Page:
    return Page(ROOT / name)


def pages() -> list[Page]:
    found = [*ROOT.glob("*.md"), *(path for room in ROOMS for path in (ROOT / room).rglob("*.md"))]
    return [Page(path) for path in sorted(found)]


def code(cell: str) -> str:
    """What stands in backquotes, and nothing else may stand in the cell."""
    (inside,) = re.fullmatch(r"`([^`]+)`", cell).groups()  # type: ignore[union-attr]  # a TypeError says enough
    return str(inside)


def _tables(text: str) -> Iterator[re.Match[str]]:
    return _TABLE.finditer(text)


def _rows(lines: str) -> list[str]:
    heading, rule, *rows = lines.splitlines()
    assert set(rule) <= set("|-: "), f"no heading: {heading}"
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
