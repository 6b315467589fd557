"""How people like to be thanked: a row for whoever chose."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from bot.rules.hearing import Wish
from storage.engine import batches, upsert
from storage.tables import preferences

THANKS = "thanks"
BATCH = 1000  # parameters in one statement


class PreferenceShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def choose(self, person: str, wish: Wish, now: datetime) -> None:
        key = {"workspace_id": self._workspace, "person_id": person, "name": THANKS}
        upsert(
            self._connection,
            preferences,
            [{**key, "value": wish.value, "set_at": now}],
            update=("value", "set_at"),
        )

    def of(self, people: Iterable[str]) -> dict[str, Wish]:
        found: dict[str, Wish] = {}
        for some in batches(dict.fromkeys(people), BATCH):
            query = select(preferences.c.person_id, preferences.c.value).where(
                preferences.c.workspace_id == self._workspace,
                preferences.c.name == THANKS,
                preferences.c.person_id.in_(some),
            )
            found |= {row.person_id: Wish(row.value) for row in self._connection.execute(query)}
        return found
