"""The spine: people, kudos with their ledger and totals, the outbox, settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNFINISHED = sa.text("state IN ('waiting', 'sending')")

# The ledger is append-only, and the database holds everybody to it, ourselves included.
SQLITE_GUARD = """
CREATE TRIGGER ledger_no_{verb} BEFORE {verb} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
POSTGRESQL_GUARD = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_GUARD.format(verb=verb))
    else:
        op.execute(POSTGRESQL_GUARD)


def _tables() -> None:  # long, for it is a list
    op.create_table(
        "groups",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "group_id", name="pk_groups"),
    )
    op.create_index("ix_groups_workspace_id_handle", "groups", ["workspace_id", "handle"])
    op.create_table(
        "kudos",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("giver_id", ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_kudos"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_kudos_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kudos_workspace_id_given_at", "kudos", ["workspace_id", "given_at"])
    op.create_index("ix_kudos_workspace_id_giver_id_number", "kudos", ["workspace_id", "giver_id", "number"])
    op.create_table(
        "lanes",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "destination", name="pk_lanes"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("lease", ID, nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("first_tried_at", MOMENT, nullable=True),
        sa.Column("channel", ID, nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'parked', 'dropped')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["workspace_id", "destination", "id"],
        postgresql_where=UNFINISHED,
        sqlite_where=UNFINISHED,
    )
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["workspace_id"],
        postgresql_where=sa.text("state = 'parked'"),
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index("ix_outbox_subject", "outbox", ["workspace_id", "subject"])
    op.create_table(
        "people",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("real_name", sa.Text(), nullable=False),
        sa.Column("plain_handle", sa.Text(), nullable=False),
        sa.Column("plain_name", sa.Text(), nullable=False),
        sa.Column("plain_real_name", sa.Text(), nullable=False),
        sa.Column("home_id", ID, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_people"),
    )
    op.create_index("ix_people_workspace_id_plain_handle", "people", ["workspace_id", "plain_handle"])
    op.create_index("ix_people_workspace_id_plain_name", "people", ["workspace_id", "plain_name"])
    op.create_index("ix_people_workspace_id_plain_real_name", "people", ["workspace_id", "plain_real_name"])
    op.create_table(
        "settings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settings"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_settings_workspace_id_name_id", "settings", ["workspace_id", "name", "id"])
    op.create_table(
        "totals",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", "role", name="pk_totals"),
    )
    op.create_table(
        "workspaces",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bot_user_id", ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_workspaces"),
    )
    op.create_table(
        "group_members",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "group_id"],
            ["groups.workspace_id", "groups.group_id"],
            name="fk_group_members_workspace_id_group_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "group_id", "person_id", name="pk_group_members"),
    )
    op.create_table(
        "ledger",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('received', 'given')", name=op.f("ck_ledger_role")),
        sa.CheckConstraint("amount IN (1, -1)", name=op.f("ck_ledger_amount")),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_ledger_kudos_number"),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger"),
        sa.UniqueConstraint(
            "kudos_number", "person_id", "role", "amount", name="uq_ledger_kudos_number_person_id_role_amount"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_workspace_id_person_id_role", "ledger", ["workspace_id", "person_id", "role"])
    op.create_table(
        "recipients",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_recipients_kudos_number"),
        sa.PrimaryKeyConstraint("kudos_number", "person_id", name="pk_recipients"),
    )
    op.create_index(
        "ix_recipients_workspace_id_person_id_kudos_number",
        "recipients",
        ["workspace_id", "person_id", "kudos_number"],
    )
    op.create_table(
        "reversals",
        sa.Column("kudos_number", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("reversed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["kudos_number"], ["kudos.number"], name="fk_reversals_kudos_number"),
        sa.PrimaryKeyConstraint("kudos_number", name="pk_reversals"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_reversals_workspace_id_source"),
    )
