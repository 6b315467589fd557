"""Thanks: give them, take them back, look at them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import settings
from bot.errors import Refusal
from bot.messages import (
    RECOGNITION,
    KudosForManager,
    KudosPosted,
    KudosReceived,
    KudosRedrawn,
    KudosTakenBack,
    UndoConfirmed,
)
from bot.ports import Counts, Given, Work
from bot.rules import hearing, limits, recognition
from bot.rules.hearing import Hearing
from bot.rules.people import Person
from bot.rules.recognition import Decision, Draft, Kudos, LeftOut, Piece
from bot.settings import Chosen

SHOWN = 5
RECENT = 100  # kudos of one giver that are looked through for the same words


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the giver is told: who was thanked, where it is posted, who was left out and why.

    `posted` are as many of them as are named in the channel (None: all), `managers` who hears of it
    besides; `repeated` says that this is what was given earlier, in the same words.
    """

    kudos: int
    recipients: tuple[Person, ...]
    left_out: tuple[LeftOut, ...]
    channel: str
    managers: tuple[Person, ...] = ()
    posted: int | None = None
    repeated: bool = False


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
    work.one_at_a_time(f"giver:{giver}")
    chosen = settings.chosen(work)
    today, an_hour_ago = limits.midnight(now, chosen.timezone), now - limits.AGAIN_AFTER
    most = max(chosen.kudos_per_day, RECENT)
    earlier, recent = work.kudos.so_far(giver, source, min(today, an_hour_ago), most)
    if earlier:
        return _receipt(earlier, who_hears(work, earlier), chosen)
    draft = said if isinstance(said, Draft) else recognition.read(said)
    roll = work.people.look_up(*recognition.asked_for(giver, draft))
    thankful = recognition.introduced(giver, draft, roll, met=met)
    decision = recognition.decide(thankful, draft, roll, chosen.values)
    decided = _once(work, decision, [one for one in recent if one.given_at > an_hour_ago])
    if isinstance(decided, Kudos):
        return _receipt(decided, who_hears(work, decided), chosen, decision.left_out, repeated=True)
    limits.within(sum(one.given_at >= today for one in recent), chosen.kudos_per_day)
    given = Kudos(0, thankful, decided.recipients, decided.reason, decided.tags, now, besides=decided.besides)
    heard = who_hears(work, given)  # all that is to be known, before anything is changed
    number, _ = work.kudos.record(thankful, decided, source, now)
    _tell(work, number, heard, now)
    return _receipt(replace(given, number=number), heard, chosen, decided.left_out)


def receipt(work: Work, number: int) -> Receipt | None:
    """What the giver may be told of a kudos that stands, as it is now."""
    kudos = standing(work, number)
    return _receipt(kudos, who_hears(work, kudos), settings.chosen(work)) if kudos else None


def who_hears(work: Work, kudos: Kudos) -> Hearing:
    """Who hears of it as people wish at this moment, and as the org chart is."""
    wishes = work.preferences.of(person.id for person in kudos.recipients)
    asking = [one.id for one in kudos.recipients if hearing.asks_manager(kudos, wishes.get(one.id))]
    return hearing.hearing(kudos, wishes, work.people.chains(asking) if asking else {})


def through_manager(work: Work, kudos: Kudos, heard: Hearing, recipient: str, now: datetime) -> None:
    """Let the manager hear of it, if they were not to: somebody since chose to be thanked only so."""
    manager = next(id for id, one in heard.managers.items() if recipient in {each.id for each in one.people})
    queued = work.outbox.about(about(kudos.number))
    if KudosForManager(kudos.number, manager) not in (work.outbox.message(key) for key, _ in queued):
        work.outbox.put(manager, KudosForManager(kudos.number, manager), now, about=about(kudos.number))


def undo(work: Work, giver: str, source: str, now: datetime) -> Kudos:
    """Take back the giver's last kudos; the same `source` again takes back nothing further."""
    work.one_at_a_time(f"giver:{giver}")
    repeated = work.kudos.taken_back_by(source)
    if repeated is not None and (done := work.kudos.read(repeated)):
        return done
    kudos = recognition.undoable(work.kudos.latest_by(giver), now)
    take_back(work, kudos, source, now)
    return kudos


def undo_this(work: Work, giver: str, number: int, source: str, reply_to: str, now: datetime) -> None:
    """Take back the kudos whose button was clicked, and say so at `reply_to` if there is such a place."""
    kudos = work.kudos.read(number)
    if kudos is None or kudos.giver.id != giver:
        raise Refusal("Only the person who gave a kudos can take it back.")
    if not kudos.taken_back:
        take_back(work, recognition.undoable(kudos, now), source, now)
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


def take_back(work: Work, kudos: Kudos, source: str, now: datetime) -> None:
    if work.kudos.take_back(kudos.number, source, now):
        for key, to in work.outbox.about(about(kudos.number)):
            work.outbox.put(to, KudosTakenBack(key), now)


def redraw(work: Work, number: int, now: datetime, *, only_at: str = "") -> None:
    """Show what stands in the chat as it is now; what waits to be drawn anew already is enough."""
    for key, to in work.outbox.about(about(number)):
        if not only_at or to == only_at:
            # In the same lane, hence after what it redraws.
            work.outbox.put_once(to, KudosRedrawn(number, key), now, about=f"redraw:{key}")


def about(number: int) -> str:
    return f"kudos:{number}"


def _once(work: Work, decision: Decision, just_now: Sequence[Given]) -> Decision | Kudos:
    """Thank nobody for the same once more; gives the earlier kudos where that is everybody."""
    alike = [one for one in just_now if limits.same(one.reason, decision.reason)]
    earlier = [kudos for one in alike if (kudos := work.kudos.read(one.number))]
    fresh = limits.not_again(decision, earlier)
    if fresh is None:
        named = {person.id for person in decision.recipients}
        return next(one for one in earlier if named & {person.id for person in one.recipients})
    return fresh


def _tell(work: Work, number: int, heard: Hearing, now: datetime) -> None:
    """Queue it for all who hear of it now; whether they still are to is looked at when it is sent."""
    subject = about(number)
    if heard.named:
        work.outbox.put(RECOGNITION, KudosPosted(number), now, about=subject)
    for person in heard.told:
        work.outbox.put(person.id, KudosReceived(number, person.id), now, about=subject)
    for manager in heard.managers:
        work.outbox.put(manager, KudosForManager(number, manager), now, about=subject)


def _receipt(
    kudos: Kudos,
    heard: Hearing,
    chosen: Chosen,
    left_out: tuple[LeftOut, ...] = (),
    *,
    repeated: bool = False,
) -> Receipt:
    return Receipt(
        kudos.number,
        kudos.recipients,
        left_out,
        chosen.recognition_channel,
        managers=tuple(one.manager for one in heard.managers.values()),
        posted=None if len(heard.named) == len(kudos.recipients) else len(heard.named),
        repeated=repeated,
    )
