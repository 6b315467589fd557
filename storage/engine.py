"""One engine for SQLite or PostgreSQL, set up so that what is committed stays."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import Refusal
from storage import turn

T = TypeVar("T")
THREADS = {"sqlite": 1, "postgresql": 8}
SHARING = {"sqlite": 1, "postgresql": 2}  # of these, how many run what shares a commit
BUSY_TIMEOUT_MS, IN_A_HURRY_MS = 5000, 2000
WAL_TRIES = 100
RESTS_SINCE, RESTED = "goodword_rests_since", 1.0  # seconds, after which a connection may have been cut off
# Disks that turn are gone: by the price that PostgreSQL asks for one page elsewhere, it would read all of a
# history rather than the few thousand rows of a week by their keys.
ALWAYS = "-c timezone=utc -c random_page_cost=1.1"
# Milliseconds: for a lock, and for one statement (the longest read many people's rows at night).
IN_A_HURRY = "-c lock_timeout=2000 -c statement_timeout=10000"


def address(database_url: str) -> URL:
    """Read DATABASE_URL, or refuse with a sentence; passwords never appear in it."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise Refusal("DATABASE_URL is no database address; sqlite:///goodword.db is one.") from None
    match url.drivername:
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise Refusal(
                    "DATABASE_URL needs a file, such as sqlite:///goodword.db: kudos are kept for good."
                )
            return url
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise Refusal(f"DATABASE_URL starts with {other}: use sqlite:///… or postgresql://….")


def build(database_url: str, *, in_a_hurry: bool = False) -> Engine:
    """Build the engine; errors never print parameters, for those are people's words.

    `in_a_hurry` where somebody waits for each transaction: Slack gives up on an answer after three seconds,
    so one that hangs behind a lock is given up as well, and cannot be kept after the person was told no.
    """
    url = address(database_url)
    if url.drivername == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare_in_a_hurry if in_a_hurry else _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        turn.listen(engine)
        return engine
    options = f"{ALWAYS} {IN_A_HURRY}" if in_a_hurry else ALWAYS
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=THREADS["postgresql"],
        max_overflow=0,
        connect_args={"connect_timeout": 5, "application_name": "goodword", "options": options},
    )
    event.listen(engine, "handle_error", _without_the_row)
    event.listen(engine, "checkin", _rests)
    event.listen(engine, "checkout", partial(_still_answers, engine))
    turn.listen(engine)
    return engine


def _rests(_driver: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[RESTS_SINCE] = time.monotonic()


def _still_answers(engine: Engine, driver: Any, entry: ConnectionPoolEntry, _: Any) -> None:
    """Ask a connection that rested; `pool_pre_ping` asks each time, which is one more way to the server.

    What is cut off in the middle of the work is run once more: see `storage.commits.alone`.
    """
    since = entry.info.get(RESTS_SINCE)
    if since is None or time.monotonic() - since < RESTED:
        return
    try:
        engine.dialect.do_ping(driver)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _without_the_row(context: ExceptionContext) -> None:
    """PostgreSQL quotes the whole row under "DETAIL", which `hide_parameters` does not know of."""
    origin: Any = context.original_exception
    brief = getattr(getattr(origin, "diag", None), "message_primary", None)
    if brief:
        origin.args = (brief,)
        if context.sqlalchemy_exception:
            context.sqlalchemy_exception.args = (f"({type(origin).__name__}) {brief}",)


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _write_ahead(connection)
    # An acknowledged kudos must survive a power cut; FULL syncs the log at every commit.
    connection.execute("PRAGMA synchronous=FULL")
    # The log may grow to 32 MB before it is brought home: the pages of many commits are then written once.
    connection.execute("PRAGMA wal_autocheckpoint=8000")
    connection.execute("PRAGMA foreign_keys=ON")
    # What was erased is overwritten, and not only given free; some builds of SQLite do so by default.
    connection.execute("PRAGMA secure_delete=ON")


def _prepare_in_a_hurry(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    _prepare_sqlite(connection, entry)
    connection.execute(f"PRAGMA busy_timeout={IN_A_HURRY_MS}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a write-ahead log. Two that open a new file at once refuse each other this without waiting."""
    for left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(BUSY_TIMEOUT_MS / 1000 / WAL_TRIES)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    # Taking the write lock first means that a transaction never fails half-way with "database is locked".
    # Whoever only reads needs no lock, and must not wait behind those who write.
    only_reads = connection.get_execution_options().get("only_reads", False)
    driver: Any = connection.connection.driver_connection
    try:  # past SQLAlchemy, whose way took a tenth of a small transaction
        driver.execute("BEGIN" if only_reads else "BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        base, how = sqlite3.Error, connection.dialect
        raise DBAPIError.instance("BEGIN", None, error, base, hide_parameters=True, dialect=how) from None


def let_go(engine: Engine) -> None:
    """Close all connections, and what a transaction still has at once when it gives it back."""
    event.listen(engine.pool, "checkin", lambda _driver, entry: entry.invalidate())
    engine.dispose()


def only_reading(engine: Engine) -> Engine:
    """The same engine for transactions that change nothing, and so take no lock."""
    return engine.execution_options(only_reads=True)


def is_fleeting(error: BaseException) -> bool:
    """Whether the same transaction may succeed if it is simply run again (PostgreSQL 40001, 40P01)."""
    origin: Any = getattr(error, "orig", None)
    return getattr(origin, "sqlstate", None) in {"40001", "40P01"}


def is_cut_off(error: BaseException) -> bool:
    """Whether the connection ended; what was done over it and not committed is gone."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], update: Sequence[str]
) -> None:
    """Insert rows, or bring the named columns up to date where the primary key is there already."""
    statement = inserting(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in update},
    )
    connection.execute(statement, rows)


def analyse(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL count anew, so that it plans for the table as it is; SQLite plans without counting."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give the items a few at a time, for a statement takes so many parameters and no more."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def inserting(connection: Connection, table: Table) -> Any:
    """Give the engine's own INSERT, for both have ON CONFLICT but SQLAlchemy's common one has not."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


@contextmanager
def reachable() -> Iterator[None]:
    """Turn a database that does not answer into a sentence, without its address or password."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        raise Refusal(f"The database in DATABASE_URL cannot be used: {reason}.") from None
