"""Escalations, whose words are encrypted before they come here, and every move of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "escalations",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("reporter_id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("is_team", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("holder_id", ID, nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("second_id", ID, nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("handed_on", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_escalations"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_escalations_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_escalations_due", "escalations", ["due_at"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index(
        "ix_escalations_workspace_id_holder_id_state", "escalations", ["workspace_id", "holder_id", "state"]
    )
    op.create_index(
        "ix_escalations_workspace_id_reporter_id_number",
        "escalations",
        ["workspace_id", "reporter_id", "number"],
    )
    op.create_index(
        "ix_escalations_workspace_id_subject_id_opened_at",
        "escalations",
        ["workspace_id", "subject_id", "opened_at"],
    )
    op.create_table(
        "escalation_moves",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("escalation_number", NUMBER, nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("holder_id", ID, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_number"], ["escalations.number"], name="fk_escalation_moves_escalation_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_moves"),
        sa.UniqueConstraint("workspace_id", "source", name="uq_escalation_moves_workspace_id_source"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_escalation_moves_escalation_number_id", "escalation_moves", ["escalation_number", "id"]
    )
