"""A few statements, asked so often that even SQLAlchemy's way of asking them is too long.

Longer than its purpose, for speed: for each statement of a kudos half of the time went into what SQLAlchemy
does around it. So these are compiled once for each engine, from the same expressions as all others, and given
to the driver as they are. Their values are converted by SQLAlchemy's own types, and their errors are
SQLAlchemy's, without the values.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError

from storage.tables import Moment

Convert = Callable[[Any], Any]
TURN = "goodword_turn"  # under which a connection has the `storage.turn.Turn` of its transaction


class Quick:
    """A statement; where it `overtakes`, of none of the tables whose rows are written late."""

    def __init__(self, statement_for: Callable[[str], Executable], *, overtakes: bool = True) -> None:
        self._statement_for = statement_for
        self._overtakes = overtakes
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> list[Sequence[Any]]:
        return self._ready(connection).rows(connection, given)

    def named(self, connection: Connection, given: Mapping[str, Any]) -> list[Any]:
        """The rows, with their columns as attributes."""
        ready = self._ready(connection)
        return [ready.row(*row) for row in ready.rows(connection, given)]

    def many(self, connection: Connection, given: Iterable[Mapping[str, Any]]) -> None:
        """Once for each of the given, and nothing is answered."""
        self._ready(connection).many(connection, given)

    def _ready(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement_for(dialect.name), dialect)
        turn = connection.info.get(TURN)
        if turn:
            turn.before_quick(overtakes=self._overtakes, reads=compiled.reads)
        return compiled

    def value(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        """The first value of the only row; None where there is none."""
        found = self.rows(connection, given)
        return found[0][0] if found else None


class _Compiled:
    def __init__(self, statement: Any, dialect: Dialect) -> None:
        if dialect.name == "postgresql":  # by position here, too: a dict would be taken apart by the driver
            kind: Any = type(dialect)
            dialect = kind(paramstyle="format", dbapi=dialect.dbapi)
        compiled = statement.compile(dialect=dialect)
        self.reads: bool = statement.is_select
        self._sql = str(compiled)
        binds = compiled.binds
        names = compiled.positiontup
        self._set = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._pick = itemgetter(*names)
        self._single = len(names) == 1
        self._given = [
            (at, convert)
            for at, name in enumerate(names)
            if (convert := _bound(binds[name].type.dialect_impl(dialect), dialect))
        ]
        read = [one.type.dialect_impl(dialect) for one in _columns(statement)]
        found = [kind.result_processor(dialect, None) for kind in read]
        self._read = [(at, convert) for at, convert in enumerate(found) if convert]
        make: Any = namedtuple  # noqa: PYI024 - its columns are not known before
        self.row = make("row", [one.name for one in _columns(statement)])
        self._dialect = dialect

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> list[Sequence[Any]]:
        turn = connection.info.get(TURN)
        try:
            if turn and turn.lock_wanted:
                cursor = turn.take_lock(self._sql, self._asked(given))
            else:
                driver: Any = connection.connection.driver_connection
                cursor = driver.execute(self._sql, self._asked(given))
            found: list[Sequence[Any]] = cursor.fetchall()
        except self._dialect.loaded_dbapi.Error as error:
            raise self._as_usual(error) from None
        return [self._converted(row) for row in found] if self._read else found

    def many(self, connection: Connection, given: Iterable[Mapping[str, Any]]) -> None:
        driver: Any = connection.connection.driver_connection
        try:
            driver.cursor().executemany(self._sql, [self._asked(one) for one in given])
        except self._dialect.loaded_dbapi.Error as error:
            raise self._as_usual(error) from None

    def _asked(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        picked: Any = self._pick({**self._set, **given} if self._set else given)
        if self._single:
            picked = (picked,)
        if not self._given:
            return tuple(picked)
        values = list(picked)
        for at, convert in self._given:
            values[at] = convert(values[at])
        return tuple(values)

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, convert in self._read:
            values[at] = convert(values[at])
        return values

    def _as_usual(self, error: Exception) -> BaseException:
        # PostgreSQL quotes the whole row, whose words are nobody's business, behind the first line.
        brief = getattr(getattr(error, "diag", None), "message_primary", None)
        if brief:
            error.args = (brief,)
        base = self._dialect.loaded_dbapi.Error
        return DBAPIError.instance(self._sql, None, error, base, hide_parameters=True, dialect=self._dialect)


def _bound(kind: Any, dialect: Dialect) -> Convert | None:
    """How a value is given to the driver; the same moment stands in many rows, and is put in words once."""
    convert: Convert | None = kind.bind_processor(dialect)
    return lru_cache(64)(convert) if convert and isinstance(kind, Moment) else convert


def _columns(statement: Any) -> Sequence[Any]:
    return list(statement.selected_columns if statement.is_select else statement.exported_columns)
