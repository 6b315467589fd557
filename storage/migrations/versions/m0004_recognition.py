"""Recognition in full: what a kudos may say besides, who joins in, how people like to be thanked, digests."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_GUARD = """
CREATE TRIGGER joinings_no_{verb} BEFORE {verb} ON joinings
BEGIN SELECT RAISE(ABORT, 'the log of who joined in is append-only'); END
"""
POSTGRESQL_GUARD = """
CREATE TRIGGER joinings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON joinings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("url", sa.Text(), nullable=False, server_default=""))
    _kudos()
    _joining_in()
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
    op.create_index(
        "ix_kudos_workspace_id_about_channel_about_ts", "kudos", ["workspace_id", "about_channel", "about_ts"]
    )


def _joining_in() -> None:
    op.create_table(
        "joinings",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_joinings_kudos_number"),
        sa.PrimaryKeyConstraint("entry", name="pk_joinings"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_joinings_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_joinings_kudos_number_person_id", "joinings", ["kudos_number", "person_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_GUARD.format(verb=verb))
    else:
        op.execute(POSTGRESQL_GUARD)
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
