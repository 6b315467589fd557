"""The words that Goodword knows something about, and what they are to it: thanks, praise, a failure."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.rules.language.markup import EMOJI, MENTIONS, NUMBER, WORD, Token

LEAST_STEM = 3
MILD = frozenset({"good", "bad"})  # a word of these means nothing inside a longer phrase: "shout out"
_SKIPPED = frozenset("-*_~\u2010\u2011")


class Found(NamedTuple):
    """A class, and the tokens (from, to) that stand for it."""

    name: str
    start: int
    end: int


class Node:
    """One place in the tree of phrases: which words lead on, which stems, and what ends here."""

    __slots__ = ("classes", "stems", "words")

    def __init__(self) -> None:
        self.words = self.stems = _NOWHERE
        self.classes: tuple[str, ...] = ()

    def word(self, part: str) -> "Node":
        """Where this word leads."""
        if self.words is _NOWHERE:
            self.words = {}
        return self.words.get(part) or self.words.setdefault(part, Node())

    def stem(self, part: str) -> "Node":
        """Where every word that begins so leads."""
        if self.stems is _NOWHERE:
            self.stems = {}
        return self.stems.get(part) or self.stems.setdefault(part, Node())


_NOWHERE: dict[str, Node] = {}  # most lead nowhere, and need no dictionary of their own for that


@cache
def _sets() -> Mapping[str, frozenset[str]]:
    text = files(__package__).joinpath("data/words.txt").read_text(encoding="utf-8").replace("\n  ", " ")
    lines = (line.partition(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: frozenset(some.split()) for name, _, some in lines}


def words(name: str) -> frozenset[str]:
    """A set of single words out of `data/words.txt`."""
    return _sets()[name]


@cache
def _tree() -> Node:
    root = Node()
    text = files(__package__).joinpath("data/lexicon.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, phrases = line.partition(":")
        for phrase in phrases.split(","):
            _plant(root, phrase.strip(), name)
    return root


def _plant(root: Node, phrase: str, name: str) -> None:
    node = root
    parts = [phrase] if name in {"joy", "rolleyes"} else phrase.replace("-", " ").replace("'", "' ").split()
    for part in parts:
        node = node.stem(part[:-1]) if part.endswith("*") else node.word(part)
    if name not in node.classes:
        node.classes = (*node.classes, name)


def key(token: Token) -> str | None:
    """What a token is looked up by; empty if phrases end at it, None if they go on over it."""
    kind = token.kind
    if kind in {WORD, EMOJI}:
        return token.form
    if kind in MENTIONS:
        return "@"
    if kind == NUMBER:
        return "#"
    return None if token.form in _SKIPPED else ""


def find(tokens: Sequence[Token]) -> list[Found]:
    """Every known phrase, in the order in which they begin."""
    looked_up = [(at, word) for at, token in enumerate(tokens) if (word := key(token)) is not None]
    places, keys = [at for at, _ in looked_up], [word for _, word in looked_up]
    found: list[Found] = []
    root = _tree()
    for start, first in enumerate(keys):
        if first:
            _follow(root, keys, start, start, found)
    longer = {at for one in found if one.end - one.start > 1 for at in range(one.start, one.end)}
    return [
        Found(name, places[start], places[end - 1] + 1)
        for name, start, end in found
        if name not in MILD or end - start > 1 or start not in longer
    ]


def _follow(node: Node | None, keys: list[str], start: int, at: int, found: list[Found]) -> None:
    while node is not None and at < len(keys):
        ahead, stem = node.words.get(keys[at]), _stem(node, keys[at])
        at += 1
        for one in (stem, ahead):
            if one is not None and one.classes:
                found.extend([Found(name, start, at) for name in one.classes])
        node = ahead or stem


def _stem(node: Node, word: str) -> Node | None:
    """The longest known beginning of a word."""
    if node.stems:
        for length in range(len(word), LEAST_STEM, -1):
            if (found := node.stems.get(word[:length])) is not None:
                return found
    return None


def is_known(word: str) -> bool:
    """Whether a word begins some phrase of ours."""
    return word in _tree().words
