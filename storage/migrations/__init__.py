"""The schema's history, by Alembic: bring a database up to date, or say whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from bot.errors import Refusal
from storage import engine as engines

_HERE = Path(__file__).parent
# The schema of the oldest version that may run beside this one. Revisions after it only add; one that takes
# something away raises it, a release later than the version that no longer needs what is taken away.
FLOOR = "0006"
_ONE_AT_A_TIME = 7466839  # the advisory lock of whoever migrates; any number will do


def upgrade(database_url: str) -> str:
    """Bring the schema up to date and give its revision; doing it twice, even at once, is doing it once."""
    engine = engines.build(database_url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            if trouble := stranger(_revision(connection)):
                raise Refusal(trouble)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.dialect.name == "postgresql":
                # For versions that know nothing of these revisions: where such a process runs, it may go on.
                connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS 'floor {FLOOR}'")
        return latest()
    finally:
        engine.dispose()


@cache
def latest() -> str:
    """Give the revision that this version of Goodword needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def stranger(revision: str | None) -> str:
    """One sentence if this version of Goodword has never heard of the revision, else empty."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is None or revision in known:
        return ""
    return (
        f"The database is at schema {revision}, which this version ({latest()}) does not know: "
        "a newer Goodword has migrated it, so run that one."
    )


def is_only_wider(engine: Engine) -> bool:
    """Whether a schema that we have never heard of has all that we need, and more.

    Only PostgreSQL has several versions at work on it at once.
    """
    if engine.dialect.name != "postgresql":
        return False
    with engine.connect() as connection:
        if (_revision(connection) or "") <= latest():
            return False
        ours = func.to_regclass("alembic_version")
        said = connection.execute(select(func.obj_description(ours, "pg_class"))).scalar_one()
    word, _, floor = str(said or "").partition(" ")
    return word == "floor" and floor <= latest()


def revision_of(engine: Engine) -> str | None:
    """Give the revision a database is at; None where it has no schema of ours."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        return None  # to connect would make an empty one, or go on with one that was thrown away
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config
