"""The workspaces Goodword serves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.engine import upsert
from storage.tables import installed_workspaces, workspaces


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    name: str
    bot_user: str
    url: str = ""


def add(connection: Connection, workspace: Workspace, now: datetime) -> None:
    row = {
        "workspace_id": workspace.id,
        "name": workspace.name,
        "bot_user_id": workspace.bot_user,
        "url": workspace.url or None,
    }
    upsert(connection, workspaces, [row | {"added_at": now}], update=("name", "bot_user_id", "url"))


def every(connection: Connection, *, also_left: bool = False) -> list[Workspace]:
    """Those that are served by a token of the environment or an installation, or all that ever were."""
    query = select(workspaces).order_by(workspaces.c.workspace_id)
    if not also_left:
        left = select(installed_workspaces.c.workspace_id).where(
            installed_workspaces.c.revoked_at.is_not(None)
        )
        query = query.where(workspaces.c.workspace_id.not_in(left))
    rows = connection.execute(query)
    return [Workspace(row.workspace_id, row.name, row.bot_user_id, row.url or "") for row in rows]
