"""Whoever asked for it is erased: since when, beside their place in the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
