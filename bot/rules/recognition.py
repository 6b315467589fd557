"""What counts as a kudos: reading the words, choosing the recipients, saying who is left out and why."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import NotIntroduced, Refusal
from bot.rules.people import Group, Person, Roll, listed

UNDO_WITHIN = timedelta(minutes=15)
LEAST_WORDS = 3
BY_TALK = "talk:"  # how the source of a kudos begins that was recorded from a message
BY_MARK = "mark:"  # how the source of a kudos begins that an emoji on a message is
LONGEST_REASON = 3000  # characters; what one modal input of Slack can hold


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text, exactly as the person sees it on the screen."""

    text: str


@dataclass(frozen=True, slots=True)
class ToPerson:
    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ToGroup:
    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ToHandle:
    """An `@name` that the chat did not resolve; whom it means is looked up."""

    handle: str


Mention = ToPerson | ToGroup | ToHandle
Piece = Words | ToPerson | ToGroup


@dataclass(frozen=True, slots=True)
class Place:
    """A message in the chat, by its channel's id and its timestamp, which is its name there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Besides:
    """What a kudos may say besides whom and what for.

    `above` marks it above and beyond, `private` keeps it out of the recognition channel, `customer` is a
    customer's name and `customer_words` what they said, `about` the message that it is about.
    """

    above: bool = False
    private: bool = False
    customer: str = ""
    customer_words: str = ""
    about: Place | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A kudos as typed: whom it names, and the reason with the mentions that stand inside it."""

    mentions: tuple[Mention, ...]
    reason: tuple[Words | Mention, ...]
    besides: Besides = Besides()


@dataclass(frozen=True, slots=True)
class LeftOut:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    recipients: tuple[Person, ...]
    left_out: tuple[LeftOut, ...]
    reason: str
    tags: tuple[str, ...]
    besides: Besides = Besides()


@dataclass(frozen=True, slots=True)
class Kudos:
    """One thanks to one or more recipients, as the ledger keeps it.

    `outcome` is what it yielded, as the giver told later, and `joined` who seconded it, in their order.
    """

    number: int
    giver: Person
    recipients: tuple[Person, ...]
    reason: str
    tags: tuple[str, ...]
    given_at: datetime
    taken_back: bool = False
    besides: Besides = Besides()
    outcome: str = ""
    joined: tuple[Person, ...] = ()


# A handle starts at a word's beginning, so that ben@example.com is none; Slack allows letters, digits, . _ -
_HANDLE = re.compile(r"(?<![\w@.\-/])@([^\W_](?:[\w.\-]{0,79}\w)?)")
_TAG = re.compile(r"(?<![\w#&/])#([^\W_][\w\-]{0,49})")
# What may stand between recipients: "@ben, @cy and @dee: for …"
_JOINT = re.compile(r"(?:[\s,;:&+/\u2013\u2014]|-(?!\w)|\b(?:and|und|et|y|e|na)\b)*", re.IGNORECASE)
_LEAD_IN = re.compile(r"\A(?:[\s,;:\u2013\u2014]|-(?!\w))*")  # what joins the recipients to the reason
# Words between spaces: letters, digits, and apostrophes and hyphens within.
_WORD = re.compile(r"[^\W_]+(?:['\u2019\-\u2010\u2011][^\W_]+)*")
# Scripts that put no space between words, with the letters that make about one word of them:
# Japanese and Chinese; Burmese, Khmer, Lao and Thai.
_UNSPACED = (
    (
        2,
        re.compile(
            r"[\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
            r"\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
        ),
    ),
    (4, re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")),
)
# Emoji by name, and links, say nothing yet.
_NO_WORD = re.compile(r":[a-z0-9_+\-]{1,80}:|\bhttps?://\S+")
_BROADCASTS = frozenset({"channel", "here", "everyone"})


def read(pieces: Sequence[Piece]) -> Draft:
    """Take apart what was typed.

    When the text opens with mentions, those are the recipients and later ones belong to the story
    (`@ben for helping @cy`); otherwise everybody mentioned is thanked (`great work @ben`).
    """
    parts = tuple(_with_handles(pieces))
    head = _head(parts)
    opening = tuple(p for p in parts[:head] if not isinstance(p, Words))
    if opening:
        return Draft(opening, _without_joint(parts[head:]))
    return Draft(tuple(p for p in parts if not isinstance(p, Words)), parts)


def asked_for(giver: str, draft: Draft) -> tuple[set[str], set[str], set[str]]:
    """Ids of people, ids of groups, and handles that must be looked up before deciding."""
    parts = draft.mentions + draft.reason
    people = {p.id for p in parts if isinstance(p, ToPerson)} | {giver}
    groups = {p.id for p in parts if isinstance(p, ToGroup)}
    return people, groups, {p.handle for p in draft.mentions if isinstance(p, ToHandle)}


def introduced(giver: str, draft: Draft, roll: Roll, *, met: bool = False) -> Person:
    """Give the giver, once everybody who was named is known, members of thanked groups included.

    When they were looked up already (`met`), it is enough to know the giver and those named as recipients:
    who is only a part of the story, or a member nobody may see, stops no thanks.
    """
    groups = {m.id for m in draft.mentions if isinstance(m, ToGroup)}
    people = {m.id for m in draft.mentions if isinstance(m, ToPerson)} | {giver}
    if not met:
        people |= {p.id for p in draft.reason if isinstance(p, ToPerson)}
        for mention in draft.mentions:
            for group in _groups_of(mention, roll):
                people |= set(group.members)
    strangers = frozenset(people - roll.people.keys())
    unknown = frozenset(groups - roll.groups.keys())
    if strangers or unknown:
        raise NotIntroduced(strangers, unknown)
    return roll.people[giver]


def decide(giver: Person, draft: Draft, roll: Roll, values: Iterable[str]) -> Decision:
    """Choose who is thanked and for what, or refuse with a sentence; `roll` knows everybody named."""
    reason, tags = _reason(draft, roll, values)
    if not draft.mentions:
        raise Refusal("Whom would you like to thank? Try: /kudos @ben for what they did, in a few words.")
    kept: dict[str, Person] = {}
    left: dict[str, LeftOut] = {}
    for person, by_name in _everybody(draft, roll):
        why = _why_not(giver, person)
        if not why:
            kept[person.id] = person
        elif by_name or person.id != giver.id:  # a member of the team that is thanked expects no remark
            left[person.id] = LeftOut(person.name, why)
    left |= _unmet(draft, roll)
    if not kept:
        raise Refusal(_nobody_left(left.values()))
    _worded(draft, tags, kept.values())
    return Decision(tuple(kept.values()), tuple(left.values()), reason, tags, draft.besides)


def worded(draft: Draft, roll: Roll, values: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The reason as text and the company's values in it, without judging whether it is enough."""
    return _reason(draft, roll, values)


def undoable(kudos: Kudos | None, now: datetime) -> Kudos:
    """Give back the kudos if it may still be taken back at `now`."""
    if kudos is None:
        raise Refusal("There is nothing to take back: you have no kudos of the last 15 minutes.")
    if now - kudos.given_at > UNDO_WITHIN:
        who = listed(p.name for p in kudos.recipients)
        raise Refusal(f"Your kudos to {who} is more than 15 minutes old, so it stays.")
    return kudos


def _with_handles(pieces: Iterable[Piece]) -> Iterable[Words | Mention]:
    for piece in pieces:
        if not isinstance(piece, Words):
            yield piece
            continue
        at = 0
        for found in _HANDLE.finditer(piece.text):
            if found.start() > at:
                yield Words(piece.text[at : found.start()])
            yield ToHandle(found.group(1))
            at = found.end()
        if at < len(piece.text):
            yield Words(piece.text[at:])


def _head(parts: Sequence[Words | Mention]) -> int:
    """How many parts, from the start, are recipients and what joins them."""
    last_mention = 0
    for index, part in enumerate(parts, start=1):
        if not isinstance(part, Words):
            last_mention = index
        elif not _JOINT.fullmatch(part.text):
            break
    return last_mention


def _without_joint(parts: tuple[Words | Mention, ...]) -> tuple[Words | Mention, ...]:
    if not parts or not isinstance(parts[0], Words):
        return parts
    return (Words(_LEAD_IN.sub("", parts[0].text)), *parts[1:])


def _reason(draft: Draft, roll: Roll, values: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    text = "".join(_as_text(part, roll) for part in draft.reason).strip()
    if len(text) > LONGEST_REASON:
        raise Refusal(f"That is a little long: please keep it under {LONGEST_REASON:,} characters.", "reason")
    known = {value.casefold(): value for value in values}
    typed = [tag.casefold() for tag in _TAG.findall(_typed(draft))]
    tags = tuple(dict.fromkeys(known[tag] for tag in typed if tag in known))
    return _without_closing_tags(text, {tag.casefold() for tag in tags}), tags


def _typed(draft: Draft) -> str:
    """The words of the reason without the mentions, whose names may hold anything."""
    return " ".join(part.text for part in draft.reason if isinstance(part, Words))


def _without_closing_tags(text: str, tags: Container[str]) -> str:
    """Drop the tags that stand after the last word: they are shown as values beside the reason."""
    while text:
        *before, last = text.rsplit(maxsplit=1)
        tag = _TAG.fullmatch(last)
        if not tag or tag.group(1).casefold() not in tags:
            break
        text = before[0] if before else ""
    return text


def _worded(draft: Draft, tags: tuple[str, ...], recipients: Iterable[Person]) -> None:
    """A reason is at least three words besides mentions and tags."""
    if _count_of_words(_typed(draft)) < LEAST_WORDS:
        who = listed(p.name for p in recipients)
        besides = f" besides #{tags[0]}" if tags else ""
        raise Refusal(f"What did {who} do? Please say it in at least {LEAST_WORDS} words{besides}.", "reason")


def _count_of_words(text: str) -> int:
    """How many words there are, tags not counted; about as many where a script has no spaces."""
    # Accents and vowel signs of their own, and marks that nobody sees, would tear words apart.
    bare = text if text.isascii() else _unmarked(text)
    bare = _TAG.sub(" ", _NO_WORD.sub(" ", bare))
    count = 0
    for letters, unspaced in () if bare.isascii() else _UNSPACED:
        count += sum(-(-len(run) // letters) for run in unspaced.findall(bare))
        bare = unspaced.sub(" ", bare)
    return count + len(_WORD.findall(bare))


def _unmarked(text: str) -> str:
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Mn", "Mc", "Me", "Cf"})


def _as_text(part: Words | Mention, roll: Roll) -> str:
    """A mention inside the reason as a plain name, so that nobody is pinged who was not thanked."""
    match part:
        case Words(text):
            return text
        case ToHandle(handle):
            return f"@{handle}"
        case ToPerson(id, label):
            return f"@{roll.people[id].name if id in roll.people else label or id}"
        case ToGroup(id, label):
            return f"@{roll.groups[id].handle if id in roll.groups else label.lstrip('@') or id}"


def _groups_of(mention: Mention, roll: Roll) -> Iterable[Group]:
    match mention:
        case ToGroup(id) if id in roll.groups:
            return [roll.groups[id]]
        case ToHandle(handle):
            return [g for g in roll.named(handle) if isinstance(g, Group)]
        case _:
            return []


def _everybody(draft: Draft, roll: Roll) -> Iterable[tuple[Person, bool]]:
    """Everybody the mentions stand for, and whether they were named themselves."""
    for mention in draft.mentions:
        match mention:
            case ToPerson(id):
                yield roll.people[id], True
            case ToGroup(id):
                yield from _members(roll.groups[id], roll)
            case ToHandle(handle):
                meant = _meant(handle, roll)
                if isinstance(meant, Group):
                    yield from _members(meant, roll)
                else:
                    yield meant, True


def _members(group: Group, roll: Roll) -> Iterable[tuple[Person, bool]]:
    if not group.active or not group.members:
        raise Refusal(f"@{group.handle} has no members at the moment. Please name the people one by one.")
    return ((roll.people[id], False) for id in group.members if id in roll.people)


def _unmet(draft: Draft, roll: Roll) -> dict[str, LeftOut]:
    """Members of the groups that are thanked whom Slack has not shown us, by group: they have no names."""
    found = {}
    for group in (group for mention in draft.mentions for group in _groups_of(mention, roll)):
        count = sum(id not in roll.people for id in group.members)
        if count:
            found[group.id] = LeftOut(f"{count} of @{group.handle}", "not known to me")
    return found


def _meant(handle: str, roll: Roll) -> Person | Group:
    if handle.casefold() in _BROADCASTS:
        raise Refusal(f"@{handle} would thank nobody in particular. Name the people, or a user group.")
    match roll.named(handle):
        case ():
            raise Refusal(f"Nobody here is called @{handle}. Pick the name from the list that opens after @.")
        case (one,):
            return one
        case several:
            names = listed(sorted(f"{one.name} (@{one.handle})" for one in several))
            raise Refusal(f"@{handle} could be {names}. Please use the name in brackets.")


def _why_not(giver: Person, person: Person) -> str:
    """Why this person cannot be thanked by this giver; empty when they can."""
    if person.id == giver.id:
        return "that is you"
    if person.bot:
        return "a bot"
    if not person.active:
        return "no longer active here"
    if person.home != giver.home:
        return "from another organisation"
    return ""


def _nobody_left(left: Iterable[LeftOut]) -> str:
    out = [*left]
    if [one.why for one in out] == ["that is you"] or not out:
        return "Thanks to oneself cannot be given. Who helped you?"
    reasons = listed(f"{one.name} ({one.why})" for one in out)
    return f"There is nobody left to thank: {reasons}. Nothing was recorded."
