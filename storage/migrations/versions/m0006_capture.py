"""Thanks in ordinary talk: what is done in each channel, and who is not to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "channel_modes",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("mode IN ('suggest', 'auto', 'off')", name=op.f("ck_channel_modes_mode")),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", name="pk_channel_modes"),
    )
    op.create_table(
        "mutes",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("what", sa.String(128), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", "what", name="pk_mutes"),
    )
