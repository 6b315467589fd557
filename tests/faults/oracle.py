"""What the product promises about the route of an escalation, written a second time and plainly."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.rules.people import Person
from storage.tables import chart, group_members, people
from storage.work import Store
from tests.faults.companies import PRIVATE


@dataclass(frozen=True)
class Facts:
    """The company as Goodword knows it at this moment; `inside` are the members of private channels."""

    home: str
    people: Mapping[str, Person]
    boss: Mapping[str, str]
    teams: Mapping[str, tuple[str, ...]]
    inside: Mapping[str, frozenset[str]]
    fallback: str

    def fit(self, id: str | None) -> bool:
        """Whether somebody may hold an escalation at all: active, and one of the company's own."""
        person = self.people.get(id or "")
        return person is not None and self._ours(person) and person.active

    def _ours(self, person: Person) -> bool:
        return person.home == self.home and not (person.bot or person.guest)

    def up(self, id: str) -> tuple[list[str], bool]:
        """The managers above somebody, and whether they come round again."""
        way: list[str] = []
        at = id
        while at := self.boss.get(at, ""):
            if at == id or at in way:
                return way, True
            way.append(at)
        return way, False

    def leads(self, id: str) -> bool:
        under = [one for one, boss in self.boss.items() if boss == id]
        return any(one not in self.people or self.people[one].active for one in under)

    def lead(self, team: str) -> str | None:
        """The nearest one who is, or manages, every member; nobody is the lead of a team of one."""
        # Who has no place in the chart does not count.
        members = tuple(one for one in self.teams[team] if one in self.boss or self.leads(one))
        ways = [self.up(one) for one in members]
        if not members or any(circle for _, circle in ways):
            return None
        paths = [(one, *way) for one, (way, _) in zip(members, ways, strict=True)]
        start = 1 if len(members) == 1 else 0
        shared = (id for id in paths[0][start:] if all(id in path for path in paths))
        found = next(shared, None)
        return found if found in self.people else None

    def about(self, subject: str) -> frozenset[str]:
        """Whom it is about, and who is therefore never told."""
        if subject not in self.teams:
            return frozenset({subject})
        return frozenset(self.teams[subject]) - {self.lead(subject) or ""}

    def barred(self, subject: str, reporter: str) -> frozenset[str]:
        return self.about(subject) | {reporter}

    def nearest(self, above: str, barred: frozenset[str], beyond: frozenset[str] = frozenset()) -> str | None:
        """The nearest manager who may hear it, only above the first of those named `beyond`."""
        way, circle = self.up(above)
        if circle:
            return None
        cut = next((at for at, id in enumerate(way) if id in beyond), -1)
        return next((id for id in way[cut + 1 :] if self.fit(id) and id not in barred), None)

    def spare(self, subject: str, reporter: str) -> str | None:
        """The fallback, where it may be used: a person, or a channel in which nobody it is about reads."""
        if self.fallback in self.inside:
            seen = self.inside[self.fallback] & (self.about(subject) - {reporter})
            return None if seen else self.fallback
        person = self.people.get(self.fallback)
        usable = person is not None and person.active and not person.bot and person.home == self.home
        return self.fallback if usable and self.fallback not in self.barred(subject, reporter) else None

    def first(self, reporter: str, subject: str, *, own: bool) -> str | None:
        if own and self.leads(reporter):
            return reporter
        barred = self.barred(subject, reporter)
        return self.nearest(reporter, barred, self.about(subject)) or self.spare(subject, reporter)

    def second(self, reporter: str, subject: str) -> str | None:
        barred, above = self.barred(subject, reporter), subject
        if subject in self.teams:
            above = self.lead(subject) or ""
            if self.fit(above) and above not in barred:
                return above
        return self.nearest(above, barred) or self.spare(subject, reporter)

    def route(self, reporter: str, subject: str, *, own: bool) -> tuple[str, str | None] | None:
        """Both hops, the second None where the first holder leads both sides; None: it is refused."""
        if self.about(subject) == {reporter} or self.is_bot(subject):
            return None
        first, second = self.first(reporter, subject, own=own), self.second(reporter, subject)
        if first is None or second is None:
            return None
        return first, None if first == second else second

    def is_bot(self, id: str) -> bool:
        return id in self.people and self.people[id].bot

    def may_be_second(self, second: str, reporter: str, subject: str) -> bool:
        """Whether who was to be the second still may be, at the moment it is taken there."""
        if second == self.fallback:
            return self.spare(subject, reporter) == second
        return self.fit(second) and second not in self.barred(subject, reporter)

    def above(self, holder: str, reporter: str, subject: str, had: frozenset[str]) -> str | None:
        """Where what waited too long is handed; None: who is above had it already, so reminders go on."""
        found = self.nearest(holder, self.barred(subject, reporter) | had)
        spare = self.spare(subject, reporter)
        return found or (spare if spare not in had else None)


async def facts(store: Store, workspace: str, fallback: str, inside: frozenset[str]) -> Facts:
    def read(connection: Connection) -> Facts:
        known = {row.person_id: _person(row) for row in connection.execute(select(people))}
        bosses = select(chart.c.member_id, chart.c.manager_id).where(chart.c.manager_id.is_not(None))
        boss = {row.member_id: row.manager_id for row in connection.execute(bosses)}
        teams: dict[str, tuple[str, ...]] = {}
        ordered = select(group_members).order_by(group_members.c.person_id)
        for row in connection.execute(ordered):
            teams[row.group_id] = (*teams.get(row.group_id, ()), row.person_id)
        return Facts(workspace, known, boss, teams, {PRIVATE: inside}, fallback)

    return await store.across(read, only_reads=True)


def _person(row: object) -> Person:
    names = ("handle", "name", "active", "bot", "guest")
    told = {name: getattr(row, name) for name in names}
    return Person(id=getattr(row, "person_id"), home=getattr(row, "home_id"), **told)  # noqa: B009 - a row
