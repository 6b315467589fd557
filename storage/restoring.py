"""After a restore: the database knows less than Slack does, and must not say or number anything twice."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, case, func, insert, select, text, update

from storage.tables import claims, escalations, kudos, outbox, workspaces

RESTORED = "restored"
FOR = timedelta(days=2)  # as long as a digest may still be made for a period that was told before
SKIPPED = 1_000_000  # numbers that may have been given since the backup: buttons in Slack carry them


def restored(connection: Connection, now: datetime) -> int:
    """Have what still waits looked for in Slack before it is said; gives how many messages that are."""
    latest = connection.execute(select(func.max(outbox.c.queued_at))).scalar_one() or now
    for workspace in connection.execute(select(workspaces.c.workspace_id)).scalars().all():
        row = {"workspace_id": workspace, "kind": RESTORED, "due_key": latest.isoformat(), "attempts": 1}
        known = claims.c.workspace_id == workspace, claims.c.kind == RESTORED
        connection.execute(claims.delete().where(*known))
        connection.execute(insert(claims), row | {"claimed_at": now})
    _skip(connection, kudos, kudos.c.number)
    _skip(connection, escalations, escalations.c.number)
    unfinished = outbox.c.state.in_(["waiting", "sending"])
    since = case((outbox.c.first_tried_at.is_(None), outbox.c.queued_at), else_=outbox.c.first_tried_at)
    again = update(outbox).where(unfinished).values(unsure=True, first_tried_at=since)
    return len(connection.execute(again.returning(outbox.c.id)).all())


def told_before(connection: Connection, workspace: str, now: datetime) -> datetime | None:
    """Since when Slack may know of a message that we do not; None unless a backup was restored of late."""
    query = select(claims.c.due_key).where(
        claims.c.workspace_id == workspace, claims.c.kind == RESTORED, claims.c.claimed_at > now - FOR
    )
    found = connection.execute(query).scalar_one_or_none()
    return datetime.fromisoformat(found) if found else None


def _skip(connection: Connection, table: Table, number: Column[int]) -> None:
    most = connection.execute(select(func.coalesce(func.max(number), 0))).scalar_one() + SKIPPED
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        connection.execute(select(func.setval(sequence, most)))
        return
    named = {"name": table.name, "most": most}
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :most)"), named)
