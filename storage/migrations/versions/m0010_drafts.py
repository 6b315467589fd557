"""What digests are made of gets a mark too, so that one can be kept in mind while its messages go out."""

from alembic import op

from storage.migrations.versions.m0008_revisions import POSTGRESQL, SQLITE, VERBS

revision = "0010"
down_revision = "0009"

# A new kudos has no part in a period that has ended, and who joins in meanwhile may be left out: only what
# is taken back or changed counts, or everybody who thanks or joins in would wait for one row.
CHANGES = {
    "kudos": ("kudos", ("UPDATE",)),
    "recipients": ("kudos", ("UPDATE", "DELETE")),
    "reversals": ("kudos", ("INSERT", "DELETE")),
    "joined": ("kudos", ("DELETE",)),
    "chart": ("chart", ("INSERT", "UPDATE", "DELETE")),
}


def upgrade() -> None:
    trigger = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for table, (subject, verbs) in CHANGES.items():
        for verb in verbs:
            made = trigger.format(table=table, subject=subject, verb=verb.lower(), rows=VERBS[verb])
            op.execute(made)
