"""How much a regular expression makes us work: Python's own way of matching it, with the steps counted.

A clock would tell another story on every machine. This walks the parsed expression as `re` does, one
alternative after the other, and counts each comparison of a character.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

# Private parts of `re`, of which no type checker knows.
of: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

Node = tuple[Any, Any]

_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    of.CATEGORY_SPACE: str.isspace,
    of.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    of.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    of.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
    of.CATEGORY_DIGIT: str.isdecimal,
}


LIMIT = 50_000  # steps, far more than any of our texts should take


class RunawayError(Exception):
    """It has taken so many steps that the end need not be waited for."""


class Counted:
    """One expression. `search_all` goes through a text as `finditer`, `is_whole` answers as `fullmatch`."""

    def __init__(self, pattern: str) -> None:
        self._tree: Sequence[Node] = list(parser.parse(pattern))
        self.steps = 1  # to look at all is a step

    def search_all(self, text: str) -> list[tuple[int, int]]:
        found = []
        at = 0
        while at <= len(text):
            end = next(self._run(self._tree, text, at), None)
            if end is not None:
                found.append((at, end))
            at = max(end or 0, at + 1)
        return found

    def is_whole(self, text: str) -> bool:
        return any(end == len(text) for end in self._run(self._tree, text, 0))

    def _run(self, nodes: Sequence[Node], text: str, at: int) -> Iterator[int]:
        """Every place where a match of `nodes` from `at` may end, in the order in which they are tried."""
        if not nodes:
            yield at
            return
        for end in self._one(nodes[0], text, at):
            yield from self._run(nodes[1:], text, end)

    def _one(self, node: Node, text: str, at: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > LIMIT:
            raise RunawayError
        kind, given = node
        if kind is of.SUBPATTERN:
            yield from self._run(list(given[3]), text, at)
        elif kind is of.BRANCH:
            for option in given[1]:
                yield from self._run(list(option), text, at)
        elif kind is of.MAX_REPEAT:
            yield from self._repeated(given, text, at)
        elif kind in {of.ASSERT, of.ASSERT_NOT, of.AT}:
            holds = _stands(given, text, at) if kind is of.AT else self._holds(given, text, at)
            if holds is not (kind is of.ASSERT_NOT):
                yield at
        elif at < len(text) and _fits(node, text[at]):
            yield at + 1

    def _repeated(self, given: Any, text: str, at: int) -> Iterator[int]:
        """Greedy: as often as it goes first, then less and less."""
        least, most, inner = given
        tries: list[tuple[int, Iterator[int]]] = [(at, self._run(list(inner), text, at))]
        while tries:
            here, more = tries[-1]
            end = next(more, None) if len(tries) <= most else None
            if end is not None and end > here:
                tries.append((end, self._run(list(inner), text, end)))
                continue
            tries.pop()
            if len(tries) >= least:
                yield here

    def _holds(self, given: Any, text: str, at: int) -> bool:
        direction, inner = given
        start = at if direction > 0 else at - 1  # our look-behinds are one character wide
        return start >= 0 and next(self._run(list(inner), text, start), None) is not None


def _stands(place: Any, text: str, at: int) -> bool:
    if place in {of.AT_BEGINNING, of.AT_BEGINNING_STRING}:
        return at == 0
    if place in {of.AT_END, of.AT_END_STRING}:
        return at == len(text)
    assert place is of.AT_BOUNDARY, place
    before, after = at > 0 and _word(text[at - 1]), at < len(text) and _word(text[at])
    return before != after


def _word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _fits(node: Node, sign: str) -> bool:
    kind, given = node
    if kind is of.LITERAL:
        return sign.lower() == chr(given).lower()
    if kind is of.NOT_LITERAL:
        return sign != chr(given)
    if kind is of.RANGE:
        return bool(given[0] <= ord(sign) <= given[1])
    if kind is of.CATEGORY:
        return bool(_CATEGORIES[given](sign))
    assert kind is of.IN, kind
    items = list(given)
    negated = items[0][0] is of.NEGATE
    return any(_fits(item, sign) for item in items[negated:]) is not negated


def ends_as_python_does(pattern: str, text: str) -> bool:
    """Whether the walk above finds what `re` finds, without which its counts would mean nothing."""
    real, counted = re.compile(pattern), Counted(pattern)
    found = [match.span() for match in real.finditer(text) if match.group()]
    seen = [(start, end) for start, end in counted.search_all(text) if start != end]
    return seen == found and counted.is_whole(text) is bool(real.fullmatch(text))
