"""Which request queued a message, so that the log can be followed from the door to its delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("request", sa.String(16)))
