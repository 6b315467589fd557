"""Claims: whoever inserts the row does the work, however many replicas see that it is due."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, update
from sqlalchemy.sql.elements import ColumnElement

from storage.engine import inserting
from storage.tables import claims


class ClaimsShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def take(self, kind: str, due_key: str, now: datetime, hold: timedelta | None = None) -> int:
        again_at = now + hold if hold else None
        row = {"workspace_id": self._workspace, "kind": kind, "due_key": due_key, "claimed_at": now}
        statement = inserting(self._connection, claims).values(**row, attempts=1, again_at=again_at)
        taken_over = statement.on_conflict_do_update(
            index_elements=list(claims.primary_key.columns),
            set_={"claimed_at": now, "again_at": again_at, "attempts": claims.c.attempts + 1},
            where=claims.c.again_at <= now,
        )
        return self._connection.execute(taken_over.returning(claims.c.attempts)).scalar_one_or_none() or 0

    def hold(self, kind: str, due_key: str, until: datetime | None) -> None:
        ours = self._of(kind, due_key)
        self._connection.execute(update(claims).where(*ours).values(again_at=until))

    def is_news(self, kind: str, due_key: str, now: datetime) -> bool:
        others = (
            claims.c.workspace_id == self._workspace,
            claims.c.kind == kind,
            claims.c.due_key != due_key,
        )
        self._connection.execute(delete(claims).where(*others))
        return self.take(kind, due_key, now) > 0

    def _of(self, kind: str, due_key: str) -> tuple[ColumnElement[bool], ...]:
        return (
            claims.c.workspace_id == self._workspace,
            claims.c.kind == kind,
            claims.c.due_key == due_key,
        )
