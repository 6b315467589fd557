"""The schema's history, by Alembic: bring a database up to date, or say whether it is."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, select, text

from bot.errors import Refusal
from storage import engine as engines

_HERE = Path(__file__).parent
# The schema of the oldest version that may run beside this one. Revisions after it only add; one that takes
# something away raises it, a release later than the version that no longer needs what is taken away.
FLOOR = "0006"
_REVISIONS = re.compile(r'^(down_revision|revision) = "?(\w+)"?$', re.MULTILINE)
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
            _run(connection)
            if connection.dialect.name == "postgresql":
                # For versions that know nothing of these revisions: where such a process runs, it may go on.
                connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS 'floor {FLOOR}'")
        return latest()
    finally:
        engine.dispose()


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see below

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Any:
    # Only who migrates waits for Alembic, which takes 10 MB and a fifth of the time of a start.
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config


@cache
def latest() -> str:
    """Give the revision that this version of Goodword needs: the one that no other follows."""
    before = _before()
    (head,) = before.keys() - {*before.values()}
    return head


@cache
def _before() -> dict[str, str]:
    """Each revision, and which it follows, as their files say."""
    found = (dict(_REVISIONS.findall(path.read_text())) for path in _HERE.glob("versions/m*.py"))
    return {one["revision"]: one["down_revision"] for one in found}


def stranger(revision: str | None) -> str:
    """One sentence if this version of Goodword has never heard of the revision, else empty."""
    if revision is None or revision in _before():
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
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return found
