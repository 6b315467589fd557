"""Recognition in full: what a kudos may say besides, who joins in, how people like to be thanked, digests."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_GUARD = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{what} is append-only'); END
"""
POSTGRESQL_GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("url", sa.Text(), nullable=True))
    _kudos()
    _joining_in()
    _marks()
    _passed_on()
    _preferences()
    _digests()


def _kudos() -> None:
    # Not in a batch: that would copy the table, to which the ledger refers.
    for name in ("above", "private"):
        op.add_column("kudos", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("kudos", sa.Column("customer", sa.Text(), nullable=True))
    op.add_column("kudos", sa.Column("customer_words", sa.Text(), nullable=True))
    op.add_column("kudos", sa.Column("about_channel", ID, nullable=True))
    op.add_column("kudos", sa.Column("about_ts", sa.String(32), nullable=True))
    op.add_column("kudos", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("kudos", sa.Column("outcome_at", MOMENT, nullable=True))
    op.add_column("kudos", sa.Column("asked_at", MOMENT, nullable=True))
    op.add_column("kudos", sa.Column("reworded_at", MOMENT, nullable=True))
    op.create_index(
        "ix_kudos_workspace_id_about_channel_about_ts", "kudos", ["workspace_id", "about_channel", "about_ts"]
    )
    _partly("ix_kudos_unasked", "kudos", ["workspace_id", "given_at"], "asked_at IS NULL")
    _partly("ix_outbox_place", "outbox", ["workspace_id", "channel", "ts"], "ts IS NOT NULL")


def _partly(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _joining_in() -> None:
    op.create_table(
        "joinings",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("way", sa.String(length=128), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_joinings_kudos_number"),
        sa.PrimaryKeyConstraint("entry", name="pk_joinings"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_joinings_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_joinings_kudos_number_person_id", "joinings", ["kudos_number", "person_id"])
    _append_only("joinings", "the log of who joined in")
    op.create_table(
        "joined",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_joined_kudos_number"),
        sa.PrimaryKeyConstraint("kudos_number", "person_id", name="pk_joined"),
    )
    op.create_index("ix_joined_workspace_id_person_id", "joined", ["workspace_id", "person_id"])


def _append_only(table: str, what: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_GUARD.format(table=table, what=what, verb=verb))
    else:
        op.execute(POSTGRESQL_GUARD.format(table=table))


def _marks() -> None:
    op.create_table(
        "marks",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("channel", ID, nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("way", sa.String(length=128), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_marks"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_marks_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_marks_workspace_id_channel_ts_person_id", "marks", ["workspace_id", "channel", "ts", "person_id"]
    )
    _append_only("marks", "the log of the emoji that thanks")


def _passed_on() -> None:
    op.create_table(
        "passed_on",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("manager_id", ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("passed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_passed_on_kudos_number"),
        sa.PrimaryKeyConstraint("kudos_number", "manager_id", name="pk_passed_on"),
    )


def _preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", "name", name="pk_preferences"),
    )
    op.create_table(
        "kept",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("manager_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_kept_kudos_number"),
        sa.PrimaryKeyConstraint("workspace_id", "manager_id", "kudos_number", "person_id", name="pk_kept"),
    )


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("addressee", ID, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('weekly', 'manager', 'executive')", name=op.f("ck_digests_kind")),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "addressee", "period", name="pk_digests"),
    )
    op.create_index(
        "ix_digests_workspace_id_kind_addressee_until",
        "digests",
        ["workspace_id", "kind", "addressee", "until"],
    )
