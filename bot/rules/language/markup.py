"""Slack's text taken apart into words, mentions, emoji and signs, with quotes and code set aside."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 4000  # characters that are read; what comes after them is not
MOST_TOKENS = 1200

WORD, NUMBER, PERSON, GROUP, CHANNEL, LINK, EMOJI, SIGN = (
    *("word", "number", "person", "group", "channel", "link", "emoji", "sign"),
)
MENTIONS = frozenset({PERSON, GROUP})

# Zero-width characters, marks of direction, soft hyphens: nobody sees them, so nobody means them.
_UNSEEN = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
# A phone types another apostrophe than a keyboard, and the second of these is a letter to Python.
_APOSTROPHES = dict.fromkeys((0x2019, 0x02BC), "'")
_TOKEN = re.compile(
    r"<[^<>]{1,400}>|&(?:amp|lt|gt);|:[a-z0-9_+\-]{1,60}:|https?://[^\s<>]{1,400}"
    r"|[^\W_]+(?:['`][^\W\d_]+)*|'s\b|[^\w\s]|_+",
    re.IGNORECASE,
)
_ENDS = frozenset(".!?\u2026")
_NEGATED = "n't"
_JOINED = frozenset({"re", "ll", "ve", "d", "m", "t"})  # "you're" is read as "youre"
_JOINING = frozenset({"it", "that", "what", "who", "here", "there", "he", "she", "let", "how", "where"})
_FENCE, _TICK = "```", "`"
_OPENING, _CLOSING = "\u201c\u201e\u00ab", "\u201d\u00bb"


class Token(NamedTuple):
    """One word, mention, emoji or sign; `start` and `end` are places in the text as it came."""

    kind: str
    form: str  # a word in small letters, an id, an emoji's name, the sign itself
    raw: str
    start: int
    end: int
    sentence: int
    quoted: bool = False


class Page(NamedTuple):
    """What a message says. `tokens` are the author's own words, `aside` stands in quoted lines."""

    tokens: tuple[Token, ...]
    aside: tuple[Token, ...]
    code: bool
    length: int


def read(text: str) -> Page:
    """Take a message apart; linear in its length, and at most `LONGEST` characters of it."""
    seen, places = _visible(_cut(text).translate(_APOSTROPHES))
    bare, code = _without_code(seen)
    own: list[Token] = []
    aside: list[Token] = []
    sentence = 0
    for start, end, quoted in _lines(bare):
        found = list(_tokens(bare, start, end, sentence))
        if found:
            sentence = found[-1].sentence + 1
        (aside if quoted else own).extend(found)
        if len(own) + len(aside) > MOST_TOKENS:
            break
    own, aside = own[:MOST_TOKENS], aside[:MOST_TOKENS]
    if places is not None:
        own, aside = ([_moved(token, places) for token in some] for some in (own, aside))
    return Page(tuple(_in_quotes(own)), tuple(aside), code, len(text))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST]
    opened = kept.rfind("<", LONGEST - 400)
    return kept[:opened] if opened > kept.rfind(">") else kept


def _visible(text: str) -> tuple[str, list[int] | None]:
    """The text without what nobody sees, and where each character of it stood."""
    if text.isascii():
        return text, None
    seen = text.translate(_UNSEEN)
    if len(seen) == len(text):
        return text, None
    places = [at for at, sign in enumerate(text) if ord(sign) not in _UNSEEN]
    return seen, [*places, len(text)]


def _moved(token: Token, places: list[int]) -> Token:
    return token._replace(start=places[token.start], end=places[token.end - 1] + 1)


def _without_code(text: str) -> tuple[str, bool]:
    """Put blanks where code stands, so that all else keeps its place."""
    if _TICK not in text:
        return text, False
    parts: list[str] = []
    at, code = 0, False
    while (start := text.find(_TICK, at)) >= 0:
        mark = _FENCE if text.startswith(_FENCE, start) else _TICK
        end = text.find(mark, start + len(mark))
        if end < 0 or (mark == _TICK and "\n" in text[start:end]):
            parts.append(text[at : start + len(mark)])
            at = start + len(mark)
            continue
        code = True
        parts.extend((text[at:start], " " * (end + len(mark) - start)))
        at = end + len(mark)
    parts.append(text[at:])
    return "".join(parts), code


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    at, rest = 0, False
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].lstrip()
        rest = rest or line.startswith(("&gt;&gt;&gt;", ">>>"))
        yield at, end, rest or line.startswith(("&gt;", ">"))
        at = end + 1


def _tokens(text: str, start: int, end: int, sentence: int) -> Iterator[Token]:
    turned = False
    for match in _TOKEN.finditer(text, start, end):
        raw, at = match.group(), match.start()
        first = raw[0]
        if turned and first not in _ENDS:
            sentence, turned = sentence + 1, False
        if first == "<":
            yield _marked(raw, at, sentence)
        elif first == "&":
            yield Token(
                SIGN, {"&amp;": "&", "&lt;": "<", "&gt;": ">"}.get(raw, raw), raw, at, at + len(raw), sentence
            )
        elif first == ":" and len(raw) > 1:
            yield Token(EMOJI, raw[1:-1].lower(), raw, at, at + len(raw), sentence)
        elif len(raw) > 1 and first == "'":
            yield Token(WORD, "'s", raw, at, at + len(raw), sentence)
        elif first.isalnum():
            yield from _words(raw, at, sentence)
        else:
            yield Token(SIGN, first, raw, at, at + len(raw), sentence)
            turned = turned or first in _ENDS


def _marked(raw: str, at: int, sentence: int) -> Token:
    inside, _, _ = raw[1:-1].partition("|")
    kind, form = LINK, inside
    if inside.startswith(("@U", "@W")):
        kind, form = PERSON, inside[1:]
    elif inside.startswith("!subteam^"):
        kind, form = GROUP, inside[9:]
    elif inside.startswith(("#", "!")):
        kind, form = CHANNEL, inside[1:]
    elif not inside.startswith(("http", "mailto", "tel", "@")):
        kind = SIGN
    return Token(kind, form, raw, at, at + len(raw), sentence)


def _words(raw: str, at: int, sentence: int) -> Iterator[Token]:
    """One word, or two where an apostrophe joins them: "she's", "l'équipe"; "didn't" stays one."""
    low = raw.lower()
    if raw.isalpha():
        yield Token(WORD, low, raw, at, at + len(raw), sentence)
        return
    if raw.isdigit() or (raw[0].isdigit() and not raw.isalpha()):
        yield Token(NUMBER if raw.isdigit() else WORD, low, raw, at, at + len(raw), sentence)
        return
    mark = next((sign for sign in low if sign in "'`"), "")
    head, _, tail = low.partition(mark) if mark else (low, "", "")
    if not tail or tail in _JOINED or (tail == "s" and head in _JOINING) or low.endswith(_NEGATED):
        yield Token(WORD, head + tail, raw, at, at + len(raw), sentence)
        return
    cut = len(head) + (tail != "s")
    yield Token(WORD, head if tail == "s" else f"{head}'", raw[:cut], at, at + cut, sentence)
    yield Token(WORD, "'s" if tail == "s" else tail, raw[cut:], at + cut, at + len(raw), sentence)


def _in_quotes(tokens: list[Token]) -> list[Token]:
    """Mark what stands between quotation marks within a line."""
    marks = [
        at
        for at, token in enumerate(tokens)
        if token.kind == SIGN and token.form in '"\u201c\u201d\u201e\u00ab\u00bb'
    ]
    opened = None
    for at in marks:
        form = tokens[at].form
        if opened is None and form not in _CLOSING:
            opened = at
        elif opened is not None and (form not in _OPENING or form in _CLOSING):
            for inside in range(opened + 1, at):
                tokens[inside] = tokens[inside]._replace(quoted=True)
            opened = None
    return tokens
