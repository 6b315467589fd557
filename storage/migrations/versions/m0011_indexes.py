"""Two indexes less to be written for each kudos: one that nobody asked, one in which nearly all was empty."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ABOUT_A_MESSAGE = sa.text("about_ts IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_ledger_workspace_id_person_id_role", "ledger")
    op.create_index(
        "ix_kudos_about",
        "kudos",
        ["workspace_id", "about_channel", "about_ts"],
        postgresql_where=ABOUT_A_MESSAGE,
        sqlite_where=ABOUT_A_MESSAGE,
    )
    op.drop_index("ix_kudos_workspace_id_about_channel_about_ts", "kudos")
