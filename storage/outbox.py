"""The outbox: what is still to be said, in rows that are claimed under a lease."""

import json
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, get_args
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    CTE,
    Connection,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    Text,
    TextClause,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import NamedFromClause

from bot.messages import KudosTakenBack, Message
from bot.ports import Kept, Letter, Parked, Sent
from bot.rules.recognition import Place
from storage import turn
from storage.engine import inserting
from storage.quick import Quick
from storage.restoring import told_before
from storage.tables import lanes, outbox

LONGEST_PACE = timedelta(hours=1)
_KINDS: dict[str, type[Message]] = {kind.__name__: kind for kind in get_args(Message)}


@cache  # and not all of them at the start
def _facts(kind: str) -> TypeAdapter[Message]:
    return TypeAdapter(_KINDS[kind])


def _fact(message: Message) -> str:
    return _facts(type(message).__name__).dump_json(message).decode()


def _new_key() -> str:
    """32 hexadecimal digits that nobody can guess, each after those of the millisecond before.

    So they come to stand beside each other in their index. Had they no order, each would be another page of
    it to be read and written: on SQLite a third of all that sixteen kudos write.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


class OutboxShelf:
    """The outbox as one transaction of one workspace sees it."""

    def __init__(self, connection: Connection, workspace: str, request: str = "") -> None:
        self._connection = connection
        self._workspace = workspace
        self._request = request
        self.queued = 0

    def put(self, to: str, message: Message, now: datetime, about: str = "") -> str:
        return self._put(_new_key(), to, message, now, about)

    def put_keyed(self, key: str, to: str, message: Message, now: datetime, about: str = "") -> bool:
        row = self._row(key, to, message, now, about)
        if since := told_before(self._connection, self._workspace, now):
            row |= {"unsure": True, "first_tried_at": since}
        statement = inserting(self._connection, outbox).on_conflict_do_nothing()
        put = self._connection.execute(statement.returning(outbox.c.key), row).scalar_one_or_none()
        self.queued += put is not None
        return put is not None

    def amend(self, key: str, message: Message) -> None:
        fact = _fact(message)
        untouched = (outbox.c.key == key, outbox.c.state == "waiting", outbox.c.first_tried_at.is_(None))
        self._connection.execute(
            update(outbox).where(outbox.c.workspace_id == self._workspace, *untouched).values(fact=fact)
        )

    def _put(self, key: str, to: str, message: Message, now: datetime, about: str) -> str:
        turn.later(self._connection, outbox, [self._row(key, to, message, now, about)])
        self.queued += 1
        return key

    def _row(self, key: str, to: str, message: Message, now: datetime, about: str) -> dict[str, Any]:
        return {
            "workspace_id": self._workspace,
            "key": key,
            "destination": to,
            "kind": type(message).__name__,
            "fact": _fact(message),
            "subject": about,
            "state": "waiting",
            "due_at": now,
            "attempts": 0,
            "unsure": False,
            "queued_at": now,
            "request": self._request or None,
        }

    def about(self, subject: str) -> list[tuple[str, str]]:
        query = (
            select(outbox.c.key, outbox.c.destination)
            .where(
                outbox.c.workspace_id == self._workspace,
                outbox.c.subject == subject,
                outbox.c.kind != KudosTakenBack.__name__,
            )
            .order_by(outbox.c.id)
        )
        return [(row.key, row.destination) for row in self._connection.execute(query)]

    def sent(self, key: str) -> Sent | None:
        query = select(outbox.c.channel, outbox.c.ts).where(
            outbox.c.workspace_id == self._workspace, outbox.c.key == key, outbox.c.state == "sent"
        )
        row = self._connection.execute(query).one_or_none()
        return Sent(row.channel, row.ts) if row and row.ts else None

    def kept_for(self, to: str) -> list[Kept]:
        """Every message to one destination, in their order."""
        query = (
            select(outbox.c.kind, outbox.c.queued_at, outbox.c.state)
            .where(outbox.c.workspace_id == self._workspace, outbox.c.destination == to)
            .order_by(outbox.c.id)
        )
        return [Kept(row.kind, row.queued_at, row.state) for row in self._connection.execute(query)]

    def message(self, key: str) -> Message | None:
        query = select(outbox.c.kind, outbox.c.fact).where(
            outbox.c.workspace_id == self._workspace, outbox.c.key == key
        )
        row = self._connection.execute(query).one_or_none()
        return _facts(row.kind).validate_json(row.fact) if row and row.kind in _KINDS else None

    def standing_at(self, place: Place) -> Message | None:
        query = select(outbox.c.kind, outbox.c.fact).where(
            outbox.c.workspace_id == self._workspace,
            outbox.c.channel == place.channel,
            outbox.c.ts == place.ts,
        )
        row = self._connection.execute(query.limit(1)).one_or_none()
        return _facts(row.kind).validate_json(row.fact) if row and row.kind in _KINDS else None

    def standing_in(self, channel: str, kind: type[Message]) -> list[str]:
        query = select(outbox.c.key).where(
            outbox.c.workspace_id == self._workspace,
            outbox.c.channel == channel,
            outbox.c.ts.is_not(None),
            outbox.c.kind == kind.__name__,
        )
        return list(self._connection.execute(query.order_by(outbox.c.id)).scalars())

    def put_once(self, to: str, message: Message, now: datetime, about: str) -> None:
        # Locked, so that it is not claimed and rendered before what this transaction did is committed.
        waiting = (
            select(outbox.c.id)
            .where(
                outbox.c.workspace_id == self._workspace,
                outbox.c.subject == about,
                outbox.c.state == "waiting",
            )
            .limit(1)
            .with_for_update()
        )
        if self._connection.execute(waiting).one_or_none() is None:
            self.put(to, message, now, about)

    def parked(self) -> list[Parked]:
        query = (
            select(outbox)
            .where(outbox.c.workspace_id == self._workspace, outbox.c.state == "parked")
            .order_by(outbox.c.id)
        )
        return [
            Parked(row.key, row.destination, row.kind, row.reason, row.settled_at)
            for row in self._connection.execute(query)
        ]

    def release(self, now: datetime, to: str | None = None) -> int:
        """Let parked messages try again, all or those to one destination; gives their number."""
        which = [outbox.c.workspace_id == self._workspace, outbox.c.state == "parked"]
        if to is not None:
            which.append(outbox.c.destination == to)
        # A new beginning; only where it may have been sent must it still be known since when.
        since = case((outbox.c.unsure, outbox.c.first_tried_at))
        again = {"state": "waiting", "due_at": now, "attempts": 0, "first_tried_at": since}
        freed = update(outbox).where(*which).values(again)
        count = len(self._connection.execute(freed.returning(outbox.c.id)).all())
        self.queued += count
        return count


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters a sender can take: see `bot.ports.PostOffice.claim`."""

    now: datetime
    limit: int
    workspaces: Collection[str] | None = None
    besides: Collection[int] = ()


def claim(connection: Connection, wanted: Wanted, lease: timedelta, pace: timedelta) -> list[Letter]:
    """Take the first unfinished letter of each free lane.

    A lease that ran out is claimed again as `unsure`: the message may stand in the chat already.
    """
    now = wanted.now
    rows = _CLAIMABLE[wanted.workspaces is None].named(connection, _asked(connection, wanted))
    if not rows:
        return []
    mark = uuid4().hex
    ids = _several_of(connection, [row.id for row in rows])
    _TAKE.rows(connection, {"ids": ids, "mark": mark, "until": now + lease, "at": now})
    _PACE.rows(connection, {"ids": ids, "free_at": now + pace})
    return [_letter(row, mark, now) for row in rows]


def settle(connection: Connection, ended: Sequence[tuple[Letter, Mapping[str, Any]]]) -> None:
    """Write how attempts ended, unless the lease has passed to another sender meanwhile."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for letter, values in sorted(ended, key=lambda one: one[0].id):  # two never wait for each other crosswise
        row = {"workspace": letter.workspace, "letter": letter.id, "held": letter.lease, **values}
        alike.setdefault(tuple(sorted(values)), []).append(row)
    for names, rows in alike.items():
        _settling(names).many(connection, rows)


@cache
def _settling(names: tuple[str, ...]) -> Quick:
    ours = and_(
        outbox.c.workspace_id == bindparam("workspace"),
        outbox.c.id == bindparam("letter"),
        outbox.c.lease == bindparam("held"),
        outbox.c.state == "sending",
    )
    values = {name: bindparam(name, type_=outbox.c[name].type) for name in names}
    settling = update(outbox).where(ours).values(lease=None, lease_until=None, **values)
    return Quick(lambda _dialect: settling, overtakes=False)


def _asked(connection: Connection, wanted: Wanted) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "now": wanted.now,
        "longest": wanted.now + LONGEST_PACE,
        "most": wanted.limit,
        "besides": _several_of(connection, wanted.besides),
    }
    if wanted.workspaces is not None:
        asked["workspaces"] = _several_of(connection, wanted.workspaces)
    return asked


def stuck(connection: Connection, since: datetime, workspaces: Collection[str]) -> bool:
    """Whether there is a letter that could have been claimed by then, and still can be."""
    return bool(_STUCK.rows(connection, _asked(connection, Wanted(since, 1, workspaces))))


def waiting(
    connection: Connection, now: datetime, workspaces: Collection[str] | None = None
) -> tuple[int, float, int]:
    """Count what is still to be said, how late the oldest of it is (seconds), and what is parked.

    In the very words of the partial indexes, so that the history does not count. What a workspace holds
    back in which the app is not installed any more is left out, where `workspaces` says which those are.
    """
    ours = [] if workspaces is None else [outbox.c.workspace_id.in_(workspaces)]
    late = select(func.count(), func.min(outbox.c.due_at)).where(_unfinished(outbox), *ours)
    late = late.where(outbox.c.due_at <= now)
    messages, since = connection.execute(late).one()
    parked = select(func.count()).select_from(outbox).where(text("outbox.state = 'parked'"), *ours)
    return messages, (now - since).total_seconds() if since else 0.0, connection.execute(parked).scalar_one()


def _ready(dialect: str, *, anywhere: bool) -> Select[Any]:
    """Find the first unfinished letter of every lane, where it may be sent now."""
    heads = _heads()
    now = bindparam("now", type_=outbox.c.due_at.type)
    lane = and_(lanes.c.workspace_id == outbox.c.workspace_id, lanes.c.destination == outbox.c.destination)
    ready = or_(
        and_(outbox.c.state == "waiting", outbox.c.due_at <= now),
        and_(outbox.c.state == "sending", outbox.c.lease_until <= now),
    )
    # So far ahead it was written by a clock that was wrong, and would hold up the lane until then.
    wrong = lanes.c.free_at > bindparam("longest", type_=outbox.c.due_at.type)
    free = or_(lanes.c.free_at.is_(None), lanes.c.free_at <= now, wrong)
    ours = select(heads.c.id)
    if not anywhere:  # asked of these few, or SQLite would read all that was ever said in those workspaces
        ours = ours.where(_is_among(heads.c.workspace_id, "workspaces", dialect))
    # What a newer replica has queued is left to it.
    known = outbox.c.kind.in_([bindparam(f"kind{at}", kind) for at, kind in enumerate(_KINDS)])
    besides = ~_is_among(outbox.c.id, "besides", dialect)
    query = select(outbox).select_from(outbox.outerjoin(lanes, lane))
    query = query.where(outbox.c.id.in_(ours), known, ready, free, besides)
    return query.order_by(outbox.c.id).limit(bindparam("most", type_=Integer))


def _claimable(dialect: str, *, anywhere: bool) -> Select[Any]:
    return _ready(dialect, anywhere=anywhere).with_for_update(of=outbox, skip_locked=True)


def _stuck(dialect: str) -> Select[Any]:
    return _ready(dialect, anywhere=False).with_only_columns(outbox.c.id)


def _several_of(connection: Connection, values: Collection[Any]) -> Any:
    """How any number of values is given as one, so that the statement is the same for every number."""
    return json.dumps([*values]) if connection.dialect.name == "sqlite" else [*values]


def _is_among(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether a column is one of `_several_of` them."""
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=Text)).table_valued("value", name=f"each_{name}")
        return column.in_(select(each.c.value))
    return column == func.any(bindparam(name, type_=ARRAY(column.type)))


def _heads() -> CTE:
    """Walk the index from lane to lane, so that the cost is in lanes and not in letters.

    A long queue to one channel, such as after an outage of Slack, then costs no more than a short one.
    """
    first, head = outbox.alias("first"), outbox.alias("head")
    start = select(*_lane(first)).where(_unfinished(first)).order_by(*_in_lanes(first)).limit(1).subquery()
    walk = select(start).cte("heads", recursive=True)
    beside, beyond = outbox.alias("beside"), outbox.alias("beyond")
    # Two questions, for SQLite does not use an index for both parts of a comparison of pairs.
    next_lane = _first_of(
        beside, beside.c.workspace_id == walk.c.workspace_id, beside.c.destination > walk.c.destination
    )
    next_workspace = _first_of(beyond, beyond.c.workspace_id > walk.c.workspace_id)
    found = func.coalesce(next_lane, next_workspace)
    return walk.union_all(select(*_lane(head)).select_from(walk.join(head, head.c.id == found)))


def _first_of(rows: NamedFromClause, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    query = select(rows.c.id).where(_unfinished(rows), *which)
    return query.order_by(*_in_lanes(rows)).limit(1).scalar_subquery()


def _lane(rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    return rows.c.id, rows.c.workspace_id, rows.c.destination


def _in_lanes(rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    return rows.c.workspace_id, rows.c.destination, rows.c.id


def _unfinished(rows: NamedFromClause) -> TextClause:
    """In the very words of the partial index, or SQLite would not use it."""
    return text(f"{rows.name}.state IN ('waiting', 'sending')")


def _letter(row: Any, mark: str, now: datetime) -> Letter:
    return Letter(
        id=row.id,
        key=row.key,
        workspace=row.workspace_id,
        to=row.destination,
        message=_facts(row.kind).validate_json(row.fact),
        attempts=row.attempts + 1,
        unsure=row.unsure,
        first_tried_at=row.first_tried_at or now,
        lease=mark,
        request=row.request or "",
    )


def _take(dialect: str) -> Update:
    return (
        update(outbox)
        .where(_is_among(outbox.c.id, "ids", dialect))
        .values(
            state="sending",
            unsure=True,  # until its sender knows better
            attempts=outbox.c.attempts + 1,
            lease=bindparam("mark"),
            lease_until=bindparam("until", type_=outbox.c.lease_until.type),
            first_tried_at=func.coalesce(
                outbox.c.first_tried_at, bindparam("at", type_=outbox.c.due_at.type)
            ),
        )
    )


def _pace(dialect: str) -> Any:
    """No lane of these is free again before that; in their order, so that two never wait crosswise."""
    free_at = bindparam("free_at", type_=lanes.c.free_at.type)
    taken = select(outbox.c.workspace_id, outbox.c.destination, free_at)
    taken = taken.where(_is_among(outbox.c.id, "ids", dialect))
    taken = taken.order_by(outbox.c.workspace_id, outbox.c.destination)
    into = (sqlite if dialect == "sqlite" else postgresql).insert(lanes)
    into = into.from_select(["workspace_id", "destination", "free_at"], taken)
    return into.on_conflict_do_update(
        index_elements=["workspace_id", "destination"], set_={"free_at": into.excluded.free_at}
    )


# By whether they are asked of every workspace. What one part of a commit was given is not another's too.
_CLAIMABLE = {
    anywhere: Quick(partial(_claimable, anywhere=anywhere), overtakes=False, shared=False)
    for anywhere in (True, False)
}
_STUCK = Quick(_stuck, overtakes=False)
_TAKE, _PACE = Quick(_take, overtakes=False), Quick(_pace, overtakes=False)
