"""Settings: every change is a row with who and when, and the latest row of a name is in force."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from bot.ports import Change
from storage import turn
from storage.memory import SETTINGS, UNKNOWN
from storage.quick import Quick
from storage.tables import settings

_LATEST = (
    select(func.max(settings.c.id))
    .where(settings.c.workspace_id == bindparam("workspace"))
    .group_by(settings.c.name)
)
_CURRENT = Quick(
    lambda _dialect: select(settings.c.name, settings.c.value).where(settings.c.id.in_(_LATEST)),
    alike=["workspace"],
)


class SettingsShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def current(self) -> Mapping[str, str]:
        recall = turn.recall(self._connection)
        known: Mapping[str, str] = recall.find(self._workspace, SETTINGS, "all")
        if known is UNKNOWN:
            rows = _CURRENT.named(self._connection, {"workspace": self._workspace})
            known = {row.name: row.value for row in rows if row.value is not None}
            recall.learn(self._workspace, SETTINGS, {"all": known})
        return known

    def change(self, name: str, value: str | None, by: str, now: datetime) -> None:
        row = {
            "workspace_id": self._workspace,
            "name": name,
            "value": value,
            "changed_by": by,
            "changed_at": now,
        }
        turn.recall(self._connection).changed(self._workspace, SETTINGS)
        self._connection.execute(insert(settings), row)

    def history(self) -> list[Change]:
        query = (
            select(settings).where(settings.c.workspace_id == self._workspace).order_by(settings.c.id.desc())
        )
        rows = self._connection.execute(query)
        return [Change(row.name, row.value, row.changed_by, row.changed_at) for row in rows]
