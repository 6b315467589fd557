"""What a favour yielded: its giver is asked once, some days later, and those thanked are told."""

from datetime import datetime, timedelta

from bot import kudos, settings
from bot.errors import Refusal
from bot.messages import OutcomeAsked, OutcomeTold
from bot.ports import Work
from bot.rules.recognition import Kudos

AT_ONCE = 100
LONGEST = 2000  # characters
TOO_OLD = timedelta(days=60)  # to be asked about, so that nobody is flooded after an upgrade or a long rest
LATE = timedelta(days=7)  # the same, where the days of the setting are more than that


def ask(work: Work, now: datetime) -> int:
    """Ask the givers whose time has come; gives how many. However many ask at once, each is asked once."""
    days = timedelta(days=settings.chosen(work).outcome_after_days)
    if not days:
        return 0
    count = 0
    for number in work.kudos.to_ask(now - max(TOO_OLD, days + LATE), now - days, AT_ONCE):
        given = kudos.standing(work, number)
        if given and work.kudos.asked(number, now):
            work.outbox.put(given.giver.id, OutcomeAsked(number), now, about=kudos.about(number))
            count += 1
    return count


def look(work: Work, number: int, giver: str) -> Kudos:
    """The kudos of which this giver may still tell what came of it."""
    given = _own(work, number, giver)
    if given.outcome:
        raise Refusal("You have told what came of this already.")
    return given


def tell(work: Work, number: int, giver: str, words: str, now: datetime) -> Kudos:
    """Keep what came of it and tell those thanked, once; the same words again change nothing."""
    given = _own(work, number, giver)
    said = words.strip()
    if not said:
        raise Refusal("What came of it? One sentence is plenty.", "words")
    if not work.kudos.yielded(number, said, now):
        if given.outcome != said:
            raise Refusal("You have told what came of this already.", "words")
        return given
    heard = kudos.who_hears(work, given)
    listening = [id for id, one in heard.managers.items() if heard.quiet & {each.id for each in one.people}]
    for to in (*(person.id for person in heard.told), *listening):
        work.outbox.put(to, OutcomeTold(number, to), now, about=kudos.about(number))
    kudos.redraw(work, number, now, only_at=giver)
    return given


def _own(work: Work, number: int, giver: str) -> Kudos:
    given = kudos.standing(work, number)
    if given is None or given.giver.id != giver:
        raise Refusal("Only the person who gave a kudos can tell what came of it.")
    return given
