"""Old and new work side by side: revisions only add, and a version goes on where more was added."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.app import schema_missing
from storage import migrations
from storage.migrations import FLOOR
from storage.work import Store

VERSIONS = Path(migrations.__file__).parent / "versions"
ADDS = {"create_table", "add_column", "create_index", "batch_alter_table", "f", "execute", "get_bind"}
HARMLESS = {"drop_index"}  # without an index an older version is slower, and not wrong
TAKES_AWAY = re.compile(r"\b(drop|rename|delete|truncate|alter\s+column|set\s+not\s+null)\b", re.IGNORECASE)


def wrong(source: str) -> Iterator[str]:
    """What a revision does that a version from before it would stumble over."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", "")
        owner = getattr(getattr(call.func, "value", None), "id", "")
        words = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
        if name in HARMLESS:
            continue
        if (owner == "op" and name not in ADDS) or name.startswith(("drop_", "alter_", "rename_")):
            yield f"{name} {words[:1]}"
        if name == "add_column" and _is_needed(call):
            yield f"{name} {words[:2]}: old versions leave it out"
        if name == "execute" and any(TAKES_AWAY.search(str(word)) for word in words):
            yield f"{name} {words[:1]}"


def _is_needed(call: ast.Call) -> bool:
    calls = (one for one in ast.walk(call) if isinstance(one, ast.Call))
    given = {keyword.arg: keyword.value for one in calls for keyword in one.keywords}
    nullable = given.get("nullable")
    needed = isinstance(nullable, ast.Constant) and nullable.value is False
    return needed and "server_default" not in given


def test_every_revision_above_the_floor_only_adds() -> None:
    newer = {path.name: path.read_text() for path in VERSIONS.glob("m*.py") if path.name[1:5] > FLOOR}
    assert newer
    assert {name: list(wrong(source)) for name, source in newer.items()} == {name: [] for name in newer}


@pytest.mark.parametrize(
    "revision",
    [
        'op.drop_column("kudos", "reason")',
        'op.alter_column("kudos", "reason", nullable=False)',
        'op.rename_table("kudos", "thanks")',
        'people.alter_column("email", nullable=False)',
        'op.add_column("kudos", sa.Column("mood", sa.Text(), nullable=False))',
        'op.create_unique_constraint("uq", "kudos", ["reason"])',
        'op.execute("DROP TRIGGER x ON ledger")',
    ],
)
def test_a_revision_that_takes_away_or_asks_for_more_is_noticed(revision: str) -> None:
    assert len(list(wrong(revision))) == 1


def test_a_revision_that_adds_is_not() -> None:
    adds = """
op.create_table("moods", sa.Column("mood", sa.Text(), nullable=False))
op.add_column("kudos", sa.Column("mood", sa.Text()))
op.add_column("kudos", sa.Column("seen", sa.Boolean(), nullable=False, server_default=sa.false()))
op.create_index("ix_moods", "moods", ["mood"])
op.drop_index("ix_ledger_workspace_id_person_id_role", "ledger")
"""
    assert list(wrong(adds)) == []


async def test_a_version_goes_on_where_a_newer_one_only_added_and_stops_where_it_took_away(
    database_url: str, engine_name: str
) -> None:
    store = Store(database_url)

    async def orders(*told: str) -> None:
        def give(connection: Connection) -> None:
            for order in told:
                connection.execute(text(order))

        await store.across(give)

    await orders("ALTER TABLE outbox ADD COLUMN mood TEXT", "UPDATE alembic_version SET version_num = '9998'")
    unknown = f"The database is at schema 9998, which this version ({migrations.latest()}) does not know"
    if engine_name == "sqlite":  # where there is one process only, which is stopped for it
        assert schema_missing(store).startswith(unknown)
    else:
        assert schema_missing(store) == ""
        await orders("COMMENT ON TABLE alembic_version IS 'floor 9998'")
        assert schema_missing(store).startswith(unknown)
    await store.close()
