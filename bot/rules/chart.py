"""The org chart: what each source says, which of it is in force, and where the chart has gaps.

Source of the order of trust: the product's page, "People". Of each field the most trusted source that
says something is in force; the others fill gaps only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Source = Literal["csv", "scim", "slack"]
SOURCES: tuple[Source, ...] = ("csv", "scim", "slack")  # the most trusted first
Field = Literal["manager", "department", "title"]
FIELDS: tuple[Field, ...] = ("manager", "department", "title")

_BY_MAIL = "mail:"


@dataclass(frozen=True, slots=True)
class Fact:
    """What one source says about a member, or what is in force; None where nothing is said."""

    member: str
    manager: str | None = None
    department: str | None = None
    title: str | None = None


Said = Mapping[Source, Fact]
"""What the sources say about one member."""


def by_mail(email: str) -> str:
    """The id under which somebody stands in the chart who is not in Slack, or not yet."""
    return f"{_BY_MAIL}{email}"


def email_in(member: str) -> str:
    """The e-mail of a member who is not in Slack; empty for everybody else."""
    return member.removeprefix(_BY_MAIL) if member.startswith(_BY_MAIL) else ""


def in_force(member: str, said: Said) -> Fact:
    heard = [said[source] for source in SOURCES if source in said]
    return Fact(
        member,
        next((fact.manager for fact in heard if fact.manager), None),
        next((fact.department for fact in heard if fact.department), None),
        next((fact.title for fact in heard if fact.title), None),
    )


def trusted_sources(said: Said) -> dict[Field, Source]:
    """Where each field of a member comes from; a field about which nobody says anything is left out."""
    found: dict[Field, Source] = {}
    for field in FIELDS:
        source = next((s for s in SOURCES if s in said and getattr(said[s], field)), None)
        if source:
            found[field] = source
    return found


def circles(managers: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Everybody who is, by way of others, their own manager: each circle upward, from its first member."""
    found = []
    walk_of: dict[str, str] = {}
    for start in managers:
        path: list[str] = []
        at = start
        while at in managers and at not in walk_of:
            walk_of[at] = start
            path.append(at)
            at = managers[at]
        if path and walk_of.get(at) == start:
            found.append(_from_the_first(path[path.index(at) :]))
    return sorted(found)


def _from_the_first(circle: list[str]) -> tuple[str, ...]:
    at = circle.index(min(circle))
    return (*circle[at:], *circle[:at])


Standing = Literal["here", "left", "apart", "unmet"]
"""`here`: an active colleague. `apart`: bots, guests and people of other organisations, who need no
manager. `unmet`: in the chart, and unknown to Slack."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One member as the check sees them."""

    member: str
    name: str
    standing: Standing
    manager: str | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A manager who is gone, with the members who still report to them."""

    manager: str
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the check found, by member id.

    `top` have reports and no manager, which is right for the head of a company; `without` have neither.
    `unmet` are in the chart under an e-mail nobody has in Slack, `hidden` are in Slack without an e-mail,
    so that neither CSV nor SCIM can find them: the one may be the other.
    """

    top: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    circles: tuple[tuple[str, ...], ...] = ()
    left: tuple[Left, ...] = ()
    unmet: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def to_mend(self) -> bool:
        return bool(self.without or self.circles or self.left)


def examine(seats: Iterable[Seat]) -> Gaps:
    """Look for what would leave somebody without a manager to turn to."""
    known = {seat.member: seat for seat in seats}
    present = [seat for seat in known.values() if seat.standing != "left"]
    reports = Counter(seat.manager for seat in present if seat.manager)
    headless = [seat for seat in present if seat.standing == "here" and not seat.manager]
    left = _left(known, present)
    gone = {one.manager for one in left}
    return Gaps(
        top=tuple(seat.member for seat in headless if reports[seat.member]),
        without=tuple(seat.member for seat in headless if not reports[seat.member]),
        circles=tuple(circles({seat.member: seat.manager for seat in known.values() if seat.manager})),
        left=left,
        unmet=tuple(s.member for s in present if s.standing == "unmet" and s.member not in gone),
        hidden=tuple(seat.member for seat in headless if not seat.email),
    )


def _left(known: Mapping[str, Seat], present: Iterable[Seat]) -> tuple[Left, ...]:
    reports: dict[str, list[str]] = {}
    for seat in present:
        if seat.manager and _is_gone(known.get(seat.manager)):
            reports.setdefault(seat.manager, []).append(seat.member)
    return tuple(Left(manager, tuple(those)) for manager, those in sorted(reports.items()))


def _is_gone(seat: Seat | None) -> bool:
    return seat is None or seat.standing in {"left", "unmet"}
