"""Thanks in ordinary talk: noticed, asked about, recorded; and the quiet word to who complains in public.

Of a message that is neither nothing is kept. Of a complaint nothing is kept either, but that somebody had
their word for today, under a mark that names nobody.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot import kudos, marks, settings
from bot.errors import NotIntroduced, Refusal
from bot.messages import CaptureAnswered, Reacted, ShoutoutNoticed
from bot.ports import Work
from bot.rules import recognition
from bot.rules.recognition import BY_TALK, Besides, Draft, Mention, Piece, Place, ToGroup, ToPerson

ASK_AGAIN = timedelta(hours=1)  # one question an hour to one author, whatever they write
SUGGEST_AGAIN = timedelta(hours=24)
QUESTION, SUGGESTION = "shoutout_question", "private_suggestion"
COMPLAINTS = "complaints"
RECORDED = "sparkles"  # the emoji on a message that was recorded without a question


class Mode(StrEnum):
    """What is done about thanks in a channel."""

    SUGGEST = "suggest"
    AUTO = "auto"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that thanks: who wrote it where, what, and the ids of those it credits."""

    author: str
    place: Place
    words: tuple[Piece, ...]
    credited: tuple[str, ...]


def noticed(work: Work, heard: Heard, now: datetime, *, met: bool = False) -> None:
    """Ask its author whether to record it, or record it, as the channel wishes."""
    mode = mode_of(work, heard.place.channel)
    if mode is Mode.OFF or work.kudos.recorded(_source(heard.place)):
        return
    try:
        if mode is Mode.AUTO:
            _record(work, heard, now, met=met)
            work.outbox.put(heard.place.channel, Reacted(heard.place.channel, heard.place.ts, RECORDED), now)
        elif _may_ask(work, heard, now, met=met):
            fact = ShoutoutNoticed(heard.author, heard.place.channel, heard.place.ts, heard.credited)
            work.outbox.put(heard.author, fact, now)
    except NotIntroduced:
        if not met:
            raise
    except Refusal:
        return  # nobody asked for anything, so nobody is told no


def record(work: Work, heard: Heard, reply_to: str, now: datetime, *, met: bool = False) -> None:
    """Record it, as its author has answered, and say so in place of the question."""
    done = _record(work, heard, now, met=met)
    work.outbox.put(reply_to, CaptureAnswered("recorded", heard.author, done), now)


def answered(work: Work, answer: str, person: str, reply_to: str, now: datetime) -> None:
    """Say what becomes of a question or a suggestion, in its place."""
    work.outbox.put(reply_to, CaptureAnswered(answer, person), now)


def ask_no_more(work: Work, person: str, channel: str, reply_to: str, now: datetime) -> None:
    """Ask them in this channel no more."""
    work.capture.mute(person, f"{QUESTION}:{channel}", now)
    answered(work, "not_here", person, reply_to, now)


def suggest_no_more(work: Work, person: str, reply_to: str, now: datetime) -> None:
    """Never suggest again that a complaint goes another way."""
    work.capture.mute(person, COMPLAINTS, now)
    answered(work, "never", person, reply_to, now)


def may_suggest(work: Work, person: str, now: datetime) -> bool:
    """Whether somebody who complained in public may be given a quiet word; at most one a day."""
    if not settings.chosen(work).complaint_nudge or work.capture.is_muted(person, COMPLAINTS):
        return False
    # Not the id: that somebody was about to complain is nobody's business, an administrator's neither.
    mark = hashlib.sha256(f"{work.workspace}:{person}:{SUGGESTION}".encode()).hexdigest()[:32]
    return work.claims.take(SUGGESTION, mark, now, hold=SUGGEST_AGAIN) > 0


def mode_of(work: Work, channel: str) -> Mode:
    return Mode(work.capture.mode(channel) or settings.chosen(work).capture_default)


def choose_mode(work: Work, channel: str, mode: str, by: str, now: datetime) -> None:
    """Set what is done in one channel; empty: as everywhere."""
    if mode and mode not in {*Mode}:
        raise Refusal(f"A channel's mode is one of {', '.join(Mode)}.")
    work.capture.choose(channel, mode, by, now)


def _may_ask(work: Work, heard: Heard, now: datetime, *, met: bool) -> bool:
    """Whether to ask at all; what could not be recorded is not asked about."""
    if work.capture.is_muted(heard.author, f"{QUESTION}:{heard.place.channel}"):
        return False
    draft = _draft(heard)
    roll = work.people.look_up(*recognition.asked_for(heard.author, draft))
    thankful = recognition.introduced(heard.author, draft, roll, met=met)
    recognition.decide(thankful, draft, roll, settings.chosen(work).values)
    return work.claims.take(QUESTION, heard.author, now, hold=ASK_AGAIN) > 0


def _record(work: Work, heard: Heard, now: datetime, *, met: bool) -> int:
    done = kudos.give(work, heard.author, _draft(heard), _source(heard.place), now, met=met)
    return done.kudos


def _draft(heard: Heard) -> Draft:
    credited: tuple[Mention, ...] = tuple(
        ToGroup(id) if id.startswith("S") else ToPerson(id) for id in heard.credited
    )
    return Draft(credited, marks.cut(heard.words), Besides(about=heard.place))


def _source(place: Place) -> str:
    return f"{BY_TALK}{place.channel}:{place.ts}"
