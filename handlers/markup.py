"""Slack's text, as its API delivers it, taken apart into the pieces the bot's rules know.

Source: Slack's "Formatting text for app surfaces", section "Retrieving messages": inside `<…>` come
`@U…`/`@W…` people, `#C…` channels, `!subteam^S…` groups, other `!…` special mentions, else links;
`&amp;`, `&lt;` and `&gt;` are the only entities.
"""

import re
from collections.abc import Iterator

from bot.rules.recognition import Piece, ToGroup, ToPerson, Words

_TOKEN = re.compile(r"<([^<>\s][^<>]*)>")


def pieces(text: str) -> tuple[Piece, ...]:
    """Give words and mentions in their order; what is no mention is words, as the person sees them."""
    return tuple(_joined(_pieces(text)))


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for token in _TOKEN.finditer(text):
        yield Words(unescaped(text[at : token.start()]))
        yield _token(token.group(1))
        at = token.end()
    yield Words(unescaped(text[at:]))


def _token(inside: str) -> Piece:
    target, _, label = inside.partition("|")
    label = unescaped(label)
    if re.fullmatch(r"@[UW][A-Z0-9]+", target):
        return ToPerson(target[1:], label)
    if found := re.fullmatch(r"!subteam\^(S[A-Z0-9]+)", target):
        return ToGroup(found.group(1), label)
    if target.startswith("#"):
        return Words(f"#{label or target[1:]}")
    if target.startswith("!date^"):
        return Words(label)
    if target.startswith("!"):
        return Words(label or f"@{target[1:]}")
    return Words(label or unescaped(target.removeprefix("mailto:")))


def _joined(found: Iterator[Piece]) -> Iterator[Piece]:
    """Words that stand side by side belong together: `#` rules look at the whole."""
    words = ""
    for piece in found:
        if isinstance(piece, Words):
            words += piece.text
            continue
        if words:
            yield Words(words)
            words = ""
        yield piece
    if words:
        yield Words(words)
