"""What is kept in mind during one transaction: rows to be written at its end, and what need not be read.

Longer than its purpose, for speed. A statement costs as much in Python as everything else that a kudos
needs, and on PostgreSQL a way to the server and back besides. So rows whose keys nobody waits for are
written together at the end, and many transactions that share a commit write theirs at once. Whatever else is
asked of the database meanwhile is asked after they were written, unless its statement says that it
`overtakes` them: that it reads none of these tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Connection, Engine, Select, Table, bindparam, event, func, select

from storage.late import write
from storage.memory import NOTHING, Memory, Recall
from storage.quick import TURN, Quick

if TYPE_CHECKING:
    from storage.beside import Beside

Row = Mapping[str, Any]
Late = tuple[Table, Row]


def _lock(_dialect: str) -> Select[Any]:
    return select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)).label("taken"))


def _try_lock(_dialect: str) -> Select[Any]:
    return select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger)).label("taken"))


_LOCK, _TRY_LOCK = Quick(_lock), Quick(_try_lock)


class Alone(Exception):  # noqa: N818 - a verdict on its way up
    """This cannot share a commit, and is to be run once more by itself: it would have to wait for a lock."""


class Turn:
    """One transaction; `shared` where others, each in a savepoint of its own, have their part in it."""

    def __init__(self, connection: Connection, memory: Memory, *, shared: bool) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._sqlite = connection.dialect.name == "sqlite"
        self.shared = shared
        self._rows: list[Late] = []
        self._before = 0  # how many of them belong to those who had their part before
        self._undone: list[Late] = []  # written within a savepoint that does not stand yet
        self._in_savepoint = self._any_savepoint = False
        self._written = False  # something of this part was, outside of its savepoint
        self.only_quick = True  # nothing was asked by this part that could not be asked beside others
        self.beside: Beside | None = None  # while a part of theirs runs
        self.recall = Recall(connection, memory)
        self.broken: Exception | None = None

    def begin_part(self) -> None:
        """From here on it is somebody else's; the savepoint is made when they first change anything."""
        self._in_savepoint = self._written = False
        self.only_quick = True
        self._before = len(self._rows)
        self._undone = []

    def begin_beside(self) -> None:
        """From here on it is several's, without any savepoint: where one cannot be undone, none is kept."""
        self.begin_part()
        self._in_savepoint = True

    def undo_part(self) -> None:
        """Leave nothing of this part; what others have still to be written remains so."""
        if self._in_savepoint:
            self._driver.execute("ROLLBACK TO SAVEPOINT part")
        self._rows = self._undone + self._rows[: self._before]
        self._undone = []
        self.recall.forget_fresh()

    def later(self, rows: Sequence[Late]) -> None:
        if self.beside:
            self.beside.later(rows)
        else:
            self._rows += rows

    def can_undo(self) -> bool:
        """Whether what this part did can be undone without undoing what others did before it."""
        if self._written:
            return False
        if self._sqlite:
            return True
        stands = self._driver.info.transaction_status.name  # whose type need not be imported for SQLite
        if stands == "INERROR":
            return self._in_savepoint
        return stands in {"IDLE", "INTRANS"}

    def before_statement(self, *, overtakes: bool) -> None:
        """Of those that overtake all only read."""
        self.only_quick = False
        if self.beside:
            raise Alone
        if not overtakes:
            self._open_part()
            self._write_before()

    def before_quick(self, *, overtakes: bool, reads: bool) -> None:
        """Without a savepoint, which would cost as much: what is quick is seldom followed by a refusal.

        Where it is, all parts are undone, and each is run by itself. What only reads, and has nothing to be
        written before it, needs none either.
        """
        if self.beside:  # rows are asked for by another way, and nothing else is answered there
            raise Alone
        if not overtakes:
            if self._rows or not reads:
                self._open_part()
            self._write_before()
        elif not reads and not self._in_savepoint:
            self._written = True

    def finish(self) -> None:
        """Write what is left, outside of all parts."""
        if self._rows:
            self.begin_part()
            self._in_savepoint = True  # none is needed any more
            self.write()

    def write(self) -> None:
        """Write what is to be written, all of it together."""
        rows, self._rows = self._rows, []
        self._undone += rows[: self._before]
        self._before = 0
        try:
            write(self._connection, rows)
        except Exception as error:
            self.broken = error  # whose row it was nobody knows
            raise

    def _write_before(self) -> None:
        if self._rows:
            self.write()

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
    kept = connection.info  # which cannot be asked for any more once the connection was cut off
    turn = kept[TURN] = Turn(connection, memory, shared=shared)
    try:
        yield turn
        turn.finish()
    finally:
        kept.pop(TURN, None)


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
    if turn and turn.beside:
        turn.beside.lock(key)
    elif not turn or not turn.shared:
        _LOCK.rows(connection, {"key": key})
    elif not try_lock(connection, key):
        # Locks of many, taken in any order, would make two replicas wait for each other: wait for none.
        raise Alone


def try_lock(connection: Connection, key: int) -> bool:
    """The same where nobody else has it; False where somebody has."""
    turn = of(connection)
    if turn and turn.beside:
        raise Alone  # another part may have it, and the database would give it to both
    return bool(_TRY_LOCK.value(connection, {"key": key}))


def try_locks(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Those of the keys that nobody else has, which are ours from now on."""
    had = _TRY_LOCK.rows_of_each(connection, [{"key": key} for key in keys])
    return {key for key, rows in zip(keys, had, strict=True) if rows[0][0]}


def is_beside(connection: Connection) -> bool:
    """Whether others run beside this, so that many small questions are asked as one."""
    turn = of(connection)
    return turn is not None and turn.beside is not None


def leave_if_shared(connection: Connection) -> None:
    """Have a transaction of one's own."""
    turn = of(connection)
    if turn and turn.shared:
        raise Alone


def later(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows before the transaction ends, and before anybody asks for them."""
    turn = of(connection)
    if turn:
        turn.later([(table, row) for row in rows])
    elif rows:
        write(connection, [(table, row) for row in rows])


def listen(engine: Engine) -> None:
    """Let every statement wait for what is to be written before it."""

    def before(
        connection: Connection, _cursor: Any, _statement: str, _given: Any, context: Any, _many: Any
    ) -> None:
        turn = connection.info.get(TURN)
        if turn:
            turn.before_statement(overtakes=context.execution_options.get("overtakes", False))

    event.listen(engine, "before_cursor_execute", before)
