"""The words that Goodword knows something about, and what they are to it: thanks, praise, a failure."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.rules.language.markup import EMOJI, MENTIONS, NUMBER, WORD, Token

LEAST_STEM = 3
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
        self.words: dict[str, Node] = {}
        self.stems: dict[str, Node] = {}
        self.classes: tuple[str, ...] = ()


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
        if part.endswith("*"):
            node = node.stems.setdefault(part[:-1], Node())
        else:
            node = node.words.setdefault(part, Node())
    if name not in node.classes:
        node.classes = (*node.classes, name)


def key(token: Token) -> str | None:
    """What a token is looked up by; empty if phrases end at it, None if they go on over it."""
    if token.kind in MENTIONS:
        return "@"
    if token.kind == NUMBER:
        return "#"
    if token.kind in {WORD, EMOJI}:
        return token.form
    return None if token.form in _SKIPPED else ""


def find(tokens: Sequence[Token]) -> list[Found]:
    """Every known phrase, in the order in which they begin."""
    places = [at for at, token in enumerate(tokens) if key(token) is not None]
    keys = [key(tokens[at]) or "" for at in places]
    found: list[Found] = []
    root = _tree()
    for start, first in enumerate(keys):
        if first:
            _follow(root, keys, start, start, found)
    return [Found(name, places[start], places[end - 1] + 1) for name, start, end in found]


def _follow(node: Node, keys: list[str], start: int, at: int, found: list[Found]) -> None:
    while at < len(keys):
        word = keys[at]
        ahead = node.words.get(word)
        if ahead is None and node.stems:
            ahead = next(
                (node.stems[word[:n]] for n in range(len(word), LEAST_STEM, -1) if word[:n] in node.stems),
                None,
            )
        elif ahead is not None and node.stems:
            for length in range(len(word), LEAST_STEM, -1):
                if (other := node.stems.get(word[:length])) is not None:
                    found.extend(Found(name, start, at + 1) for name in other.classes)
                    break
        if ahead is None:
            return
        at += 1
        found.extend(Found(name, start, at) for name in ahead.classes)
        node = ahead


def is_known(word: str) -> bool:
    """Whether a word begins some phrase of ours."""
    return word in _tree().words
