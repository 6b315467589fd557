"""The frame of a message: its small words as they are, every other as what it is to us, for pairs of them."""

from collections.abc import Mapping, Sequence

from bot.rules.language import lexicon
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import EMOJI, MENTIONS, NUMBER, SIGN, WORD, Token

FARTHEST = 3  # places between the two of a pair
START, END, QUOTE = "^", "$", "q"
_FRAME = lexicon.words("ours") | lexicon.words("being") | lexicon.words("frame")
_SIDES = {
    **dict.fromkeys(("thank", "credit", "praise", "saved", "posout", "good", "joy"), "+"),
    **dict.fromkeys(("fail", "insult", "negout", "badthing", "bad", "rolleyes", "threat", "wearied"), "-"),
}
_KINDS = frozenset({"team", "person", "name", "thing", "time", "neg", "but", "verb"})
_ENDINGS = ("ed", "ing", "ly", "s")
_SILENT = frozenset("-*_~")


def pairs(tokens: Sequence[Token], found: Sequence[Found]) -> set[str]:
    """Two parts of the frame with one or two others between them, whatever these are."""
    parts = outline(tokens, found)
    return {
        f"o:{first} {parts[at + apart]}"
        for at, first in enumerate(parts)
        for apart in range(2, FARTHEST + 1)
        if at + apart < len(parts)
    }


def outline(tokens: Sequence[Token], found: Sequence[Found]) -> list[str]:
    """One part for each word and sign; what is quoted counts as one."""
    sides, kinds = _known(found)
    parts = [START]
    for at, token in enumerate(tokens):
        if token.quoted:
            if parts[-1] != QUOTE:
                parts.append(QUOTE)
        elif token.kind != SIGN:
            parts.append(_part(token, sides.get(at, ""), kinds.get(at, ""), parts[-1]))
        elif token.form not in _SILENT:
            parts.append(token.form)
    parts.append(END)
    return parts


def _known(found: Sequence[Found]) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """By place, whether it is glad, grim or both, and what kind of word it is."""
    sides: dict[int, str] = {}
    kinds: dict[int, str] = {}
    for name, start, end in found:
        side = _SIDES.get(name)
        for at in range(start, end):
            if side and side not in sides.get(at, ""):
                sides[at] = "+-" if at in sides else side
            elif name in _KINDS:
                kinds.setdefault(at, name)
    return sides, kinds


def _part(token: Token, side: str, kind: str, before: str) -> str:
    if token.kind in MENTIONS:
        return "@"
    if token.kind == EMOJI:
        return "e" + side
    if token.kind == NUMBER:
        return "0"
    if token.kind != WORD:
        return token.kind
    if side or token.form in _FRAME:
        return side or token.form
    return f"[{kind}]" if kind else _shape(token, before)


def _shape(token: Token, before: str) -> str:
    ending = next((one for one in _ENDINGS if token.form.endswith(one)), "")
    if ending:
        return "~" + ending
    return "~N" if token.raw[:1].isupper() and before not in {START, ".", "!", "?"} else "~"
