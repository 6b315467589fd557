"""Whether totals, ledger and kudos of a workspace agree: what `goodword verify` asks."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from storage import joining, turn
from storage.statements import WITH_REVERSALS
from storage.tables import kudos, ledger, recipients, reversals, totals


def disagreements(connection: Connection, workspace: str) -> list[str]:
    """A sentence for each total and each kudos that its ledger does not bear out."""
    if connection.dialect.name == "postgresql":  # one picture for all the questions below
        turn.leave_if_shared(connection)
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    kept = _tallies(connection, select(totals).where(totals.c.workspace_id == workspace))
    summed = select(ledger.c.person_id, ledger.c.role, func.sum(ledger.c.amount).label("tally"))
    found = _tallies(
        connection,
        summed.where(ledger.c.workspace_id == workspace).group_by(ledger.c.person_id, ledger.c.role),
    )
    wrong = [
        f"{person}: {kept[person, role]} {role} in the totals, {found[person, role]} in the ledger."
        for person, role in sorted(kept.keys() | found.keys())
        if kept[person, role] != found[person, role]
    ]
    return wrong + _unbalanced(connection, workspace) + joining.disagreements(connection, workspace)


def _tallies(connection: Connection, query: Select[Any]) -> Counter[tuple[str, str]]:
    rows = connection.execute(query)
    return Counter({(row.person_id, row.role): row.tally for row in rows})


def _unbalanced(connection: Connection, workspace: str) -> list[str]:
    """Find kudos whose ledger entries are not what kudos, recipients and reversals say."""
    thanked = select(func.count()).where(recipients.c.kudos_number == kudos.c.number).scalar_subquery()
    entered = (
        select(func.coalesce(func.sum(ledger.c.amount), 0))
        .where(ledger.c.kudos_number == kudos.c.number)
        .scalar_subquery()
    )
    expected = case((reversals.c.kudos_number.is_(None), thanked + 1), else_=0)
    query = (
        select(kudos.c.number, entered.label("entered"), expected.label("expected"))
        .select_from(WITH_REVERSALS)
        .where(kudos.c.workspace_id == workspace, entered != expected)
        .order_by(kudos.c.number)
    )
    return [
        f"Kudos {row.number}: {row.entered} in the ledger, {row.expected} expected."
        for row in connection.execute(query)
    ]
