"""Settings: every change is a row with who and when, and the latest row of a name is in force."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from bot.ports import Change
from storage.tables import settings


class SettingsShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def current(self) -> Mapping[str, str]:
        latest = (
            select(func.max(settings.c.id))
            .where(settings.c.workspace_id == self._workspace)
            .group_by(settings.c.name)
        )
        query = select(settings.c.name, settings.c.value).where(settings.c.id.in_(latest))
        rows = self._connection.execute(query)
        return {row.name: row.value for row in rows if row.value is not None}

    def change(self, name: str, value: str | None, by: str, now: datetime) -> None:
        row = {
            "workspace_id": self._workspace,
            "name": name,
            "value": value,
            "changed_by": by,
            "changed_at": now,
        }
        self._connection.execute(insert(settings), row)

    def history(self) -> list[Change]:
        query = (
            select(settings).where(settings.c.workspace_id == self._workspace).order_by(settings.c.id.desc())
        )
        rows = self._connection.execute(query)
        return [Change(row.name, row.value, row.changed_by, row.changed_at) for row in rows]
