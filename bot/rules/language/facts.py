"""What a text itself says that another wording may keep: the thing, the date, the customer, the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.rules.language import lexicon
from bot.rules.language.lexicon import Found
from bot.rules.language.markup import EMOJI, MENTIONS, NUMBER, SIGN, WORD, Page, Token

MOST_BEFORE_THING = 3  # words between the article and the thing: "the ACME service contract"

_THINGS = lexicon.words("things")
_ARTICLES = frozenset({"the", "my", "our", "a", "an", "this", "that", "your", "his", "her", "their", "one"})
_KEPT = frozenset({"the", "my", "our", "a", "an", "this", "that"})
_NO_PART = lexicon.words("no part of a thing")
_DAYS = lexicon.words("days")
_SPANS = frozenset({"days", "weeks", "months", "day", "week", "month", "hours", "hour"})
_NUMBERS = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "a", "an", "several", "one"}
)
_BEFORE_DAY = frozenset({"by", "on", "since", "until", "before", "due", "for", "last"})
_CUSTOMERS = lexicon.words("customers")
_ORDINALS = frozenset({"second", "third", "fourth", "fifth", "sixth", "2nd", "3rd", "4th", "5th"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Empty where the text says nothing of it. `due` is a day, `since` a beginning, `count` an ordinal."""

    thing: str = ""
    due: str = ""
    since: str = ""
    customer: str = ""
    count: str = ""


def gather(page: Page, found: Sequence[Found]) -> Facts:
    """Only from the author's own words, and only words we know to be harmless."""
    words = [token for token in page.tokens if token.kind in {WORD, NUMBER} and not token.quoted]
    charged = {
        at
        for one in found
        if one.name in {"insult", "absolute", "threat"}
        for at in range(one.start, one.end)
    }
    plain = [token for at, token in enumerate(page.tokens) if at not in charged and not token.quoted]
    due, since = _when(words)
    customer = next((word.form for word in words if word.form in _CUSTOMERS), "")
    return Facts(_thing(plain), due, since, f"the {customer}" if customer else "", _count(words))


def _thing(tokens: Sequence[Token]) -> str:
    for at, token in enumerate(tokens):
        if token.form not in _ARTICLES or token.kind != WORD:
            continue
        for size in range(1, MOST_BEFORE_THING + 1):
            last = tokens[at + size : at + size + 1]
            if not last or last[0].kind != WORD or (size < MOST_BEFORE_THING and last[0].form in _NO_PART):
                break
            between = tokens[at + 1 : at + size]
            if last[0].form in _THINGS and all(_is_part(one) for one in between):
                following = tokens[at + size + 1 : at + size + 2]
                if following and following[0].form in _THINGS:
                    continue
                article = token.form if token.form in _KEPT else "the"
                return " ".join([article, *(_shown(one) for one in between), last[0].form])
    return ""


def _is_part(token: Token) -> bool:
    """Whether a word may stand before a thing: a name such as ACME, or another thing."""
    return token.kind == WORD and (token.form in _THINGS or (token.raw[:1].isupper() and not token.quoted))


def _shown(token: Token) -> str:
    return token.form if token.form in _THINGS else token.raw


def _when(words: Sequence[Token]) -> tuple[str, str]:
    due = since = ""
    for at, word in enumerate(words):
        before = words[at - 1].form if at else ""
        if word.form in _DAYS and word.form != "may":
            shown = word.raw if word.raw[:1].isupper() and not word.raw.isupper() else word.form.capitalize()
            shown = (
                shown
                if word.form not in {"noon", "midnight", "lunch", "today", "tomorrow", "tonight", "yesterday"}
                else word.form
            )
            if before == "since":
                since = since or f"since {shown}"
            elif before in _BEFORE_DAY or not before or word.form == "today":
                due = due or shown
        elif (
            word.form in _SPANS
            and (before.isdigit() or before in _NUMBERS)
            and at > 1
            and words[at - 2].form in {"for", "since"}
        ):
            since = since or f"for {before} {word.form}"
    return due, since


def _count(words: Sequence[Token]) -> str:
    for word, after in pairwise(words):
        if word.form in _ORDINALS and after.form == "time":
            return word.form
    return ""


def request(page: Page, found: Sequence[Found], sentence: int) -> str:
    """What an order asks for, from its verb to the end of its clause; empty if that cannot be told apart."""
    skipped = {
        at
        for one in found
        if one.name in {"urge", "threat", "absolute"} and one.end - one.start > 1
        for at in range(one.start, one.end)
    }
    verbs = {one.start for one in found if one.name == "verb"}
    own = [at for at, token in enumerate(page.tokens) if token.sentence == sentence]
    start = next((at for at in own if page.tokens[at].kind == WORD), None)
    if start is None or start not in verbs:
        return ""
    kept: list[Token] = []
    for at in own[own.index(start) :]:
        token = page.tokens[at]
        if token.kind in MENTIONS or token.kind == EMOJI or token.form in {"now", "immediately", "just"}:
            continue
        if at in skipped or token.form == "or":
            break
        if token.kind == SIGN and token.form not in {"'", "-"}:
            break
        kept.append(token)
    return _joined(kept) if 1 < len(kept) <= 14 else ""  # noqa: PLR2004 - more is a story, one word says nothing


def _joined(tokens: Sequence[Token]) -> str:
    text, end = "", None
    for token in tokens:
        shown = token.form if token.raw.isupper() and len(token.raw) > 3 else token.raw  # noqa: PLR2004 - acronyms stay
        text += ("" if end is None or token.start == end else " ") + shown
        end = token.end
    return text[:1].lower() + text[1:]
