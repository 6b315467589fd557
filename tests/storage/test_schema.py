"""The schema: what the migrations make is what the models say, and it guards what must not change."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.errors import Refusal
from storage import engine as engines
from storage import migrations
from storage.tables import metadata
from storage.work import Store
from tests.storage.people import ADA, BEN, HERE, move_in, thanks


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = engines.build(url)
    try:
        yield engine
    finally:
        engine.dispose()


def test_models_and_migrations_agree_as_alembic_sees_it(database_url: str) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with opened(database_url) as engine, engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_models_and_migrations_agree_where_alembic_does_not_look(
    database_url: str, empty_database_url: str
) -> None:
    with opened(empty_database_url) as modelled, opened(database_url) as migrated:
        metadata.create_all(modelled)
        assert shape(migrated) == shape(modelled)


def shape(engine: Engine) -> dict[str, Any]:
    """Everything the database itself knows about its tables, and alembic compares only in part."""
    found = inspect(engine)
    return {
        name: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name)
            ],
            "primary key": found.get_pk_constraint(name),
            "foreign keys": found.get_foreign_keys(name),
            "unique": sorted(found.get_unique_constraints(name), key=str),
            "checks": sorted((c["name"], c["sqltext"]) for c in found.get_check_constraints(name)),
            "indexes": sorted(
                (i["name"], i["column_names"], i["unique"], _where(i)) for i in found.get_indexes(name)
            ),
        }
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def _where(index: Any) -> str:
    """The condition of a partial index."""
    return str({key: str(value) for key, value in index.get("dialect_options", {}).items()})


def test_to_upgrade_twice_is_to_upgrade_once(empty_database_url: str) -> None:
    first = migrations.upgrade(empty_database_url)
    with opened(empty_database_url) as engine:
        before = shape(engine)
        assert migrations.upgrade(empty_database_url) == first == migrations.latest()
        assert shape(engine) == before


def test_replicas_that_start_together_upgrade_once(empty_database_url: str) -> None:
    gate, done = threading.Barrier(4), list[str]()

    def start() -> None:
        gate.wait()
        done.append(migrations.upgrade(empty_database_url))

    replicas = [threading.Thread(target=start) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert done == [migrations.latest()] * 4


def test_an_empty_database_has_no_revision(empty_database_url: str) -> None:
    with opened(empty_database_url) as engine:
        assert migrations.revision_of(engine) is None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_that_is_gone_has_none_and_is_not_made_anew(database_url: str) -> None:
    file = Path(str(engines.address(database_url).database))
    with opened(database_url) as engine:
        assert migrations.revision_of(engine) == migrations.latest()
        file.unlink()
        assert migrations.revision_of(engine) is None
        assert not file.exists()


def test_a_schema_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with opened(database_url) as engine:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(Refusal, match=r"at schema 9999, which this version \(.*\) does not know"):
            migrations.upgrade(database_url)
        assert migrations.revision_of(engine) == "9999"


def test_every_row_belongs_to_a_workspace(database_url: str) -> None:
    with opened(database_url) as engine:
        tables = inspect(engine)
        without = {
            name
            for name in tables.get_table_names()
            if not any(c["name"] == "workspace_id" and not c["nullable"] for c in tables.get_columns(name))
        }
    # An installation may be a whole organisation's, and a state is opened before anybody knows whose.
    assert without == {"alembic_version", "installations", "install_states"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET amount = 1",
        "UPDATE ledger SET person_id = 'U0OTHER' WHERE entry = 1",
        "DELETE FROM ledger",
        "DELETE FROM ledger WHERE entry = 1",
    ],
)
async def test_the_ledger_is_never_changed(store: Store, change: str) -> None:
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    before = await store.across(_ledger)

    with pytest.raises(DBAPIError, match="append-only"):
        await store.across(lambda connection: connection.execute(text(change)))
    assert await store.across(_ledger) == before
    assert before


@pytest.mark.parametrize("change", ["TRUNCATE ledger", "TRUNCATE kudos CASCADE"])
async def test_the_ledger_is_never_emptied(store: Store, engine_name: str, change: str) -> None:
    if engine_name == "sqlite":
        change = "DELETE FROM ledger"  # it has no TRUNCATE
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))

    with pytest.raises(DBAPIError, match="append-only"):
        await store.across(lambda connection: connection.execute(text(change)))
    assert len(await store.across(_ledger)) == 2


def _ledger(connection: Connection) -> list[Any]:
    return [tuple(row) for row in connection.execute(text("SELECT * FROM ledger ORDER BY entry"))]


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("ledger", "(99, 'T', 1, 'U', 'received', 2, '2026-03-04')"),
        ("ledger", "(99, 'T', 1, 'U', 'admired', 1, '2026-03-04')"),
        ("ledger", "(99, 'T', 12345, 'U', 'received', 1, '2026-03-04')"),
        ("recipients", "('T', 12345, 'U', 0)"),
        ("reversals", "(12345, 'T', 's', '2026-03-04')"),
        ("group_members", "('T', 'S0NONE', 'U')"),
    ],
)
async def test_rows_that_make_no_sense_are_refused_by_the_database_itself(
    store: Store, table: str, values: str
) -> None:
    await move_in(store)
    await store.transact(HERE, thanks(ADA, BEN, "one"))
    with pytest.raises(DBAPIError, match=r"(?i)constraint|foreign key"):
        await store.across(
            lambda connection: connection.execute(text(f"INSERT INTO {table} VALUES {values}"))  # noqa: S608
        )


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_sqlite_keeps_what_it_has_acknowledged_and_waits_for_its_turn(store: Store) -> None:
    def pragmas(connection: Connection) -> dict[str, Any]:
        names = ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}

    full = 2
    assert await store.across(pragmas) == {
        "journal_mode": "wal",
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "synchronous": full,
    }
