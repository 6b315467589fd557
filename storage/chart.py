"""The org chart: what each source says, and beside it, always in step, what is in force."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.ports import Changes
from bot.rules.chart import (
    FIELDS,
    Fact,
    Field,
    Said,
    Seat,
    Source,
    Standing,
    by_mail,
    email_in,
    in_force,
)
from bot.rules.people import Person
from storage.engine import analyse, batches, upsert
from storage.tables import chart, chart_facts, people

BATCH = 1000
MAIL = by_mail("")
MANY = 1000  # changes at once, after which PostgreSQL is to count anew before it plans
_COLUMN: dict[Field, str] = {"manager": "manager_id", "department": "department", "title": "title"}


class ChartShelf:
    """Every change of the facts is followed by `_settle`, which brings what is in force into step."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def replace(self, source: Source, facts: Sequence[Fact]) -> Changes:
        said = self._said()
        before = {member: each[source] for member, each in said.items() if source in each}
        after = {fact.member: fact for fact in facts}
        gone, new = before.keys() - after.keys(), after.keys() - before.keys()
        changed = {id for id in after.keys() & before.keys() if after[id] != before[id]}
        for some in batches(gone, BATCH):
            which = and_(chart_facts.c.source == source, chart_facts.c.member_id.in_(some))
            self._connection.execute(delete(chart_facts).where(self._ours, which))
        self._keep(source, [after[id] for id in after if id in new or id in changed], FIELDS)
        for id in gone:
            del said[id][source]
        for id in new | changed:
            said[id][source] = after[id]
        self._put_in_force({id: said[id] for id in gone | new | changed})
        if len(gone) + len(new) + len(changed) > MANY:
            analyse(self._connection, people, chart, chart_facts)
        return Changes(len(after), len(new), len(changed), len(gone))

    def say(self, source: Source, facts: Sequence[Fact], about: Collection[Field] = FIELDS) -> None:
        self._keep(source, facts, about)
        self._settle(fact.member for fact in facts)

    def said_of(self, member: str) -> dict[Source, Fact]:
        return self._said(chart_facts.c.member_id == member)[member]

    def of(self, member: str) -> Fact:
        query = select(chart).where(chart.c.workspace_id == self._workspace, chart.c.member_id == member)
        row = self._connection.execute(query).one_or_none()
        return _fact(row) if row else Fact(member)

    def reports_of(self, manager: str) -> int:
        gone = people.alias("gone")
        themselves = and_(gone.c.workspace_id == chart.c.workspace_id, gone.c.person_id == chart.c.member_id)
        query = (
            select(func.count())
            .select_from(chart.outerjoin(gone, themselves))
            .where(
                chart.c.workspace_id == self._workspace,
                chart.c.manager_id == manager,
                or_(gone.c.active.is_(None), gone.c.active),
            )
        )
        return self._connection.execute(query).scalar_one()

    def adopt(self, met: Iterable[Person]) -> None:
        """Give the places that were kept under somebody's e-mail to them, now that they are met."""
        # Where an e-mail was passed on, it belongs to who is active: that one comes last and stays.
        ordered = sorted(met, key=lambda person: person.active)
        places = {
            by_mail(p.email): p.id for p in ordered if p.email and not p.bot and p.home == self._workspace
        }
        self._seat(places)

    def seat(self) -> None:
        # Whoever is active comes last, and so keeps an e-mail that somebody else had before.
        theirs = and_(
            people.c.workspace_id == self._workspace,
            people.c.home_id == self._workspace,
            people.c.bot.is_(False),
            func.coalesce(people.c.email, "") != "",
            or_(*(_waits_in(column) for column in (chart_facts.c.member_id, chart_facts.c.manager_id))),
        )
        met = select(people.c.email, people.c.person_id).where(theirs)
        found = self._connection.execute(met.order_by(people.c.active, people.c.seen_at, people.c.person_id))
        self._seat({by_mail(row.email): row.person_id for row in found})

    def _seat(self, places: Mapping[str, str]) -> None:
        touched: set[str] = set()
        for some in batches(places, BATCH):
            for kept in self._kept_among(some):
                touched |= self._rename(kept, places[kept])
        self._settle(touched)

    def forget(self, member: str) -> None:
        """Take out what is said of somebody, but for the way up of those who still report to them."""
        theirs = and_(self._ours, chart_facts.c.member_id == member)
        if self.reports_of(member):
            blank = update(chart_facts).where(theirs).values(department=None, title=None)
            self._connection.execute(blank)
        else:
            self._connection.execute(delete(chart_facts).where(theirs))
        self._settle([member])

    def everybody(self) -> list[Seat]:
        """Read everybody, for the check; nothing that somebody waits for may do so."""
        theirs = and_(chart.c.workspace_id == people.c.workspace_id, chart.c.member_id == people.c.person_id)
        met = (
            select(people, chart.c.manager_id)
            .select_from(people.outerjoin(chart, theirs))
            .where(people.c.workspace_id == self._workspace)
            .order_by(people.c.name, people.c.person_id)
        )
        found = {str(row.person_id): self._seen(row) for row in self._connection.execute(met)}
        query = select(chart).where(chart.c.workspace_id == self._workspace).order_by(chart.c.member_id)
        for row in self._connection.execute(query):
            if row.member_id not in found:
                email = email_in(row.member_id)
                seat = Seat(row.member_id, email or row.member_id, "unmet", row.manager_id, email)
                found[row.member_id] = seat
        return list(found.values())

    def _seen(self, row: Row[Any]) -> Seat:
        standing: Standing = "here"
        if row.bot or row.guest or row.home_id != self._workspace:
            standing = "apart"
        elif not row.active:
            standing = "left"
        return Seat(row.person_id, row.name, standing, row.manager_id, row.email or "")

    @property
    def _ours(self) -> Any:
        return chart_facts.c.workspace_id == self._workspace

    def _said(self, *which: ColumnElement[bool]) -> dict[str, dict[Source, Fact]]:
        said: dict[str, dict[Source, Fact]] = defaultdict(dict)
        for row in self._connection.execute(select(chart_facts).where(self._ours, *which)):
            said[row.member_id][row.source] = _fact(row)
        return said

    def _keep(self, source: Source, facts: Sequence[Fact], about: Collection[Field]) -> None:
        ours: dict[str, str | None] = {"workspace_id": self._workspace, "source": source}
        columns = tuple(_COLUMN[field] for field in about)
        unsaid = {*_COLUMN.values()} - {*columns}
        rows = [
            ours | {name: value for name, value in _row(fact).items() if name not in unsaid} for fact in facts
        ]
        if rows:
            upsert(self._connection, chart_facts, rows, update=columns)

    def _settle(self, members: Iterable[str]) -> None:
        """Bring what is in force into step with the facts about these members."""
        for some in batches(dict.fromkeys(members), BATCH):
            said = self._said(chart_facts.c.member_id.in_(some))
            self._put_in_force({member: said[member] for member in some})

    def _put_in_force(self, said: Mapping[str, Said]) -> None:
        ours: dict[str, str | None] = {"workspace_id": self._workspace}
        rows = [ours | _row(in_force(member, each)) for member, each in said.items() if each]
        if rows:
            upsert(self._connection, chart, rows, update=tuple(_COLUMN.values()))
        for some in batches((member for member, each in said.items() if not each), BATCH):
            which = (chart.c.workspace_id == self._workspace, chart.c.member_id.in_(some))
            self._connection.execute(delete(chart).where(*which))

    def _kept_among(self, members: Sequence[str]) -> list[str]:
        as_member = select(chart_facts.c.member_id).where(self._ours, chart_facts.c.member_id.in_(members))
        as_manager = select(chart_facts.c.manager_id).where(self._ours, chart_facts.c.manager_id.in_(members))
        return list(self._connection.execute(as_member.union(as_manager)).scalars())

    def _rename(self, old: str, new: str) -> set[str]:
        """Put `new` wherever `old` stands in the facts; gives the members about whom they then differ."""
        told = select(chart_facts.c.source).where(self._ours, chart_facts.c.member_id == new)
        theirs = (self._ours, chart_facts.c.member_id == old)
        led = (self._ours, chart_facts.c.manager_id == old)
        untold = chart_facts.c.source.not_in(list(self._connection.execute(told).scalars()))
        self._connection.execute(update(chart_facts).where(*theirs, untold).values(member_id=new))
        self._connection.execute(delete(chart_facts).where(*theirs))
        moved = update(chart_facts).where(*led).values(manager_id=new).returning(chart_facts.c.member_id)
        reports = set(self._connection.execute(moved).scalars())
        themselves = (self._ours, chart_facts.c.member_id == new, chart_facts.c.manager_id == new)
        self._connection.execute(update(chart_facts).where(*themselves).values(manager_id=None))
        return {old, new, *reports}


def _waits_in(column: Any) -> ColumnElement[bool]:
    """Whether a place is kept under a person's e-mail."""
    kept = select(column).where(chart_facts.c.workspace_id == people.c.workspace_id, column.startswith(MAIL))
    return (literal(MAIL) + people.c.email).in_(kept)


def _row(fact: Fact) -> dict[str, str | None]:
    return {
        "member_id": fact.member,
        "manager_id": fact.manager,
        "department": fact.department,
        "title": fact.title,
    }


def _fact(row: Row[Any]) -> Fact:
    return Fact(row.member_id, row.manager_id, row.department, row.title)
