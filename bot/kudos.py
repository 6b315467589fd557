"""Thanks: give them, take them back, look at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import settings
from bot.errors import Refusal
from bot.messages import RECOGNITION, KudosPosted, KudosReceived, KudosTakenBack, UndoConfirmed
from bot.ports import Counts, Work
from bot.rules import recognition
from bot.rules.people import Person
from bot.rules.recognition import Draft, Kudos, LeftOut, Piece

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the giver is told: who was thanked, where it is posted, who was left out and why."""

    kudos: int
    recipients: tuple[Person, ...]
    left_out: tuple[LeftOut, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class Record:
    """A person's own kudos: the totals and the latest of each kind."""

    counts: Counts
    received: tuple[Kudos, ...]
    given: tuple[Kudos, ...]


def give(
    work: Work, giver: str, said: Sequence[Piece] | Draft, source: str, now: datetime, *, met: bool = False
) -> Receipt:
    """Thank everybody named; `source` is unique to the request, so that it counts once.

    `met` says that whoever was unknown has been looked up already, so that it will not help to ask again.
    """
    chosen = settings.chosen(work)
    if earlier := work.kudos.recorded(source):
        return Receipt(earlier.number, earlier.recipients, (), chosen.recognition_channel)
    draft = said if isinstance(said, Draft) else recognition.read(said)
    roll = work.people.look_up(*recognition.asked_for(giver, draft))
    thankful = recognition.introduced(giver, draft, roll, met=met)
    decision = recognition.decide(thankful, draft, roll, chosen.values)
    number, is_new = work.kudos.record(thankful, decision, source, now)
    if is_new:
        _tell(work, number, decision.recipients, now)
    return Receipt(number, decision.recipients, decision.left_out, chosen.recognition_channel)


def undo(work: Work, giver: str, source: str, now: datetime) -> Kudos:
    """Take back the giver's last kudos; the same `source` again takes back nothing further."""
    work.one_at_a_time(f"giver:{giver}")
    repeated = work.kudos.taken_back_by(source)
    if repeated is not None and (done := work.kudos.read(repeated)):
        return done
    kudos = recognition.undoable(work.kudos.latest_by(giver), now)
    _take_back(work, kudos, source, now)
    return kudos


def undo_this(work: Work, giver: str, number: int, source: str, reply_to: str, now: datetime) -> None:
    """Take back the kudos whose button was clicked, and say so at `reply_to` if there is such a place."""
    kudos = work.kudos.read(number)
    if kudos is None or kudos.giver.id != giver:
        raise Refusal("Only the person who gave a kudos can take it back.")
    if not kudos.taken_back:
        _take_back(work, recognition.undoable(kudos, now), source, now)
        if reply_to:
            work.outbox.put(reply_to, UndoConfirmed(number), now)


def mine(work: Work, person: str) -> Record:
    received = tuple(work.kudos.received_by(person, SHOWN))
    return Record(work.kudos.counts(person), received, tuple(work.kudos.given_by(person, SHOWN)))


def standing(work: Work, number: int) -> Kudos | None:
    """Return the kudos as it is now; nothing when it was taken back, or its words were erased."""
    kudos = work.kudos.read(number)
    return kudos if kudos and kudos.reason and not kudos.taken_back else None


def verify(work: Work) -> list[str]:
    return work.kudos.disagreements()


def _tell(work: Work, number: int, recipients: tuple[Person, ...], now: datetime) -> None:
    about = _about(number)
    work.outbox.put(RECOGNITION, KudosPosted(number), now, about=about)
    for person in recipients:
        work.outbox.put(person.id, KudosReceived(number, person.id), now, about=about)


def _take_back(work: Work, kudos: Kudos, source: str, now: datetime) -> None:
    if work.kudos.take_back(kudos.number, source, now):
        for key, to in work.outbox.about(_about(kudos.number)):
            work.outbox.put(to, KudosTakenBack(key), now)


def _about(number: int) -> str:
    return f"kudos:{number}"
