"""What is done about thanks in each channel, and who is not to be asked."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.sql.elements import ColumnElement

from storage.engine import inserting, upsert
from storage.tables import channel_modes, mutes


class CaptureShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def mode(self, channel: str) -> str:
        query = select(channel_modes.c.mode).where(*self._of(channel))
        return self._connection.execute(query).scalar_one_or_none() or ""

    def modes(self) -> dict[str, str]:
        query = (
            select(channel_modes.c.channel_id, channel_modes.c.mode)
            .where(channel_modes.c.workspace_id == self._workspace)
            .order_by(channel_modes.c.channel_id)
        )
        return {row.channel_id: row.mode for row in self._connection.execute(query)}

    def choose(self, channel: str, mode: str, by: str, now: datetime) -> None:
        if not mode:
            self._connection.execute(delete(channel_modes).where(*self._of(channel)))
            return
        row = {
            "workspace_id": self._workspace,
            "channel_id": channel,
            "mode": mode,
            "set_by": by,
            "set_at": now,
        }
        upsert(self._connection, channel_modes, [row], update=("mode", "set_by", "set_at"))

    def mute(self, person: str, what: str, now: datetime) -> None:
        row = {"workspace_id": self._workspace, "person_id": person, "what": what, "since": now}
        self._connection.execute(inserting(self._connection, mutes).on_conflict_do_nothing(), row)

    def is_muted(self, person: str, what: str) -> bool:
        theirs = (
            mutes.c.workspace_id == self._workspace,
            mutes.c.person_id == person,
            mutes.c.what == what,
        )
        return bool(self._connection.execute(select(exists().where(*theirs))).scalar_one())

    def _of(self, channel: str) -> tuple[ColumnElement[bool], ...]:
        return (channel_modes.c.workspace_id == self._workspace, channel_modes.c.channel_id == channel)
