"""What one person left beside their kudos and escalations: read for their export, and taken out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, or_, select
from sqlalchemy.sql.elements import ColumnElement

from storage import turn
from storage.memory import PREFERENCES
from storage.tables import (
    channel_modes,
    digests,
    joined,
    joinings,
    kept,
    marks,
    mutes,
    passed_on,
    people,
    preferences,
)

# Title → the table, who it is about in it, and what of a row is told. Times come out in ISO 8601.
_READ: dict[str, tuple[Table, str, tuple[str, ...]]] = {
    "preferences": (preferences, "person_id", ("name", "value", "set_at")),
    "joined_in": (joinings, "person_id", ("kudos_number", "way", "joined", "happened_at")),
    "emoji_that_thank": (marks, "person_id", ("channel", "ts", "way", "added", "happened_at")),
    "passed_on": (passed_on, "manager_id", ("kudos_number", "words", "passed_at")),
    "kept_for_reviews": (kept, "manager_id", ("kudos_number", "kept_at")),
    "not_to_be_asked": (mutes, "person_id", ("what", "since")),
    "channels_set": (channel_modes, "set_by", ("channel_id", "mode", "set_at")),
    "digests": (digests, "addressee", ("kind", "period", "made_at")),
}


class TraceShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def of(self, person: str) -> dict[str, list[dict[str, Any]]]:
        return {title: self._rows(person, *what) for title, what in _READ.items()}

    def passed_on_by(self, manager: str) -> list[int]:
        query = select(passed_on.c.kudos_number).where(
            self._ours(passed_on, passed_on.c.manager_id == manager)
        )
        return sorted(self._connection.execute(query).scalars())

    def joined_by(self, person: str) -> list[int]:
        query = select(joined.c.kudos_number).where(
            joined.c.workspace_id == self._workspace, joined.c.person_id == person
        )
        return sorted(self._connection.execute(query).scalars())

    def erase(self, person: str, numbers: Collection[int]) -> None:
        spoken = or_(passed_on.c.manager_id == person, passed_on.c.kudos_number.in_(numbers))
        self._connection.execute(delete(passed_on).where(self._ours(passed_on, spoken)))
        of_reviews = or_(
            kept.c.manager_id == person, kept.c.person_id == person, kept.c.kudos_number.in_(numbers)
        )
        self._connection.execute(delete(kept).where(self._ours(kept, of_reviews)))
        # Who is still here goes on being thanked, and in the way they chose.
        left = select(people.c.person_id).where(self._ours(people, people.c.active.is_(False)))
        turn.recall(self._connection).changed(self._workspace, PREFERENCES)
        gone = and_(preferences.c.person_id == person, preferences.c.person_id.in_(left))
        self._connection.execute(delete(preferences).where(self._ours(preferences, gone)))

    def _rows(self, person: str, table: Table, who: str, told: tuple[str, ...]) -> list[dict[str, Any]]:
        query = select(*(table.c[name] for name in told)).where(self._ours(table, table.c[who] == person))
        rows = self._connection.execute(query.order_by(table.c[told[-1]]))
        return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]  # noqa: SLF001 - SQLAlchemy's own name for it

    def _ours(self, table: Table, which: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(table.c.workspace_id == self._workspace, which)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
