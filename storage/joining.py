"""Who joined in a kudos, and who put the emoji that thanks on a message: logs, and what they amount to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, exists, select
from sqlalchemy.sql.elements import ColumnElement

from bot.ports import Mark
from bot.rules.recognition import Place
from storage.engine import inserting, upsert
from storage.tables import joined, joinings, marks


class JoiningShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def note(
        self, number: int, person: str, way: str, happened_at: datetime, source: str, *, joined: bool
    ) -> bool:
        row = {
            "workspace_id": self._workspace,
            "kudos_number": number,
            "person_id": person,
            "way": way,
            "joined": joined,
            "happened_at": happened_at,
            "source": source,
        }
        is_new = self._append(joinings, row)
        if is_new:
            self._keep_standing(number, person)
        return is_new

    def has_joined(self, number: int, person: str) -> bool:
        return bool(
            self._connection.execute(
                select(exists().where(*self._theirs(joined, number, person)))
            ).scalar_one()
        )

    def ways(self, number: int, person: str) -> list[str]:
        return sorted(standing_ways(self._log(number, person)))

    def knows(self, number: int, person: str, way: str) -> bool:
        return any(row.way == way for row in self._log(number, person))

    def mark(self, mark: Mark) -> bool:
        row = {
            "workspace_id": self._workspace,
            "channel": mark.place.channel,
            "ts": mark.place.ts,
            "person_id": mark.person,
            "way": mark.way,
            "added": mark.added,
            "happened_at": mark.happened_at,
            "source": mark.source,
        }
        return self._append(marks, row)

    def marked(self, place: Place, person: str) -> bool:
        return bool(standing_ways(self._marks(place, person)))

    def knows_mark(self, place: Place, person: str, way: str) -> bool:
        return any(row.way == way for row in self._marks(place, person))

    def _append(self, log: Table, row: Mapping[str, Any]) -> bool:
        statement = inserting(self._connection, log).on_conflict_do_nothing().returning(log.c.entry)
        return self._connection.execute(statement, row).scalar_one_or_none() is not None

    def _keep_standing(self, number: int, person: str) -> None:
        """Keep what the log amounts to; whoever calls has seen to it that nobody else does so now."""
        standing = standing_ways(self._log(number, person))
        if standing:
            key = {"workspace_id": self._workspace, "kudos_number": number, "person_id": person}
            row = {**key, "since": min(standing.values())}
            upsert(self._connection, joined, [row], update=("since",))
        else:
            self._connection.execute(delete(joined).where(*self._theirs(joined, number, person)))

    def _log(self, number: int, person: str) -> list[Row[Any]]:
        query = select(joinings).where(*self._theirs(joinings, number, person))
        return list(self._connection.execute(query))

    def _theirs(self, table: Table, number: int, person: str) -> tuple[ColumnElement[bool], ...]:
        return (
            table.c.workspace_id == self._workspace,
            table.c.kudos_number == number,
            table.c.person_id == person,
        )

    def _marks(self, place: Place, person: str) -> list[Row[Any]]:
        query = select(marks.c.way, marks.c.added.label("joined"), marks.c.happened_at).where(
            marks.c.workspace_id == self._workspace,
            marks.c.channel == place.channel,
            marks.c.ts == place.ts,
            marks.c.person_id == person,
        )
        return list(self._connection.execute(query))


def standing_ways(log: Iterable[Row[Any]]) -> dict[str, datetime]:
    """The ways that stand, and since when: of each way what happened last, however it was told.

    Of two at the very same moment the one that takes back is the later one.
    """
    latest: dict[str, tuple[datetime, bool]] = {}
    for row in log:
        now = (row.happened_at, not row.joined)
        if now >= latest.get(row.way, now):
            latest[row.way] = now
    return {way: at for way, (at, back) in latest.items() if not back}


def disagreements(connection: Connection, workspace: str) -> list[str]:
    """Recompute from the log who has joined in; one sentence for each that differs."""
    logs: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in connection.execute(select(joinings).where(joinings.c.workspace_id == workspace)):
        logs.setdefault((row.kudos_number, row.person_id), []).append(row)
    standing = {who: min(ways.values()) for who, log in logs.items() if (ways := standing_ways(log))}
    rows = connection.execute(select(joined).where(joined.c.workspace_id == workspace))
    kept = {(row.kudos_number, row.person_id): row.since for row in rows}
    return [
        f"Kudos {number}: {person} {_said(kept.get((number, person)))} by the totals, "
        f"{_said(standing.get((number, person)))} by the log."
        for number, person in sorted(kept.keys() | standing.keys())
        if kept.get((number, person)) != standing.get((number, person))
    ]


def _said(since: datetime | None) -> str:
    return f"joined in at {since:%Y-%m-%d %H:%M:%S}" if since else "has not joined in"
