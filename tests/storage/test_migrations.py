"""An older database is brought up to date with everything that is in it."""

from alembic import command
from sqlalchemy import Engine, text

from storage import engine as engines
from storage import migrations

PERSON = (
    "INSERT INTO people (workspace_id, person_id, handle, name, real_name, plain_handle, plain_name, "
    "plain_real_name, home_id, active, bot, guest, timezone, seen_at) VALUES ('T1', 'U1', 'ada', 'Ada', "
    "'Ada', 'ada', 'ada', 'ada', 'T1', true, false, false, 'UTC', '2026-03-04 09:00:00')"
)


def test_people_of_the_first_schema_are_kept_and_nobody_becomes_an_administrator(
    empty_database_url: str,
) -> None:
    engine = engines.build(empty_database_url)
    _upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(PERSON))

    migrations.upgrade(empty_database_url)

    with engine.begin() as connection:
        row = connection.execute(text("SELECT person_id, email, admin FROM people")).one()
        assert (row.person_id, row.email, bool(row.admin)) == ("U1", None, False)
    engine.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = migrations._config()  # noqa: SLF001
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
