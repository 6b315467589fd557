"""Whom a shout-out credits: not who is copied in, addressed, covered for, helped or asked next."""

from collections.abc import Iterator, Sequence

from bot.rules.language import lexicon, roles
from bot.rules.language.markup import MENTIONS, SIGN, WORD, Page, Token

_COPIED = lexicon.words("copied")
_GREETING = lexicon.words("greeting")
# After a mention at the beginning: it is spoken to, about somebody else.
_ADDRESSED = lexicon.words("addressed")
_YOU_HEAR = lexicon.words("you hear")
# After a mention that opens a later sentence: it is asked for something, or will do something.
_ASKED = lexicon.words("asked")
_WILL = lexicon.words("will")
_AWAY = lexicon.words("away")
_BE = lexicon.words("being")
_WHILE = lexicon.words("while")
_COVERED = (
    *(
        ("for",),
        ("instead", "of"),
        ("in", "place", "of"),
        ("on", "behalf", "of"),
        ("from",),
        ("in", "lieu", "of"),
    ),
    *(("für",), ("por",), ("de",), ("a",), ("ya",)),
)
_COVERING = lexicon.words("covering")
_HELPED = lexicon.words("beside")
_OBJECT = lexicon.words("helped")
_REPORTED = lexicon.words("reported")
_RELATIVE = lexicon.words("relative")
_SUBJECT = lexicon.words("before a subject")
_THANKED = frozenset({"you", "youre", "thanks", "thank"})
_PLEASE = frozenset({"please", "pls", "kindly", "bitte"})
_PERMITTED = frozenset({"can", "could", "may"})  # "@b you can book the ship now"
# Said of somebody as often as asked of them: only a question mark tells.
_EITHER = frozenset({"did", "do", "has", "have", "is", "are"})
_JOINTS = frozenset({"and", "und", "et", "y", "e", "na", ",", "&", "+", "/"})


def credited(page: Page) -> tuple[str, ...]:
    """The ids credited, each once, in the order of their first mention."""
    tokens = page.tokens
    if not any(token.kind in MENTIONS for token in tokens):  # passed on from a customer, who named them
        return _ids(page.aside, [at for at, token in enumerate(page.aside) if token.kind in MENTIONS])
    left = candidates(page)
    if len({tokens[at].form for at in left}) > 1 and len(left) <= roles.MOST:
        praised = roles.praised(roles.extract(tokens, left, *judged(tokens, left)))
        left = [at for at in left if roles.id_of(tokens[at]) in praised]
    return _ids(tokens, left)


def leaves_out(page: Page) -> bool:
    """Whether somebody is mentioned who is not credited."""
    mentioned = _ids(page.tokens, [at for at, token in enumerate(page.tokens) if token.kind in MENTIONS])
    return not set(mentioned) <= {*credited(page)}


def candidates(page: Page) -> list[int]:
    """The places of all who are mentioned and not only copied in."""
    tokens = page.tokens
    return [at for at, token in enumerate(tokens) if token.kind in MENTIONS and not _is_copied(tokens, at)]


def judged(tokens: Sequence[Token], left: list[int]) -> tuple[list[int], dict[int, list[str]]]:
    """Which of several mentions the rules would credit, and the other parts they see each of them play."""
    parts = {at: list(_parts(tokens, at, left)) for at in left}
    out = {at for at in left if parts[at]}
    out |= {at for at in left if _joined_to(tokens, at, out, left)}
    kept = [at for at in left if at not in out]
    named = {tokens[at].form for at in kept}
    return [at for at in left if tokens[at].form in named] if named else left, parts


def _ids(tokens: Sequence[Token], places: list[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(roles.id_of(tokens[at]) for at in places))


def _is_copied(tokens: Sequence[Token], at: int) -> bool:
    """Whether it stands behind "cc" or "fyi", perhaps after others who do."""
    before = at - 1
    while before > 0 and (tokens[before].kind in MENTIONS or tokens[before].form in _JOINTS):
        before -= 1
    if before > 0 and tokens[before].form == ":" and tokens[before - 1].kind == WORD:
        before -= 1
    return (
        before >= 0
        and tokens[before].form in _COPIED
        and (not before or tokens[before - 1].kind not in MENTIONS)
    )


def _parts(tokens: Sequence[Token], at: int, places: list[int]) -> Iterator[str]:
    """The parts that a mention among several plays, other than that of the one praised."""
    first = at == places[0]
    found = {
        "addressed": _is_addressed(tokens, at, first=first),
        "bracket": tokens[at - 1 if at else at].form == "(",
        "outdone": _is_outdone(tokens, at, places),
        "asked": not first and _is_asked(tokens, at),
        "covered": _is_covered(tokens, at),
        "object": _is_object(tokens, at, first=first),
        "reports": _reports(tokens, at, places),
    }
    return (part for part, plays in found.items() if plays)


def _forms(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    return [token.form for token in tokens[max(start, 0) : max(end, 0)]]


def _is_addressed(tokens: Sequence[Token], at: int, *, first: bool) -> bool:
    before = [form for form in _forms(tokens, 0, at) if form not in {"(", "*", "_"}]
    if not first or any(form not in _GREETING for form in before):
        return False
    after = _forms(tokens, at + 1, at + 4)
    mentioned = len(tokens) > at + 2 and tokens[at + 2].kind in MENTIONS
    if not after or (mentioned and after[0] in _JOINTS):
        return False
    if after[0] in {",", ":"} or before:
        return not (_THANKED & set(after[1:2])) or bool(_YOU_HEAR & set(after[2:3]))
    if after[0] in {"you", "u"}:
        return bool(_YOU_HEAR & set(after[1:2]))
    if after[0] in _EITHER - {"do"}:
        return _ends_asking(tokens, at)
    return after[0] in _ADDRESSED or (after[0] == "for" and (mentioned or after[1:2] == ["your"]))


def _is_asked(tokens: Sequence[Token], at: int) -> bool:
    """It opens a sentence that asks it for something: "@b could you upload it"."""
    before, after = tokens[at - 1], _forms(tokens, at + 1, at + 3)
    if before.form == "to" and tokens[at - 2].form in {"over", "back", "up"}:
        return True
    if before.form in {"next", "ask", "sorry", "please"} or _PLEASE & set(after[:1]):
        return True
    if after[:1] == [","]:
        after = after[1:]
        if after[:1] == ["sorry"] or (before.form == "," and at > 2):  # noqa: PLR2004 - "tell @a thanks, @b?"
            return True
    if before.form == "," and after[:1] == ["?"]:
        return True
    return bool(after) and _is_to_act(tokens, at, after)


def _is_to_act(tokens: Sequence[Token], at: int, after: Sequence[str]) -> bool:
    before = tokens[at - 1]
    opens = (
        before.sentence != tokens[at].sentence
        or before.form in {".", "!", "?", ";", "-", "\u2014", "\u2013", ")"}
        or (before.kind not in {WORD, SIGN} and before.kind not in MENTIONS)
    )
    if after[0] in _EITHER:
        return opens and _ends_asking(tokens, at)
    if after[0] in _WILL and (opens or before.form not in _JOINTS):
        return True
    permitted = after[0] == "you" and bool(_PERMITTED & set(after[1:]))
    asks = after[0] in {"you", "the"} and _ends_asking(tokens, at)
    return opens and (after[0] in _ASKED or permitted or asks)


def _is_outdone(tokens: Sequence[Token], at: int, places: list[int]) -> bool:
    """Somebody else was the one: "@b found it, but it was @a who stayed all night"."""
    return any(_forms(tokens, later - 3, later) == ["but", "it", "was"] for later in places if later - 3 > at)


def _ends_asking(tokens: Sequence[Token], at: int) -> bool:
    sentence = tokens[at].sentence
    return any(token.form == "?" for token in tokens[at:] if token.sentence == sentence)


def _is_covered(tokens: Sequence[Token], at: int) -> bool:
    """Somebody else did their work: "stood in for @b", "while @b was ill"."""
    before, after = _forms(tokens, at - 5, at), _forms(tokens, at + 1, at + 6)
    if before and before[-1] in {
        "replaced",
        "replacing",
        "covered",
        "covering",
        "covers",
        "remplacé",
        "cubrió",
        "cobriu",
    }:
        return True
    for end in _COVERED:
        if tuple(before[-len(end) :]) == end and (len(end) > 1 or _COVERING & set(before[: -len(end)])):
            return True
    if ("'s" in after[:1] and _COVERING & set(before)) or (
        before[-1:] == ["with"] and _AWAY & set(after[:1])
    ):
        return True
    if before and before[-1] in _WHILE and after and (after[0] in _BE or _AWAY & set(after[:3])):
        return True
    if "absence" in after[:2] or "eingesprungen" in after or "vertreten" in after:
        return True
    return bool(after) and after[0] in _BE and bool(_AWAY & set(after[1:4]))


def _is_object(tokens: Sequence[Token], at: int, *, first: bool) -> bool:
    """They were helped, or it is about something of theirs: "helping @b", "@b's customer", "@b and I"."""
    before, after = _forms(tokens, at - 3, at), _forms(tokens, at + 1, at + 3)
    last, theirs = "".join(before[-1:]), "'s" in after[:1]
    if after == ["and", "i"] or (last == "you" and _OBJECT & set(before)) or (last == "from" and theirs):
        return True
    if first and last not in {"that", "by"}:
        return False
    if last in {"by", "than"} or (theirs and last in _HELPED - {"and", "like", "both"}):
        return True
    if _RELATIVE & set(after[:1]) and tokens[at - 1].kind == WORD and last not in _SUBJECT:
        return True
    return bool(_OBJECT & set(before)) and last not in {"and", ","}


def _reports(tokens: Sequence[Token], at: int, places: list[int]) -> bool:
    """They only raised it, and a later one did it."""
    after = _forms(tokens, at + 1, at + 2)
    if not after or after[0] not in _REPORTED or at == places[-1]:
        return False
    return after[0] != "found" or "late" in _forms(tokens, at + 2, at + 5)


def _joined_to(tokens: Sequence[Token], at: int, out: set[int], places: list[int]) -> bool:
    """Whether it is listed together with one that is left out: "could @b and @c retest"."""
    if at in out:
        return False
    before = at - 1
    if before > 0 and tokens[before].form in _JOINTS and before - 1 in out and before - 1 != places[0]:
        if _is_asked(tokens, at):
            return True
        return _is_object(tokens, before - 1, first=False) or _is_covered(tokens, before - 1)
    after = at + 1
    if after + 1 not in out or tokens[after].form not in _JOINTS - {","} or at == places[0]:
        return False
    return _is_asked(tokens, after + 1)
