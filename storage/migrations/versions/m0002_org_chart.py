"""The org chart: e-mails and administrators, what each source says, what is in force; and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(64)
MEMBER = sa.String(320)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _chart()
    op.create_table(
        "claims",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("due_key", sa.String(length=255), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("again_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "due_key", name="pk_claims"),
    )


def _people() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("email", sa.Text(), nullable=True))
        # Nobody is an administrator until Slack says so at the next reading.
        people.add_column(sa.Column("admin", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("people") as people:
        people.alter_column("admin", server_default=None)
    op.create_index("ix_people_email_workspace_id", "people", ["email", "workspace_id"])
    op.create_index("ix_people_admin_workspace_id", "people", ["admin", "workspace_id"])


def _chart() -> None:
    op.create_table(
        "chart_facts",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("member_id", MEMBER, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        *_said(),
        sa.CheckConstraint("source IN ('csv', 'scim', 'slack')", name=op.f("ck_chart_facts_source")),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", "source", name="pk_chart_facts"),
    )
    op.create_index("ix_chart_facts_source_workspace_id", "chart_facts", ["source", "workspace_id"])
    op.create_index("ix_chart_facts_manager_id_workspace_id", "chart_facts", ["manager_id", "workspace_id"])
    op.create_table(
        "chart",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("member_id", MEMBER, nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", name="pk_chart"),
    )
    op.create_index("ix_chart_manager_id_workspace_id", "chart", ["manager_id", "workspace_id"])


def _said() -> list[sa.Column[str]]:
    return [
        sa.Column("manager_id", MEMBER, nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
    ]
