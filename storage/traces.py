"""What else is kept about one person, besides what they said: choices, marks, what they keep of others."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, or_, select

from storage.tables import digests, joined, kept, marks, passed_on, preferences

Entry = dict[str, Any]


class TraceShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def of(self, person: str) -> dict[str, list[Entry]]:
        return {
            "preferences": self._entries(
                self._rows(preferences, "name", "value", "set_at").where(preferences.c.person_id == person)
            ),
            "joined_in": self._entries(
                self._rows(joined, "kudos_number", "since").where(joined.c.person_id == person)
            ),
            "emoji_that_thank": self._entries(
                self._rows(marks, "channel", "ts", "way", "added", "happened_at").where(
                    marks.c.person_id == person
                )
            ),
            "passed_on": self._entries(
                self._rows(passed_on, "kudos_number", "words", "passed_at").where(
                    passed_on.c.manager_id == person
                )
            ),
            "kept_for_reviews": self._entries(
                self._rows(kept, "kudos_number", "person_id", "kept_at").where(kept.c.manager_id == person)
            ),
            "digests": self._entries(
                self._rows(digests, "kind", "period", "made_at").where(digests.c.addressee == person)
            ),
        }

    def erase(self, person: str, kudos: list[int]) -> None:
        """Forget choices and what is kept; `kudos` are the numbers of those whose words are erased."""
        theirs = or_(passed_on.c.manager_id == person, passed_on.c.kudos_number.in_(kudos))
        self._drop(passed_on, theirs)
        self._drop(kept, or_(kept.c.manager_id == person, kept.c.person_id == person))
        self._drop(preferences, preferences.c.person_id == person)

    def _rows(self, table: Table, *names: str) -> Select[Any]:
        columns = [table.c[name] for name in names]
        return select(*columns).where(table.c.workspace_id == self._workspace).order_by(*columns)

    def _entries(self, query: Select[Any]) -> list[Entry]:
        return [_entry(row._mapping) for row in self._connection.execute(query)]  # noqa: SLF001 - its public name

    def _drop(self, table: Table, which: Any) -> None:
        self._connection.execute(delete(table).where(table.c.workspace_id == self._workspace, which))


def _entry(row: Any) -> Entry:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in dict(row).items()
    }
