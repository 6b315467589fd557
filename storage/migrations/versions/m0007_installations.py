"""Where the app is installed, with its tokens encrypted, and the states of installations under way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=True),
        sa.Column("org_wide", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("bot_user_id", ID, nullable=False),
        sa.Column("bot_id", ID, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("bot_token", sa.Text(), nullable=True),
        sa.Column("refresh_token", sa.Text(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("renewing_until", MOMENT, nullable=True),
        sa.Column("installed_by", ID, nullable=False),
        sa.Column("installed_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_installations"),
    )
    op.create_table(
        "installed_workspaces",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_installed_workspaces"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["installations.account_id"], name="fk_installed_workspaces_account_id"
        ),
    )
    op.create_table(
        "install_states",
        sa.Column("digest", ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_install_states"),
    )
