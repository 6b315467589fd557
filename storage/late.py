"""Rows of many transactions written at once: one statement, or on SQLite few for each table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Integer, Table, bindparam
from sqlalchemy.dialects import sqlite

from storage.quick import Quick, in_json
from storage.tables import Moment, ledger, outbox, recipients, totals

Row = Mapping[str, Any]
# In this order, for all that write the same rows.
WRITTEN_LATE: tuple[Table, ...] = (recipients, ledger, totals, outbox)
AT_ONCE = 16  # rows of an SQLite statement; any number would be as many statements to be prepared
_TALLY = ("workspace_id", "person_id", "role")
_TYPES = {BigInteger: "bigint", Integer: "integer", Boolean: "boolean", Moment: "timestamptz"}


def write(connection: Connection, rows: Sequence[tuple[Table, Row]]) -> None:
    """Insert the rows; to the totals they are added. All of one table have the same columns."""
    each: dict[Table, list[Row]] = {table: [] for table in WRITTEN_LATE}
    for table, row in rows:
        each[table].append(row)
    each[totals] = _summed(each[totals])
    lots = [(table, some) for table, some in each.items() if some]
    if connection.dialect.name == "sqlite":
        for table, some in lots:
            names = tuple(some[0])
            whole = len(some) - len(some) % AT_ONCE
            for at in range(0, whole, AT_ONCE):
                lot = _numbered(some[at : at + AT_ONCE])
                _sqlite(table, names, AT_ONCE).rows(connection, lot)
            _sqlite(table, names, 1).many(connection, (_numbered([row]) for row in some[whole:]))
    elif lots:
        # Everything on one way to the server, and the rows of a table as one value: it plans and answers
        # once, and of all ways to bring many rows to it this one takes the least time here.
        statement = _postgresql(tuple((table, tuple(some[0])) for table, some in lots))
        connection.exec_driver_sql(statement, tuple(in_json(some) for _, some in lots))


def _summed(rows: Sequence[Row]) -> list[Row]:
    """Sorted, so that two transactions never wait for each other's rows crosswise."""
    sums: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        sums[tuple(row[name] for name in _TALLY)] += row["tally"]
    return [dict(zip(_TALLY, key, strict=True)) | {"tally": tally} for key, tally in sorted(sums.items())]


def _numbered(rows: Sequence[Row]) -> Row:
    """The values of all of them, each under its name and the number of its row."""
    names = tuple(rows[0])
    values = chain.from_iterable(map(itemgetter(*names), rows))
    return dict(zip(_names(names, len(rows)), values, strict=True))


@cache
def _names(of_one: tuple[str, ...], size: int) -> tuple[str, ...]:
    return tuple(f"{name}{at}" for at in range(size) for name in of_one)


@cache
def _sqlite(table: Table, names: tuple[str, ...], size: int) -> Quick:
    """Insert so many rows at once: between two statements others would be given the interpreter."""
    rows = [
        {name: bindparam(f"{name}{at}", type_=table.c[name].type) for name in names} for at in range(size)
    ]
    statement = sqlite.insert(table).values(rows)
    if table is totals:
        added = {"tally": totals.c.tally + statement.excluded.tally}
        statement = statement.on_conflict_do_update(index_elements=[*_TALLY], set_=added)
    return Quick(lambda _dialect: statement)


@cache
def _postgresql(lots: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    *before, last = (_inserting(table, names) for table, names in lots)
    named = ", ".join(f"lot{at} AS ({statement})" for at, statement in enumerate(before))
    return f"WITH {named} {last}" if before else last


def _inserting(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(f"{name} {_type_of(table, name)}" for name in names)
    order = f" ON CONFLICT ({', '.join(_TALLY)}) DO UPDATE SET tally = totals.tally + excluded.tally"
    return (
        f"INSERT INTO {table.name} ({', '.join(names)})"  # noqa: S608 - names of ours
        f" SELECT {', '.join(names)} FROM json_to_recordset(%s::json) AS lot({columns})"
        f"{order if table is totals else ''}"
    )


def _type_of(table: Table, name: str) -> str:
    kind = table.c[name].type
    return next((sql for python, sql in _TYPES.items() if isinstance(kind, python)), "text")
