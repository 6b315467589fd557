"""What managers hear of the recognition of their people, and what they keep of it for the review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Refusal
from bot.messages import ReviewExported
from bot.ports import ForReview, Work
from bot.rules.people import Person
from bot.rules.recognition import Kudos

PERIODS = (30, 90)  # days
LONGEST = 5000  # kudos in one export; the largest teams get less in 90 days
NOT_THEIRS = "Only the manager of somebody can keep what was said of them."


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was said of a manager's people in the last `days`, the latest first.

    `one` is the id of the only person it is about, or empty; `kept` are the (kudos, person) that the
    manager keeps for the review.
    """

    people: tuple[Person, ...]
    kudos: tuple[Kudos, ...]
    kept: frozenset[ForReview]
    days: int
    one: str = ""

    def of(self, person: Person) -> list[Kudos]:
        return [each for each in self.kudos if person.id in {one.id for one in each.recipients}]

    @property
    def shown(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if self.one in {"", person.id})


def recognition(work: Work, manager: str, now: datetime, days: int = 30, one: str = "") -> Recognition:
    """Read what was said of whoever reports to this manager now, and of nobody else."""
    people = tuple(work.reviews.people_of(manager))
    ids = [person.id for person in people if one in {"", person.id}]
    kudos = work.kudos.received_by_any(ids, now - timedelta(days=days), LONGEST)
    return Recognition(people, tuple(kudos), work.reviews.kept_by(manager), days, one)


def keep(work: Work, manager: str, number: int, person: str, now: datetime) -> None:
    """Keep what a kudos says of somebody for their review; twice is once."""
    kudos = work.kudos.read(number)
    theirs = {one.id for one in work.reviews.people_of(manager)}
    if kudos is None or person not in theirs & {one.id for one in kudos.recipients}:
        raise Refusal(NOT_THEIRS)
    work.reviews.keep(manager, (number, person), now)


def let_go(work: Work, manager: str, number: int, person: str) -> None:
    work.reviews.let_go(manager, (number, person))


def export(work: Work, manager: str, form: str, days: int, one: str, now: datetime) -> None:
    """Send the manager a file with it, in private."""
    work.outbox.put(manager, ReviewExported(manager, form, days, one, now.isoformat()), now)


def running_file(found: Recognition) -> Sequence[tuple[Person, Kudos, bool]]:
    """The rows of the file: of each person by name, oldest first, and whether it is kept."""
    return [
        (person, kudos, (kudos.number, person.id) in found.kept)
        for person in found.shown
        for kudos in reversed(found.of(person))
    ]
