"""What a digest tells, of whom and in which order: by name or by time, and never by how often.

Facts go in, facts come out; `handlers/views/digest.py` says them. A kudos that was given in private, and
people who like to be thanked in private, are only in what their manager reads.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.rules import fairness
from bot.rules.fairness import Balance, Spread

QUIET_FOR = timedelta(days=60)
PUBLICLY = "publicly"
IN_FULL = 75  # thanks; with more of them there is a line for each person instead


@dataclass(frozen=True, slots=True)
class Support:
    """Who counts as support staff: by department, in any capitals, or by being named."""

    departments: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()

    def has(self, person: str, department: str | None) -> bool:
        return person in self.members or (department or "").casefold() in self.departments


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as a digest shows them; `department` may be empty, `support` is what settings say."""

    id: str
    name: str
    department: str = ""
    support: bool = False
    preference: str = PUBLICLY


@dataclass(frozen=True, slots=True)
class Thanks:
    """One standing kudos; `post` and `about` are links to its post and to the message it is about."""

    number: int
    giver: str
    recipients: tuple[str, ...]
    reason: str
    given_at: datetime
    tags: tuple[str, ...] = ()
    above: bool = False
    private: bool = False
    customer: str = ""
    customer_words: str = ""
    outcome: str = ""
    joined: tuple[str, ...] = ()
    post: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, on whose clock; `missed` is when a digest should have come that did not."""

    name: str
    since: datetime
    until: datetime
    timezone: str
    missed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was given in a period, in the order in which it was, and everybody in it."""

    thanks: tuple[Thanks, ...]
    people: Mapping[str, Member]
    newcomers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Story:
    """One kudos with the people in it by name."""

    thanks: Thanks
    giver: Member
    recipients: tuple[Member, ...]
    joined: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """One person, and everybody who thanked them, by name."""

    person: Member
    by: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class WeeklyDigest:
    """`also` tells each kudos that is no story; where they are many, `credits` names people instead."""

    period: Period
    stories: tuple[Story, ...] = ()
    customers: tuple[Story, ...] = ()
    also: tuple[Story, ...] = ()
    credits: tuple[Credit, ...] = ()
    newcomers: tuple[Member, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    across: tuple[Balance, ...] = ()
    brief: bool = False

    @property
    def quiet(self) -> bool:
        return not (self.stories or self.also or self.credits)


@dataclass(frozen=True, slots=True)
class Report:
    """One person to their manager: what was said, by whom, from which departments."""

    person: Member
    said: tuple[Story, ...]
    givers: tuple[Member, ...]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManagerDigest:
    period: Period
    reports: tuple[Report, ...] = ()
    unthanked: tuple[Member, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.reports or self.unthanked)


@dataclass(frozen=True, slots=True)
class ExecutiveDigest:
    """`more` is how many stories there were besides; `staff` how many people are in the back office."""

    period: Period
    stories: tuple[Story, ...] = ()
    more: int = 0
    balance: tuple[Balance, ...] = ()
    spread: Spread | None = None
    reached: int = 0
    staff: int = 0


Digest = WeeklyDigest | ManagerDigest | ExecutiveDigest
STORIES = 12  # that an executive is told; the others are said to be there


def in_public(gathered: Gathered) -> tuple[Thanks, ...]:
    """What may be told to everybody, without those who like to be thanked in private."""
    open_thanks = (one for one in gathered.thanks if not one.private)
    seen = (_as_all_may_read(one, gathered.people) for one in open_thanks)
    return tuple(one for one in seen if one.recipients)


def _as_all_may_read(one: Thanks, people: Mapping[str, Member]) -> Thanks:
    """Without those who would rather not be named, even where the reason mentions them."""
    named = tuple(id for id in one.recipients if people[id].preference == PUBLICLY)
    hidden = sorted((people[id].name for id in one.recipients if id not in named), key=len, reverse=True)
    reason = one.reason
    for name in hidden:
        reason = reason.replace(f"@{name}", "a colleague")
    return replace(one, recipients=named, reason=reason)


def weekly(period: Period, gathered: Gathered) -> WeeklyDigest:
    seen = in_public(gathered)
    brief = len(seen) > IN_FULL
    told = [_story(one, gathered.people) for one in seen]
    thanked = {id for one in seen for id in one.recipients}
    return WeeklyDigest(
        period=period,
        stories=tuple(one for one in told if one.thanks.above),
        customers=tuple(one for one in told if one.thanks.customer_words),
        also=() if brief else tuple(one for one in told if not one.thanks.above),
        credits=_credits(told) if brief else (),
        newcomers=_by_name(gathered.people[id] for id in gathered.newcomers & thanked),
        values=tuple(sorted(Counter(tag for one in seen for tag in one.tags).items())),
        across=fairness.across(_departments(seen, gathered.people)),
        brief=brief,
    )


def manager(
    period: Period, team: Iterable[Member], gathered: Gathered, last_thanked: Mapping[str, datetime]
) -> ManagerDigest:
    """Tell a manager of their own people; `last_thanked` has a moment for each of the team.

    Those without any thanks yet are reckoned from when there was anything to thank by.
    """
    members = {one.id: one for one in team}
    said: dict[str, list[Thanks]] = defaultdict(list)
    for one in gathered.thanks:
        for id in one.recipients:
            if id in members:
                said[id].append(one)
    reports = tuple(
        _report(one, said[one.id], gathered.people) for one in _by_name(members.values()) if said[one.id]
    )
    return ManagerDigest(period, reports, _unthanked(period, members, last_thanked, told=bool(reports)))


def executive(period: Period, gathered: Gathered, staff: Iterable[str]) -> ExecutiveDigest:
    seen = in_public(gathered)
    told = [_story(one, gathered.people) for one in seen]
    chosen = _worth_repeating(told)
    pairs = [(one.giver, id) for one in seen for id in one.recipients]
    everybody = {*staff}
    return ExecutiveDigest(
        period=period,
        stories=tuple(chosen[:STORIES]),
        more=max(0, len(chosen) - STORIES),
        balance=fairness.front_to_back(pairs, gathered.people),
        spread=fairness.spread(id for _, id in pairs),
        reached=len({id for _, id in pairs} & everybody),
        staff=len(everybody),
    )


def _worth_repeating(told: Sequence[Story]) -> list[Story]:
    """Those above and beyond, and those that a customer spoke of or that are known to have helped.

    All by time. Where they are more than fit, those with an ending or a customer in them go before.
    """
    chosen = [one for one in told if one.thanks.above or one.thanks.customer_words or one.thanks.outcome]
    if len(chosen) > STORIES:
        chosen.sort(key=lambda one: not (one.thanks.customer_words or one.thanks.outcome))
        chosen = sorted(chosen[:STORIES], key=lambda one: one.thanks.number) + chosen[STORIES:]
    return chosen


def _report(person: Member, said: Sequence[Thanks], people: Mapping[str, Member]) -> Report:
    """Who joined in said it, too."""
    givers = _by_name(people[id] for id in {id for one in said for id in (one.giver, *one.joined)})
    departments = tuple(sorted({one.department for one in givers if one.department}))
    return Report(person, tuple(_story(one, people) for one in said), givers, departments)


def _unthanked(
    period: Period, members: Mapping[str, Member], last_thanked: Mapping[str, datetime], *, told: bool
) -> tuple[Member, ...]:
    """Name who was not thanked for 60 days: beside other news, or when somebody has just become so.

    So a manager with nothing to read is not written to every week about the same people.
    """
    quiet = [one for id, one in members.items() if period.until - last_thanked[id] >= QUIET_FOR]
    newly = newly_unthanked(members, last_thanked, period.since, period.until)
    return _by_name(quiet) if told or newly else ()


def newly_unthanked(
    ids: Iterable[str], last_thanked: Mapping[str, datetime], since: datetime, until: datetime
) -> bool:
    """Whether the 60 days of anybody ran out in this period."""
    return any(since - last_thanked[id] < QUIET_FOR <= until - last_thanked[id] for id in ids)


def _credits(told: Iterable[Story]) -> tuple[Credit, ...]:
    by: dict[Member, set[Member]] = defaultdict(set)
    for one in told:
        for person in one.recipients:
            by[person].add(one.giver)
    return tuple(Credit(person, _by_name(by[person])) for person in _by_name(by))


def _departments(thanks: Iterable[Thanks], people: Mapping[str, Member]) -> Iterator[tuple[str, str]]:
    for one in thanks:
        for id in one.recipients:
            yield people[one.giver].department, people[id].department


def _story(one: Thanks, people: Mapping[str, Member]) -> Story:
    return Story(
        one,
        people[one.giver],
        tuple(people[id] for id in one.recipients),
        tuple(people[id] for id in one.joined),
    )


def _by_name(people: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(people, key=lambda one: (one.name.casefold(), one.id)))
