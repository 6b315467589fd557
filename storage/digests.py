"""Digests: which were made, and what they are made of, read by period in a fixed number of questions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from sys import intern
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, cast, func, literal, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from bot.messages import KudosPosted
from bot.rules.digest import PUBLICLY, Digest, Gathered, Member, Support, Thanks
from bot.rules.people import Person
from bot.rules.periods import Kind, Made
from storage import turn
from storage.drafts import Marks, marks_of
from storage.engine import batches, inserting
from storage.people import PeopleShelf
from storage.tables import (
    chart,
    digests,
    group_members,
    joined,
    kudos,
    outbox,
    people,
    preferences,
    recipients,
    reversals,
    workspaces,
)

BATCH = 1000
_TOLD: tuple[Any, ...] = (
    *(kudos.c.number, kudos.c.giver_id, kudos.c.reason, kudos.c.given_at, kudos.c.tags, kudos.c.above),
    *(kudos.c.private, kudos.c.customer, kudos.c.customer_words, kudos.c.outcome),
    *(kudos.c.about_channel, kudos.c.about_ts),
)
DEEPEST = 10  # managers in a row who have left, across whom a team is looked for


class DigestShelf:
    def __init__(self, connection: Connection, workspace: str, known: PeopleShelf) -> None:
        self._connection = connection
        self._workspace = workspace
        self._people = known
        self._marks: Marks | None = None

    # Which were made

    def beginning(self) -> datetime | None:
        added = select(workspaces.c.added_at).where(workspaces.c.workspace_id == self._workspace)
        given = select(func.min(kudos.c.given_at)).where(kudos.c.workspace_id == self._workspace)
        found = [self._connection.execute(query).scalar_one_or_none() for query in (added, given)]
        return min((moment for moment in found if moment), default=None)

    def latest(self, kind: Kind) -> dict[str, Made]:
        ours = (digests.c.workspace_id == self._workspace, digests.c.kind == kind)
        last = (
            select(digests.c.addressee, func.max(digests.c.until).label("until"))
            .where(*ours)
            .group_by(digests.c.addressee)
            .subquery()
        )
        same = and_(digests.c.addressee == last.c.addressee, digests.c.until == last.c.until)
        rows = self._connection.execute(select(digests).select_from(digests.join(last, same)).where(*ours))
        return {row.addressee: _made(row) for row in rows}

    def made(self, kind: Kind, addressee: str, period: str) -> Made | None:
        return self._one(self._theirs(kind, addressee).where(digests.c.period == period))

    def before(self, kind: Kind, addressee: str, moment: datetime) -> Made | None:
        earlier = self._theirs(kind, addressee).where(digests.c.until < moment)
        return self._one(earlier.order_by(digests.c.until.desc()).limit(1))

    def write(self, kind: Kind, addressee: str, made: Made, now: datetime) -> bool:
        row = {
            "workspace_id": self._workspace,
            "kind": kind,
            "addressee": addressee,
            "period": made.period,
            "since": made.since,
            "until": made.until,
            "folded": made.folded,
            "made_at": now,
        }
        statement = inserting(self._connection, digests).on_conflict_do_nothing()
        written = self._connection.execute(statement.returning(digests.c.period), row)
        return written.scalar_one_or_none() is not None

    # What is kept in mind of one while its messages go out

    def draft(self, kind: Kind, addressee: str, period: str) -> Digest | None:
        self._marks = marks_of(self._connection, self._workspace)
        key = (self._workspace, kind, addressee, period)
        kept = turn.recall(self._connection).drafts.find(key, self._marks)
        if kept is None:
            # What is to be read takes long; and nobody in the same commit is to change it under these marks.
            turn.leave_if_shared(self._connection)
        return kept

    def keep_draft(self, kind: Kind, addressee: str, period: str, told: Digest, now: datetime) -> None:
        recall, key = turn.recall(self._connection), (self._workspace, kind, addressee, period)
        if self._marks is not None:
            recall.once_committed(partial(recall.drafts.keep, key, self._marks, told, now))

    def let_draft_go(self, kind: Kind, addressee: str, period: str) -> None:
        turn.recall(self._connection).drafts.let_go((self._workspace, kind, addressee, period))

    def let_drafts_go(self, before: datetime) -> None:
        turn.recall(self._connection).drafts.let_old_ones_go(before)

    # What they are made of

    def gather(
        self,
        since: datetime,
        until: datetime,
        support: Support,
        to: Collection[str] | None = None,
    ) -> Gathered:
        given = self._given(since, until, to)
        thanked = self._by_number(given, recipients, recipients.c.position)
        joining = self._by_number(given, joined, joined.c.since, joined.c.person_id)
        posts = self._posts(given)
        address = self._address()
        query = select(*_TOLD).join(given, given.c.number == kudos.c.number).order_by(kudos.c.number)
        thanks = tuple(
            _thanks(row, thanked[row.number], joining[row.number], posts.get(row.number), address)
            for row in self._connection.execute(query)
        )
        return Gathered(thanks, self._members_in(given, support), self._newcomers(given, since))

    def support(self, departments: Iterable[str], groups: Collection[str]) -> Support:
        named = frozenset(name.casefold() for name in departments)
        query = select(group_members.c.person_id).where(
            group_members.c.workspace_id == self._workspace, group_members.c.group_id.in_(groups)
        )
        members = self._connection.execute(query).scalars() if groups else ()
        return Support(named, frozenset(members))

    def staff(self, support: Support) -> frozenset[str]:
        rows = self._connection.execute(self._members(self._colleague))
        return frozenset(row.person_id for row in rows if support.has(row.person_id, row.department))

    def managers(self, support: Support) -> list[Person]:
        query = (
            select(chart.c.manager_id, chart.c.department)
            .distinct()
            .select_from(chart.join(people, self._themselves))
            .where(self._colleague, chart.c.manager_id.is_not(None))
        )
        found = {row.manager_id for row in self._connection.execute(query) if support.has("", row.department)}
        of_groups = select(chart.c.manager_id).where(
            chart.c.workspace_id == self._workspace,
            chart.c.member_id.in_(support.members),
            chart.c.manager_id.is_not(None),
        )
        if support.members:
            found |= set(self._connection.execute(of_groups).scalars())
        return self._acting(found)

    def teams(self, managers: Iterable[str], support: Support) -> dict[str, tuple[Member, ...]]:
        found: dict[str, dict[str, Member]] = {id: {} for id in managers}
        above = {id: id for id in found}  # who reads for whom
        seen = {*above}
        for _ in range(DEEPEST):
            below: dict[str, str] = {}
            for row in self._reports(above):
                reader = above[row.manager_id]
                if _is_here(row, self._workspace):
                    if support.has(row.member_id, row.department) and row.member_id != reader:
                        found[reader][row.member_id] = _member(row, support)
                elif row.member_id not in seen and not (row.bot or row.guest):
                    below[row.member_id] = reader
            if not below:
                break
            above = below
            seen |= below.keys()
        return {id: tuple(team.values()) for id, team in found.items()}

    def last_thanked(self, ids: Iterable[str], until: datetime) -> dict[str, datetime]:
        # Backwards through the numbers of each, up to the first that counts: not through all they ever got.
        latest = (
            select(kudos.c.given_at)
            .select_from(_standing(recipients.join(kudos, recipients.c.kudos_number == kudos.c.number)))
            .where(
                recipients.c.workspace_id == people.c.workspace_id,
                recipients.c.person_id == people.c.person_id,
                kudos.c.given_at < until,
                reversals.c.kudos_number.is_(None),
            )
            .order_by(recipients.c.kudos_number.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(people.c.person_id, latest.label("at")).where(people.c.workspace_id == self._workspace)
        found: dict[str, datetime] = {}
        for some in batches(ids, BATCH):
            rows = self._connection.execute(query.where(people.c.person_id.in_(some)))
            found |= {row.person_id: row.at for row in rows if row.at}
        return found

    def thanked(self, since: datetime, until: datetime) -> frozenset[str]:
        given = self._given(since, until, None)
        query = select(recipients.c.person_id).join(given, given.c.number == recipients.c.kudos_number)
        return frozenset(self._connection.execute(query.distinct()).scalars())

    # Parts of the questions

    def _given(self, since: datetime, until: datetime, to: Collection[str] | None) -> FromClause:
        """The numbers of what stands, given from `since` up to `until`, to anybody or to one of these."""
        query = (
            select(kudos.c.number)
            .select_from(_standing(kudos))
            .where(
                kudos.c.workspace_id == self._workspace,
                kudos.c.given_at >= since,
                kudos.c.given_at < until,
                reversals.c.kudos_number.is_(None),
                kudos.c.reason != "",  # or its words were erased
            )
        )
        if to is not None:
            of_all = kudos.alias("of_all")
            within = (of_all.c.given_at >= since, of_all.c.given_at < until)
            first = select(func.min(of_all.c.number)).where(of_all.c.workspace_id == self._workspace, *within)
            theirs = select(recipients.c.kudos_number).where(
                recipients.c.workspace_id == self._workspace,
                recipients.c.person_id.in_(to),
                recipients.c.kudos_number >= first.scalar_subquery(),  # or all they ever got would be read
            )
            query = query.where(kudos.c.number.in_(theirs))
        return query.cte("given")

    def _by_number(
        self, given: FromClause, table: Any, *order: ColumnElement[Any]
    ) -> dict[int, tuple[str, ...]]:
        query = (
            select(table.c.kudos_number, table.c.person_id)
            .join(given, given.c.number == table.c.kudos_number)
            .order_by(table.c.kudos_number, *order)
        )
        found: dict[int, tuple[str, ...]] = defaultdict(tuple)
        for number, id in self._connection.execute(query):
            found[number] += (intern(id),)
        return found

    def _posts(self, given: FromClause) -> dict[int, tuple[str, str]]:
        subject = literal("kudos:") + cast(given.c.number, String)
        query = select(given.c.number, outbox.c.channel, outbox.c.ts).join_from(
            given,
            outbox,
            and_(outbox.c.workspace_id == self._workspace, outbox.c.subject == subject),
        )
        query = query.where(outbox.c.kind == KudosPosted.__name__, outbox.c.state == "sent")
        return {row.number: (row.channel, row.ts) for row in self._connection.execute(query) if row.ts}

    def _address(self) -> str:
        query = select(workspaces.c.url).where(workspaces.c.workspace_id == self._workspace)
        return self._connection.execute(query).scalar_one_or_none() or ""

    def _members_in(self, given: FromClause, support: Support) -> dict[str, Member]:
        """Everybody who gave, was thanked, or joined in."""
        givers = select(kudos.c.giver_id).join(given, given.c.number == kudos.c.number)
        thanked = select(recipients.c.person_id).join(given, given.c.number == recipients.c.kudos_number)
        joining = select(joined.c.person_id).join(given, given.c.number == joined.c.kudos_number)
        rows = self._connection.execute(self._members(people.c.person_id.in_(givers.union(thanked, joining))))
        return {row.person_id: _member(row, support) for row in rows}

    def _newcomers(self, given: FromClause, since: datetime) -> frozenset[str]:
        """Those thanked now who had no standing thanks before."""
        now = (
            select(recipients.c.person_id)
            .join(given, given.c.number == recipients.c.kudos_number)
            .distinct()
            .subquery()
        )
        then = recipients.alias("then")
        before = (
            select(literal(1))
            .select_from(_standing(then.join(kudos, then.c.kudos_number == kudos.c.number)))
            .where(
                then.c.workspace_id == self._workspace,
                then.c.person_id == now.c.person_id,
                kudos.c.given_at < since,
                reversals.c.kudos_number.is_(None),
            )
            .exists()
        )
        return frozenset(self._connection.execute(select(now.c.person_id).where(~before)).scalars())

    def _members(self, *which: ColumnElement[bool]) -> Select[Any]:
        theirs = and_(
            preferences.c.workspace_id == people.c.workspace_id,
            preferences.c.person_id == people.c.person_id,
            preferences.c.name == "thanks",
        )
        return (
            select(people, chart.c.department, preferences.c.value.label("preference"))
            .select_from(people.outerjoin(chart, self._themselves).outerjoin(preferences, theirs))
            .where(people.c.workspace_id == self._workspace, *which)
        )

    def _reports(self, managers: Mapping[str, str]) -> list[Row[Any]]:
        """Everybody who reports to one of these, whoever they are."""
        theirs = and_(
            preferences.c.workspace_id == chart.c.workspace_id,
            preferences.c.person_id == chart.c.member_id,
            preferences.c.name == "thanks",
        )
        query = (
            select(
                chart.c.member_id,
                chart.c.manager_id,
                chart.c.department,
                people.c.person_id,
                people.c.name,
                people.c.active,
                people.c.bot,
                people.c.guest,
                people.c.home_id,
                preferences.c.value.label("preference"),
            )
            .select_from(chart.outerjoin(people, self._themselves).outerjoin(preferences, theirs))
            .where(chart.c.workspace_id == self._workspace)
            .order_by(chart.c.member_id)
        )
        found: list[Row[Any]] = []
        for some in batches(managers, BATCH):
            found.extend(self._connection.execute(query.where(chart.c.manager_id.in_(some))))
        return found

    def _acting(self, managers: Collection[str]) -> list[Person]:
        """These managers; in place of one who is gone, the nearest above who is there. In order of ids."""
        known = self._people.known(managers)
        acting = {id for id in managers if id in known and self._reads(known[id])}
        for chain in self._people.chains({*managers} - acting).values():
            above = next((person for person in chain.known if self._reads(person)), None)
            if above:
                known[above.id] = above
                acting.add(above.id)
        return [known[id] for id in sorted(acting)]

    def _reads(self, person: Person) -> bool:
        return person.active and not person.bot and not person.guest and person.home == self._workspace

    @property
    def _themselves(self) -> ColumnElement[bool]:
        return and_(chart.c.workspace_id == people.c.workspace_id, chart.c.member_id == people.c.person_id)

    @property
    def _colleague(self) -> ColumnElement[bool]:
        return and_(
            people.c.workspace_id == self._workspace,
            people.c.active,
            people.c.bot.is_(False),
            people.c.guest.is_(False),
            people.c.home_id == self._workspace,
        )

    def _theirs(self, kind: Kind, addressee: str) -> Select[Any]:
        return select(digests).where(
            digests.c.workspace_id == self._workspace,
            digests.c.kind == kind,
            digests.c.addressee == addressee,
        )

    def _one(self, query: Select[Any]) -> Made | None:
        row = self._connection.execute(query).one_or_none()
        return _made(row) if row else None


def _standing(rows: FromClause) -> FromClause:
    return rows.outerjoin(reversals, reversals.c.kudos_number == kudos.c.number)


def _is_here(row: Row[Any], workspace: str) -> bool:
    return bool(row.person_id and row.active and not row.bot and not row.guest and row.home_id == workspace)


def _made(row: Row[Any]) -> Made:
    return Made(row.period, row.since, row.until, row.folded)


def _member(row: Row[Any], support: Support) -> Member:
    return Member(
        id=row.person_id,
        name=row.name,
        department=row.department or "",
        support=support.has(row.person_id, row.department),
        preference=row.preference or PUBLICLY,
    )


def _thanks(
    row: Row[Any],
    thanked: Sequence[str],
    joining: Sequence[str],
    post: tuple[str, str] | None,
    address: str,
) -> Thanks:
    about = (row.about_channel, row.about_ts) if row.about_channel else None
    return Thanks(
        number=row.number,
        giver=intern(row.giver_id),
        recipients=tuple(thanked),
        reason=row.reason,
        given_at=row.given_at,
        tags=tuple(row.tags.split()),
        above=row.above,
        private=row.private,
        customer=row.customer or "",
        customer_words=row.customer_words or "",
        outcome=row.outcome or "",
        joined=tuple(joining),
        post=_link(address, post),
        about=_link(address, about),
    )


def _link(address: str, place: tuple[str, str] | None) -> str:
    """A message's permalink, as Slack makes it of a channel and a timestamp."""
    if not address or not place:
        return ""
    channel, ts = place
    return f"{address.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
