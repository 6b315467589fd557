"""Rows of many transactions written at once: one statement for each table, whatever their number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Integer, Table, bindparam
from sqlalchemy.dialects import sqlite

from storage.quick import Quick
from storage.tables import Moment, ledger, outbox, recipients, totals

Row = Mapping[str, Any]
# In this order, for each may refer to what stands before it.
WRITTEN_LATE: tuple[Table, ...] = (recipients, ledger, totals, outbox)
_TALLY = ("workspace_id", "person_id", "role")
_ARRAYS = {BigInteger: "bigint", Integer: "integer", Boolean: "boolean", Moment: "timestamptz"}


def write(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows; to the totals they are added. All of one table have the same columns."""
    if table is totals:
        rows = _summed(rows)
    if connection.dialect.name == "sqlite":
        _sqlite(table, tuple(rows[0])).many(connection, rows)
        return
    # One array for each column: PostgreSQL plans and answers once, however many rows there are.
    names = tuple(rows[0])
    columns = tuple([row[name] for row in rows] for name in names)
    connection.exec_driver_sql(_postgresql(table, names), columns)


def _summed(rows: Sequence[Row]) -> list[Row]:
    """Sorted, so that two transactions never wait for each other's rows crosswise."""
    sums: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        sums[tuple(row[name] for name in _TALLY)] += row["tally"]
    return [dict(zip(_TALLY, key, strict=True)) | {"tally": tally} for key, tally in sorted(sums.items())]


@cache
def _sqlite(table: Table, names: tuple[str, ...]) -> Quick:
    row = {name: bindparam(name, type_=table.c[name].type) for name in names}
    statement = sqlite.insert(table).values(row)
    if table is totals:
        added = {"tally": totals.c.tally + statement.excluded.tally}
        statement = statement.on_conflict_do_update(index_elements=[*_TALLY], set_=added)
    return Quick(lambda _dialect: statement)


@cache
def _postgresql(table: Table, names: tuple[str, ...]) -> str:
    arrays = ", ".join(f"%s::{_type_of(table, name)}[]" for name in names)
    order = f" ON CONFLICT ({', '.join(_TALLY)}) DO UPDATE SET tally = totals.tally + excluded.tally"
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of ours
        f"{order if table is totals else ''}"
    )


def _type_of(table: Table, name: str) -> str:
    kind = table.c[name].type
    return next((sql for python, sql in _ARRAYS.items() if isinstance(kind, python)), "text")
