"""Where a flag stands in a text: the words that gave rise to it, or else the sentence they are in."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.rules.language.lexicon import Found
from bot.rules.language.markup import MENTIONS, SIGN, WORD, Page, Token

_EVIDENCE = {
    "threat": ("threat",),
    "insult": ("insult",),
    "person_blame": ("fail", "negout", "bad", "insult", "wearied"),
    "ordering": ("urge", "verb"),
    "absolute": ("absolute",),
    "sarcasm": ("rolleyes", "sarcasm", "credit", "praise", "thank"),
}


class Span(NamedTuple):
    """A flag, and the characters (from, to) of the text as it came."""

    flag: str
    start: int
    end: int


def where(page: Page, found: Sequence[Found], flags: Sequence[str]) -> tuple[Span, ...]:
    """One span for each flag, in the order of the flags."""
    return tuple(Span(flag, *_place(page, found, flag)) for flag in flags)


def _place(page: Page, found: Sequence[Found], flag: str) -> tuple[int, int]:
    tokens = page.tokens
    if flag == "shouting":
        loud = [token for token in tokens if _is_loud(token)]
        return (loud[0].start, loud[-1].end) if loud else _whole(tokens)
    for name in _EVIDENCE[flag]:
        first = next((one for one in found if one.name == name and not tokens[one.start].quoted), None)
        if first and flag in {"person_blame", "sarcasm"}:
            return sentence(tokens, tokens[first.start].sentence)
        if first:
            return tokens[first.start].start, tokens[first.end - 1].end
    mention = next((token for token in tokens if token.kind in MENTIONS), None)
    return sentence(tokens, mention.sentence) if mention else _whole(tokens)


def sentence(tokens: Sequence[Token], number: int) -> tuple[int, int]:
    """The characters (from, to) of a sentence."""
    return _whole([token for token in tokens if token.sentence == number])


def _whole(tokens: Sequence[Token]) -> tuple[int, int]:
    return (tokens[0].start, tokens[-1].end) if tokens else (0, 0)


def _is_loud(token: Token) -> bool:
    if token.kind == SIGN:
        return token.form in {"!", "?"}
    return token.kind == WORD and len(token.raw) > 1 and token.raw.isupper()
