"""How people like to be thanked: a row for whoever chose."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.rules.hearing import Wish
from storage import turn
from storage.engine import batches, upsert
from storage.memory import PREFERENCES, UNKNOWN
from storage.quick import Quick
from storage.tables import preferences

THANKS = "thanks"
BATCH = 1000  # parameters in one statement

_WISHES = (
    select(preferences.c.person_id, preferences.c.value)
    .where(
        preferences.c.workspace_id == bindparam("workspace"),
        preferences.c.name == THANKS,
        preferences.c.person_id.in_(bindparam("people", expanding=True)),
    )
    .execution_options(overtakes=True)
)


FEW = 4  # are read the quick way, such as those of whom a letter tells
_WISH = Quick(
    lambda _dialect: select(preferences.c.person_id, preferences.c.value).where(
        preferences.c.workspace_id == bindparam("workspace"),
        preferences.c.name == THANKS,
        preferences.c.person_id == bindparam("person"),
    )
)


class PreferenceShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def choose(self, person: str, wish: Wish, now: datetime) -> None:
        turn.recall(self._connection).changed(self._workspace, PREFERENCES)
        key = {"workspace_id": self._workspace, "person_id": person, "name": THANKS}
        upsert(
            self._connection,
            preferences,
            [{**key, "value": wish.value, "set_at": now}],
            update=("value", "set_at"),
        )

    def of(self, people: Iterable[str]) -> dict[str, Wish]:
        """The wishes of those who have any; that somebody has none is remembered, too."""
        recall = turn.recall(self._connection)
        wanted = dict.fromkeys(people)
        known = {one: recall.find(self._workspace, PREFERENCES, one) for one in wanted}
        for some in batches([one for one, wish in known.items() if wish is UNKNOWN], BATCH):
            rows = self._few(some) if len(some) <= FEW else self._many(some)
            found = dict.fromkeys(some) | {row.person_id: Wish(row.value) for row in rows}
            recall.learn(self._workspace, PREFERENCES, found)
            known |= found
        return {one: wish for one, wish in known.items() if wish is not None}

    def _few(self, some: Sequence[str]) -> Iterable[Any]:
        each = [{"workspace": self._workspace, "person": person} for person in some]
        return _WISH.named_of_any(self._connection, each)

    def _many(self, some: Sequence[str]) -> Iterable[Any]:
        return self._connection.execute(_WISHES, {"workspace": self._workspace, "people": some})
