"""The schema's history, by Alembic: bring a database up to date, or say whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from storage import engine as engines

_HERE = Path(__file__).parent


def upgrade(database_url: str) -> str:
    """Bring the schema up to date and give its revision; doing it twice is doing it once."""
    engine = engines.build(database_url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return latest()
    finally:
        engine.dispose()


def latest() -> str:
    """Give the revision that this version of Goodword needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision_of(engine: Engine) -> str | None:
    """Give the revision a database is at; None where it has no schema of ours."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config
