"""What is kept in mind during one transaction: rows to be written at its end, and what need not be read.

Longer than its purpose, for speed. A statement costs as much in Python as everything else that a kudos
needs, and on PostgreSQL a way to the server and back besides. So rows whose keys nobody waits for are
written together at the end, and many transactions that share a commit write theirs at once. Whatever else is
asked of the database meanwhile is asked after they were written, unless its statement says that it
`overtakes` them: that it reads none of these tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, event

from storage.late import WRITTEN_LATE, write
from storage.memory import NOTHING, Memory, Recall
from storage.quick import TURN

Row = Mapping[str, Any]


class Alone(Exception):  # noqa: N818 - a verdict on its way up
    """This cannot share a commit, and is to be run once more by itself: it would have to wait for a lock."""


class Turn:
    """One transaction; `shared` where others, each in a savepoint of its own, have their part in it."""

    def __init__(self, connection: Connection, memory: Memory, *, shared: bool) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._sqlite = connection.dialect.name == "sqlite"
        self.shared = shared
        self._rows: list[tuple[Table, Row]] = []
        self._before = 0  # how many of them belong to those who had their part before
        self._undone: list[tuple[Table, Row]] = []  # written within a savepoint that does not stand yet
        self._in_savepoint = self._any_savepoint = False
        self.recall = Recall(connection, memory)
        self.broken: Exception | None = None

    def begin_part(self) -> None:
        """From here on it is somebody else's; the savepoint is made when they first ask for anything."""
        self._in_savepoint = False
        self._before = len(self._rows)
        self._undone = []

    def undo_part(self) -> None:
        """Leave nothing of this part; what others have still to be written remains so."""
        if self._in_savepoint:
            self._driver.execute("ROLLBACK TO SAVEPOINT part")
        self._rows = self._undone + self._rows[: self._before]
        self._undone = []
        self.recall.forget_fresh()

    def later(self, table: Table, rows: Sequence[Row]) -> None:
        self._rows += [(table, row) for row in rows]

    def before_statement(self, *, overtakes: bool) -> None:
        self._open_part()
        if self._rows and not overtakes:
            self.write()

    def lock(self, key: int) -> None:
        if not self.shared:
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")
            return
        # Locks of many, taken in any order, would make two replicas wait for each other: wait for none.
        # One way to the server for both: without parameters it takes several statements at once.
        ask = f"SELECT pg_try_advisory_xact_lock({key})"
        cursor = self._driver.execute("; ".join([*self._savepoint(), ask]))
        while cursor.nextset():
            pass
        if not cursor.fetchone()[0]:
            raise Alone

    def finish(self) -> None:
        """Write what is left, outside of all parts."""
        if self._rows:
            self.begin_part()
            self._in_savepoint = True  # none is needed any more
            self.write()

    def write(self) -> None:
        """Write what is to be written, the rows of each table together."""
        rows, self._rows = self._rows, []
        self._undone += rows[: self._before]
        self._before = 0
        try:
            for table in WRITTEN_LATE:
                some = [row for which, row in rows if which is table]
                if some:
                    write(self._connection, table, some)
        except Exception as error:
            self.broken = error  # whose row it was nobody knows
            raise

    def _open_part(self) -> None:
        if self.shared and not self._in_savepoint:
            for statement in self._savepoint() if self._sqlite else ["; ".join(self._savepoint())]:
                self._driver.execute(statement)

    def _savepoint(self) -> list[str]:
        """Make one, unless this part has it; that of the part before ends here rather than by itself."""
        if self._in_savepoint:
            return []
        ended = ["RELEASE SAVEPOINT part"] if self._any_savepoint else []
        self._in_savepoint = self._any_savepoint = True
        return [*ended, "SAVEPOINT part"]


@contextmanager
def taking(connection: Connection, memory: Memory, *, shared: bool = False) -> Iterator[Turn]:
    """Write what is left at the end; what was learnt is kept in mind only by `Recall.publish`."""
    turn = connection.info[TURN] = Turn(connection, memory, shared=shared)
    try:
        yield turn
        turn.finish()
    finally:
        connection.info.pop(TURN, None)


def of(connection: Connection) -> Turn | None:
    """Give the turn of this transaction; None on a connection that somebody opened by themselves."""
    turn: Turn | None = connection.info.get(TURN)
    return turn


def recall(connection: Connection) -> Recall:
    turn = of(connection)
    return turn.recall if turn else NOTHING


def lock(connection: Connection, key: int) -> None:
    """Let nobody else have this key until the transaction ends (PostgreSQL)."""
    turn = of(connection)
    if turn:
        turn.lock(key)
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")


def try_lock(connection: Connection, key: int) -> bool:
    """The same where nobody else has it; False where somebody has."""
    ask = f"SELECT pg_try_advisory_xact_lock({key})"
    return bool(connection.exec_driver_sql(ask).scalar_one())


def leave_if_shared(connection: Connection) -> None:
    """Have a transaction of one's own."""
    turn = of(connection)
    if turn and turn.shared:
        raise Alone


def later(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows before the transaction ends, and before anybody asks for them."""
    turn = of(connection)
    if turn:
        turn.later(table, rows)
    elif rows:
        write(connection, table, rows)


def listen(engine: Engine) -> None:
    """Let every statement wait for what is to be written before it."""

    def before(
        connection: Connection, _cursor: Any, _statement: str, _given: Any, context: Any, _many: Any
    ) -> None:
        turn = connection.info.get(TURN)
        if turn:
            turn.before_statement(overtakes=context.execution_options.get("overtakes", False))

    event.listen(engine, "before_cursor_execute", before)
