"""The directory: keep what Slack says about people and groups, and who reports to whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import preferences
from bot.errors import Refusal
from bot.messages import ChartGaps, HomeOpened
from bot.ports import Changes, Work
from bot.rules import chart, sources
from bot.rules.chart import Fact, Field, Gaps, Said
from bot.rules.hearing import Wish
from bot.rules.people import Group, Person, listed
from bot.rules.routing import Chain
from bot.rules.sources import Colleague, InSlack, Problem, Row

CHART = "chart"  # the matter that only one transaction at a time deals with


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in the org chart; `above` are the names along the chain.

    `person` is None where they are not in Slack.
    """

    member: str
    person: Person | None
    chain: Chain
    above: tuple[str, ...]
    said: Said
    reports: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """What the check found, with the names to say it in; `size` is how many report to somebody."""

    gaps: Gaps
    names: Mapping[str, str]
    size: int

    def name(self, member: str) -> str:
        return sources.quoted(self.names.get(member, member))


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody administers this Slack, how many report to them, how they like to be thanked."""

    administers: bool = False
    leads: int = 0
    thanked: Wish = Wish.PUBLICLY


def meet(work: Work, people: Sequence[Person], groups: Sequence[Group], now: datetime) -> None:
    """Keep people and groups as they are now; whoever was known is brought up to date."""
    work.one_at_a_time(CHART)  # a newcomer may take a place that is kept for them there
    meet_at_once(work, people, groups, now)


def meet_at_once(work: Work, people: Sequence[Person], groups: Sequence[Group], now: datetime) -> bool:
    """The same while somebody waits, and so not behind an import; whether newcomers have their places.

    Where they have not, `seat` is to follow.
    """
    seated = work.alone_with(CHART)
    work.people.put(people, now, seat=seated)
    for group in groups:
        work.people.put_group(group, now)
    return seated


def seat(work: Work) -> None:
    """Give places in the chart to those who were met while somebody else was at it."""
    work.one_at_a_time(CHART)
    work.chart.seat()


def changed(work: Work, person: Person, fact: Fact, about: Collection[Field], now: datetime) -> None:
    """Follow a change of somebody's profile; `about` names the fields of it that the change speaks of."""
    meet(work, [person], [], now)
    if about:
        work.chart.say("slack", [fact], about)


def members_changed(
    work: Work, group: str, added: Sequence[str], removed: Sequence[str], now: datetime
) -> None:
    """Follow a user group's members; a group we do not know yet is met when it is first thanked."""
    work.one_at_a_time(f"group:{group}")
    known = work.people.look_up((), (group,), ()).groups.get(group)
    if known:
        members = [id for id in dict.fromkeys((*known.members, *added)) if id not in removed]
        work.people.put_group(replace(known, members=tuple(members)), now)


def called(work: Work, id: str) -> tuple[str, ...]:
    """What a person or a user group is called; nothing for whoever is not in the directory."""
    roll = work.people.look_up({id}, {id}, ())
    people = [person.name for person in roll.people.values()]
    return (*people, *(group.name for group in roll.groups.values()))


def standing(work: Work, person: str) -> Standing:
    """What somebody is besides a colleague, and may therefore see in their Home tab."""
    found = work.people.find(person)
    return Standing(
        administers=found is not None and found.admin and found.active,
        leads=work.chart.reports_of(person),
        thanked=preferences.of(work, [person])[person],
    )


def home_opened(work: Work, person: str, now: datetime) -> None:
    work.outbox.put(f"home:{person}", HomeOpened(person), now)


def is_of_this_company(work: Work, id: str) -> bool:
    found = work.people.find(id)
    return found is not None and found.home == work.workspace


def keep_readers(work: Work, channel: str, readers: Sequence[str], now: datetime) -> None:
    """Keep who reads a private channel, as a group that nobody can name or choose."""
    work.people.put_group(Group(channel, channel.lower(), channel, active=False, members=tuple(readers)), now)


def teams(work: Work) -> list[Group]:
    """Every active user group, by name."""
    return sorted((group for group in work.people.groups() if group.active), key=lambda group: group.name)


def import_rows(work: Work, name: str, rows: Sequence[Row], problems: Sequence[Problem]) -> Changes:
    """Let the CSV file called `name` say this and nothing else; with any problem nothing is kept.

    `problems` are those found while the file was read; all are listed together.
    """
    work.one_at_a_time(CHART)
    emails = {row.email for row in rows} | {row.manager_email for row in rows if row.manager_email}
    ids = work.people.known(row.slack_id for row in rows if row.slack_id)
    known = InSlack(work.people.with_emails(emails), frozenset(ids))
    facts, found = sources.read_rows(rows, known)
    every = sorted({*problems, *found}, key=lambda problem: (problem.line, problem.sentence))
    if every:
        lines = "\n".join(f"  line {problem.line}: {problem.sentence}" for problem in every)
        much = "one problem" if len(every) == 1 else f"{len(every)} problems"
        raise Refusal(f"{name} has {much}, so nothing of it was imported:\n{lines}")
    return work.chart.replace("csv", facts)


def scim_says(work: Work, colleagues: Sequence[Colleague]) -> Changes:
    """Let SCIM say this and nothing else."""
    work.one_at_a_time(CHART)
    known = work.people.with_emails(one.email for one in colleagues)
    return work.chart.replace("scim", sources.read_colleagues(colleagues, known))


def slack_says(work: Work, facts: Sequence[Fact], about: Collection[Field]) -> None:
    """Let the profiles of these members say this; what others say, and other fields, stays as it was."""
    work.one_at_a_time(CHART)
    work.chart.say("slack", facts, about)


def check(work: Work) -> Checkup:
    """Look through the whole org chart; nobody waits for this but an administrator."""
    seats = work.chart.everybody()
    names = {seat.member: seat.name for seat in seats}
    return Checkup(chart.examine(seats), names, sum(1 for seat in seats if seat.manager))


def names_in(work: Work, told: ChartGaps) -> Mapping[str, str]:
    """The names of everybody in a message about gaps, as they are now; an e-mail for who is not in Slack."""
    members = {*told.without, *told.left}.union(*told.circles)
    return _names(work, members)


def _names(work: Work, members: Collection[str]) -> Mapping[str, str]:
    known = work.people.known(members)
    return {id: known[id].name if id in known else chart.email_in(id) or id for id in members}


def find(work: Work, typed: str) -> Place:
    """Find one member by id, e-mail, `@handle` or name; refuse where that is nobody, or several people."""
    member = _member(work, typed.strip())
    chain = work.people.chain(member)
    said = work.chart.said_of(member)
    person = work.people.known([member]).get(member)
    reports = work.chart.reports_of(member)
    if not (person or said or reports):
        raise Refusal(f"Nobody here is called {sources.quoted(typed)}.")
    names = _names(work, chain.managers)
    return Place(member, person, chain, tuple(names[id] for id in chain.managers), said, reports)


def _member(work: Work, typed: str) -> str:
    if typed in work.people.known([typed]):
        return typed
    if "@" in typed[1:]:
        email = typed.lower()
        return work.people.with_emails([email]).get(email) or chart.by_mail(email)
    found = work.people.look_up((), (), (typed.removeprefix("@"),)).named(typed.removeprefix("@"))
    people = [one for one in found if isinstance(one, Person)]
    if len(people) > 1:
        who = listed(f"{person.name} (@{person.handle})" for person in people)
        raise Refusal(f"{sources.quoted(typed)} could be {who}: name one by @handle, id or e-mail.")
    if not people:
        raise Refusal(f"Nobody here is called {sources.quoted(typed)}.")
    return people[0].id
