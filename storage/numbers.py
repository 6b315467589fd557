"""Numbers about escalations, for which no key is needed: no word of any is read."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.tables import escalations


class NumberShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def about_teams(self, since: datetime, least: int) -> Mapping[str, int]:
        query = (
            select(escalations.c.subject_id, func.count().label("many"))
            .where(
                escalations.c.workspace_id == self._workspace,
                escalations.c.is_team,
                escalations.c.opened_at >= since,
            )
            .group_by(escalations.c.subject_id)
            .having(func.count() >= least)
        )
        return {row.subject_id: row.many for row in self._connection.execute(query)}
