"""A few statements, asked so often that even SQLAlchemy's way of asking them is too long.

Longer than its purpose, for speed: for each statement of a kudos half of the time went into what SQLAlchemy
does around it. So these are compiled once for each engine, from the same expressions as all others, and given
to the driver as they are. Their values are converted by SQLAlchemy's own types, and their errors are
SQLAlchemy's, without the values.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    Dialect,
    Executable,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors

from storage.tables import Moment

Convert = Callable[[Any], Any]
Given = Mapping[str, Any]
Row = Sequence[Any]
TURN = "goodword_turn"  # under which a connection has the `storage.turn.Turn` of its transaction
_MOMENTS: dict[str, Convert] = {}  # for each engine one, as a moment stands in rows of many tables
_ROWS = TypeAdapter(Sequence[Mapping[str, Any]])
ASKED, AT = "asked", "at"


class Quick:
    """A statement; where it `overtakes`, of none of the tables whose rows are written late.

    Of PostgreSQL several can be asked as one (`storage.beside`): a SELECT with the values of each as a row to
    be joined, but for those that are `alike` in all of them; an INSERT that leaves alone what is there, with
    the rows of all, whose answers are told apart by the columns that it `tells` besides. What gives to one
    what no other may be given as well, is not to be `shared`.
    """

    def __init__(
        self,
        statement_for: Callable[[str], Executable],
        *,
        overtakes: bool = True,
        alike: Collection[str] = (),
        tells: Collection[str] = (),
        shared: bool = True,
    ) -> None:
        self._statement_for = statement_for
        self.overtakes = overtakes
        self.shared = shared
        self.alike = tuple(alike)
        self._tells = tuple(tells)
        self._compiled: dict[str, _Compiled] = {}
        self._several: _Several | None = None

    def rows(self, connection: Connection, given: Given) -> list[Row]:
        turn = connection.info.get(TURN)
        if turn and turn.beside:
            (found,) = turn.beside.ask(self, [given])
            return list(found)
        return self._ready(connection).rows(connection, given)

    def named(self, connection: Connection, given: Given) -> list[Any]:
        """The rows, with their columns as attributes."""
        row = self._compiled_for(connection).row
        return [row(*one) for one in self.rows(connection, given)]

    def named_of_any(self, connection: Connection, given: Sequence[Given]) -> list[Any]:
        """The rows of all of them, in whatever order, with their columns as attributes."""
        row = self._compiled_for(connection).row
        return [row(*one) for some in self.rows_of_each(connection, given) for one in some]

    def many(self, connection: Connection, given: Iterable[Given]) -> None:
        """Once for each of the given, and nothing is answered."""
        ready, rows = self._ready(connection), [*given]
        if connection.dialect.name == "postgresql" and len(rows) > 1:
            self._as_one(connection).many(connection, rows)
        else:
            ready.many(connection, rows)

    def value(self, connection: Connection, given: Given) -> Any:
        """The first value of the only row; None where there is none."""
        found = self.rows(connection, given)
        return found[0][0] if found else None

    def rows_of_each(self, connection: Connection, given: Sequence[Given]) -> list[list[Row]]:
        """What `rows` gives for each of them, which have the same values where they are `alike`."""
        if not given:
            return []
        turn = connection.info.get(TURN)
        if turn and turn.beside:
            return list(turn.beside.ask(self, given))
        ready = self._ready(connection)
        if len(given) == 1 or len(self.alike) == len(given[0]):
            return [ready.rows(connection, given[0])] * len(given)
        if connection.dialect.name != "postgresql":  # where nothing is saved
            return [ready.rows(connection, one) for one in given]
        return self._as_one(connection).rows_of_each(connection, given)

    def reads(self, connection: Connection) -> bool:
        return self._compiled_for(connection).reads

    def _as_one(self, connection: Connection) -> "_Several":
        if self._several is None:
            statement = self._statement_for(connection.dialect.name)
            self._several = _Several(statement, connection.dialect, self.alike, self._tells)
        return self._several

    def _ready(self, connection: Connection) -> "_Compiled":
        compiled = self._compiled_for(connection)
        turn = connection.info.get(TURN)
        if turn:
            turn.before_quick(overtakes=self.overtakes, reads=compiled.reads)
        return compiled

    def _compiled_for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement_for(dialect.name), dialect)
        return compiled


class _Compiled:
    def __init__(self, statement: Any, dialect: Dialect) -> None:
        if dialect.name == "postgresql":  # by position here, too: a dict would be taken apart by the driver
            kind: Any = type(dialect)
            dialect = kind(paramstyle="format", dbapi=dialect.dbapi)
        compiled = statement.compile(dialect=dialect)
        self.reads: bool = statement.is_select
        self._answers = bool(_columns(statement))  # psycopg's own `description` takes longer than the rows
        self._sql = str(compiled)
        binds = compiled.binds
        self.names = names = compiled.positiontup or []
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

    def rows(self, connection: Connection, given: Given) -> list[Row]:
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(self._sql, self._asked(given))
            found: list[Row] = cursor.fetchall() if self._answers else []
        except self._dialect.loaded_dbapi.Error as error:
            raise self._as_usual(error) from None
        return [self._converted(row) for row in found] if self._read else found

    def many(self, connection: Connection, given: Iterable[Given]) -> None:
        driver: Any = connection.connection.driver_connection
        try:
            driver.cursor().executemany(self._sql, [self._asked(one) for one in given])
        except self._dialect.loaded_dbapi.Error as error:
            raise self._as_usual(error) from None

    def _asked(self, given: Given) -> tuple[Any, ...]:
        picked: Any = self._pick({**self._set, **given} if self._set else given)
        if self._single:
            picked = (picked,)
        if not self._given:
            return tuple(picked)
        values = list(picked)
        for at, convert in self._given:
            values[at] = convert(values[at])
        return tuple(values)

    def _converted(self, row: Row) -> Row:
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


class _Several:
    """One statement for several of the same kind, the values of all of them as one in JSON (PostgreSQL)."""

    def __init__(self, statement: Any, dialect: Dialect, alike: Sequence[str], tells: Sequence[str]) -> None:
        kinds = {
            name: bind.type
            for name, bind in statement.compile(dialect=dialect).binds.items()
            if bind.required and name not in alike
        }
        rows = func.json_to_recordset(cast(bindparam(ASKED, type_=Text), JSON))
        columns = [column(AT, Integer), *(column(name, _plain(kind)) for name, kind in kinds.items())]
        asked = rows.table_valued(*columns).render_derived(name=ASKED, with_types=True)
        if statement.is_select:
            found = _joined_with(asked, statement, kinds)
            # SQLAlchemy would ask it all once more, within, where nothing else is asked there.
            found = found.correlate(asked) if isinstance(found, Select) else found
            # Told to skip nothing, PostgreSQL looks for each by its keys, and does not read all to join it.
            found = found.offset(literal_column("0")).lateral()
            whole: Any = select(asked.c[AT], *found.c).select_from(asked.join(found, true()))
        elif statement.is_update:
            whole = _joined_with(asked, statement, kinds)
        else:
            table = statement.table
            into = postgresql.insert(table).from_select([*kinds], select(*(asked.c[one] for one in kinds)))
            told = (*statement.exported_columns, *(table.c[one] for one in tells))
            whole = into.on_conflict_do_nothing().returning(*told)
        self._compiled = _Compiled(whole, dialect)
        self._names, self._alike, self._tells = tuple(kinds), alike, tells

    def many(self, connection: Connection, given: Sequence[Given]) -> None:
        self._rows(connection, given)

    def rows_of_each(self, connection: Connection, given: Sequence[Given]) -> list[list[Row]]:
        found = self._rows(connection, given)
        if self._tells:
            size = len(self._tells)
            by = {tuple(row[-size:]): row[:-size] for row in found}
            keys = [tuple(one[name] for name in self._tells) for one in given]
            return [[by.pop(key)] if key in by else [] for key in keys]
        answers: list[list[Row]] = [[] for _ in given]
        for row in found:
            answers[row[0]].append(row[1:])
        return answers

    def _rows(self, connection: Connection, given: Sequence[Given]) -> list[Row]:
        asked = [{AT: at} | {name: one[name] for name in self._names} for at, one in enumerate(given)]
        alike = {name: given[0][name] for name in self._alike}
        return self._compiled.rows(connection, alike | {ASKED: in_json(asked)})


def _joined_with(asked: Any, statement: Any, names: Collection[str]) -> Any:
    """The statement with a column of `asked` in the place of each value that it wants."""

    def replaced(part: Any, **_: Any) -> Any:
        return asked.c[part.key] if isinstance(part, BindParameter) and part.key in names else None

    traverse: Any = visitors.replacement_traverse
    return traverse(statement, {}, replaced)


def _plain(kind: Any) -> Any:
    """How a value of this type stands in a row of JSON."""
    return next((kind for one in (Moment, Boolean) if isinstance(kind, one)), None) or (
        BigInteger() if isinstance(kind, Integer) else Text()
    )


def in_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """In UTF-8, with moments as PostgreSQL reads them, which must have a time zone; by Rust."""
    return _ROWS.dump_json(rows).decode()


def _bound(kind: Any, dialect: Dialect) -> Convert | None:
    """How a value is given to the driver; the same moment stands in many rows, and is put in words once."""
    convert: Convert | None = kind.bind_processor(dialect)
    if convert and isinstance(kind, Moment):
        return _MOMENTS.setdefault(dialect.name, lru_cache(64)(convert))
    return convert


def _columns(statement: Any) -> Sequence[Any]:
    return list(statement.selected_columns if statement.is_select else statement.exported_columns)
