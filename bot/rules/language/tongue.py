"""Whether a message is in one of the languages that Goodword has learnt; of the others it makes nothing."""

import unicodedata
from collections.abc import Container, Sequence

from bot.rules.language import lexicon
from bot.rules.language.markup import WORD, Token

LEAST_LATIN = 0.6  # of the letters
LEAST_KNOWN = 0.3  # of the words
FEW = 4

# The commonest small words, which say most about a language.
_OURS = lexicon.words("ours")
_OTHERS = lexicon.words("others")


def is_ours(tokens: Sequence[Token], learnt: Container[str]) -> bool:
    """Whether it reads like one of our six languages; a few words always may."""
    words = [token for token in tokens if token.kind == WORD]
    if not words:
        return True
    if _latin("".join(token.form for token in words[:60])) < LEAST_LATIN:
        return False
    ours = sum(token.form in _OURS for token in words)
    others = sum(token.form in _OTHERS for token in words)
    if others > ours + (ours > 0):
        return False
    if len(words) < FEW:
        return True
    familiar = sum(
        token.form in _OURS or lexicon.is_known(token.form) or "w:" + token.form in learnt for token in words
    )
    return familiar >= LEAST_KNOWN * len(words)


def _latin(letters: str) -> float:
    counted = [sign for sign in letters if sign.isalpha()]
    if not counted:
        return 1.0
    return sum(sign < "\u0250" or "LATIN" in unicodedata.name(sign, "") for sign in counted) / len(counted)
