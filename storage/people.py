"""People and user groups: rows to and from the bot's `Person` and `Group`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, or_, select, true, update

from bot.rules.people import NAMELESS, Group, Person, Roll, plain
from bot.rules.routing import Chain
from storage import chains, turn
from storage.chart import ChartShelf
from storage.engine import batches, inserting, upsert
from storage.memory import PEOPLE, UNKNOWN
from storage.quick import Quick
from storage.tables import group_members, groups, people

# SQLite takes at most 32,766 parameters in a statement; a row of people has 16.
BATCH = 1000
FEW = 12  # are read the quick way; as many managers as two chains have


class PeopleShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def look_up(self, people: Iterable[str], groups: Iterable[str], handles: Iterable[str]) -> Roll:
        named = {*handles}
        known = self._groups({*groups}, {handle.casefold() for handle in named})
        typed = {plain(handle) for handle in named}
        ids = {*people}.union(*(group.members for group in known))
        found = self.known(ids) | {p.id: p for p in self._typed(typed)}
        return Roll(found, {g.id: g for g in known})

    def find(self, person: str) -> Person | None:
        return self.known([person]).get(person)

    def groups(self) -> list[Group]:
        rows = self._connection.execute(select(groups).where(groups.c.workspace_id == self._workspace))
        return [Group(row.group_id, row.handle, row.name, active=row.active) for row in rows]

    def chain(self, person: str) -> Chain:
        return self.chains([person])[person]

    def chains(self, ids: Iterable[str]) -> dict[str, Chain]:
        ways = list(chains.upward(self._connection, self._workspace, ids))
        known = self.known(manager for way in ways for manager in way.managers)
        return {
            way.start: Chain(
                of=way.start,
                managers=way.managers,
                known=tuple(known[id] for id in way.managers if id in known),
                circular=way.circular,
            )
            for way in ways
        }

    def known(self, ids: Iterable[str]) -> dict[str, Person]:
        recall = turn.recall(self._connection)
        known = {id: recall.find(self._workspace, PEOPLE, id) for id in ids}
        found = {id: person for id, person in known.items() if person is not UNKNOWN}
        for some in batches([id for id in known if id not in found], BATCH):
            rows = self._few(some) if len(some) <= FEW else self._many(some)
            read = {row.person_id: _person(row) for row in rows}
            recall.learn(self._workspace, PEOPLE, read)
            found |= read
        return found

    def _few(self, ids: Sequence[str]) -> Iterable[Any]:
        if len(ids) == 1 or turn.is_beside(self._connection):
            each = [{"workspace": self._workspace, "id": id} for id in ids]
            return _ONE.named_of_any(self._connection, each)
        # The last of them again, in the places that are left.
        places = {f"id{at}": ids[min(at, len(ids) - 1)] for at in range(FEW)}
        return _SOME.named(self._connection, {"workspace": self._workspace} | places)

    def _many(self, ids: Sequence[str]) -> Iterable[Any]:
        return self._connection.execute(_BY_ID, {"workspace": self._workspace, "ids": ids})

    def with_emails(self, emails: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        # Whoever is active comes last, and so keeps an e-mail that somebody else had before.
        order = (people.c.active, people.c.seen_at, people.c.person_id)
        for some in batches(dict.fromkeys(emails), BATCH):
            query = select(people.c.email, people.c.person_id).where(
                people.c.workspace_id == self._workspace,
                people.c.email.in_(some),
                people.c.home_id == self._workspace,
                people.c.bot.is_(False),
            )
            found |= {row.email: row.person_id for row in self._connection.execute(query.order_by(*order))}
        return found

    def administrators(self) -> list[Person]:
        query = select(people).where(people.c.workspace_id == self._workspace, people.c.admin == true())
        found = (_person(row) for row in self._connection.execute(query))  # sorted here: they are few
        return sorted((one for one in found if one.active and not one.bot), key=lambda one: one.id)

    def put(self, people: Sequence[Person], now: datetime, *, seat: bool = True) -> None:
        self._changed()
        for some in batches(people, BATCH):
            self._put_some(some, now)
        if seat:
            ChartShelf(self._connection, self._workspace).adopt(people)

    def forget(self, person: str, now: datetime) -> None:
        """Name them no more in what is older than now; if they have left, take their names out as well."""
        self._changed()
        which = and_(people.c.workspace_id == self._workspace, people.c.person_id == person)
        self._connection.execute(update(people).where(which).values(erased_at=now))
        blank = dict.fromkeys(_NAMES, "") | {"name": NAMELESS, "email": None, "timezone": "UTC"}
        gone = update(people).where(which, people.c.active.is_(False))
        self._connection.execute(gone.values(blank))

    def groups_of(self, person: str) -> list[Group]:
        """The user groups somebody is in, without their members."""
        theirs = select(group_members.c.group_id).where(
            group_members.c.workspace_id == self._workspace, group_members.c.person_id == person
        )
        query = select(groups).where(groups.c.workspace_id == self._workspace, groups.c.group_id.in_(theirs))
        rows = self._connection.execute(query.order_by(groups.c.handle))
        return [Group(row.group_id, row.handle, row.name, active=row.active) for row in rows]

    def put_group(self, group: Group, now: datetime) -> None:
        self._changed()
        ours = {"workspace_id": self._workspace, "group_id": group.id}
        kept = {"handle": group.handle, "name": group.name, "active": group.active, "seen_at": now}
        upsert(self._connection, groups, [ours | kept], update=tuple(kept))
        self._connection.execute(
            delete(group_members).where(
                group_members.c.workspace_id == self._workspace, group_members.c.group_id == group.id
            )
        )
        rows = [ours | {"person_id": id} for id in dict.fromkeys(group.members)]
        if rows:
            self._connection.execute(insert(group_members), rows)

    def _changed(self) -> None:
        turn.recall(self._connection).changed(self._workspace, PEOPLE)

    def count(self) -> int:
        query = select(func.count()).select_from(people).where(people.c.workspace_id == self._workspace)
        return self._connection.execute(query).scalar_one()

    def _typed(self, typed: set[str]) -> Iterable[Person]:
        if not typed:
            return []
        meant = or_(*(c.in_(typed) for c in _TYPED_AS))
        rows = self._connection.execute(select(people).where(people.c.workspace_id == self._workspace, meant))
        return [_person(row) for row in rows]

    def _groups(self, ids: set[str], typed: set[str]) -> list[Group]:
        if not ids and not typed:
            return []
        query = select(groups).where(
            groups.c.workspace_id == self._workspace,
            or_(groups.c.group_id.in_(ids), groups.c.handle.in_(typed)),
        )
        found = {row.group_id: row for row in self._connection.execute(query)}
        members: dict[str, list[str]] = {id: [] for id in found}
        if found:
            belongs = (
                select(group_members)
                .where(group_members.c.workspace_id == self._workspace, group_members.c.group_id.in_(found))
                .order_by(group_members.c.person_id)
            )
            for row in self._connection.execute(belongs):
                members[row.group_id].append(row.person_id)
        return [
            Group(id, row.handle, row.name, active=row.active, members=tuple(members[id]))
            for id, row in found.items()
        ]

    def _put_some(self, some: Sequence[Person], now: datetime) -> None:
        rows = [{"workspace_id": self._workspace, "seen_at": now, **_row(person)} for person in some]
        if rows:
            statement = inserting(self._connection, people)
            kept = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
            # Slack leaves the e-mail out here and there; that is no reason to forget whose it is.
            kept["email"] = func.coalesce(statement.excluded.email, people.c.email)
            # Slack tells of those who left for ever; whoever asked to be erased stays so, unless they return.
            stays = and_(people.c.erased_at.is_not(None), statement.excluded.active.is_(False))
            kept |= {name: case((stays, people.c[name]), else_=kept[name]) for name in _NAMES}
            statement = statement.on_conflict_do_update(index_elements=[*_KEY], set_=kept)
            self._connection.execute(statement, rows)


_BY_ID = (
    select(people)
    .where(
        people.c.workspace_id == bindparam("workspace"),
        people.c.person_id.in_(bindparam("ids", expanding=True)),
    )
    .execution_options(overtakes=True)
)
_ONE = Quick(
    lambda _dialect: select(people).where(
        people.c.workspace_id == bindparam("workspace"), people.c.person_id == bindparam("id")
    )
)
_SOME = Quick(
    lambda _dialect: select(people).where(
        people.c.workspace_id == bindparam("workspace"),
        people.c.person_id.in_([bindparam(f"id{at}") for at in range(FEW)]),
    )
)
_KEY = ("workspace_id", "person_id")
_TYPED_AS = (people.c.plain_handle, people.c.plain_name, people.c.plain_real_name)


_NAMES = ("handle", "name", "real_name", "plain_handle", "plain_name", "plain_real_name", "email", "timezone")


def _row(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.id,
        "handle": person.handle,
        "name": person.name,
        "real_name": person.real_name,
        "plain_handle": plain(person.handle),
        "plain_name": plain(person.name),
        "plain_real_name": plain(person.real_name),
        "home_id": person.home,
        "active": person.active,
        "bot": person.bot,
        "guest": person.guest,
        "timezone": person.timezone,
        "email": person.email or None,
        "admin": person.admin,
    }


def _person(row: Any) -> Person:
    return Person(
        id=row.person_id,
        handle=row.handle,
        name=row.name,
        home=row.home_id,
        real_name=row.real_name,
        active=row.active,
        bot=row.bot,
        guest=row.guest,
        timezone=row.timezone,
        email=row.email or "",
        admin=row.admin,
        erased_at=row.erased_at,
    )
