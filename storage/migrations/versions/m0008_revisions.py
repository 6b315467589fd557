"""Which transaction last changed what processes remember, so that each sees when to forget it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# Whoever changes a row of these, an older version of Goodword and a person at the database included.
SUBJECTS = {
    "settings": "settings",
    "people": "people",
    "groups": "people",
    "group_members": "people",
    "preferences": "preferences",
}
VERBS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}

SQLITE = """
CREATE TRIGGER {table}_revised_{verb} AFTER {verb} ON {table}
BEGIN
INSERT INTO revisions (workspace_id, subject, mark) VALUES ({rows}.workspace_id, '{subject}', 1)
ON CONFLICT (workspace_id, subject) DO UPDATE SET mark = mark + 1;
END
"""
# Once for each statement, and the row is written once for each transaction: an import would otherwise write
# it so often that to find its newest version takes longer each time. No transaction's number comes twice.
POSTGRESQL_FUNCTION = """
CREATE FUNCTION revise() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
INSERT INTO revisions (workspace_id, subject, mark)
SELECT DISTINCT workspace_id, TG_ARGV[0], txid_current() FROM changed ORDER BY workspace_id
ON CONFLICT (workspace_id, subject) DO UPDATE SET mark = excluded.mark WHERE revisions.mark <> excluded.mark;
RETURN NULL;
END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_revised_{verb} AFTER {verb} ON {table} REFERENCING {rows} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION revise('{subject}')
"""


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("workspace_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "subject", name="pk_revisions"),
    )
    op.create_index(
        "ix_kudos_workspace_id_giver_id_given_at", "kudos", ["workspace_id", "giver_id", "given_at"]
    )
    op.create_index("ix_kept_kudos_number", "kept", ["kudos_number"])
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        op.execute(POSTGRESQL_FUNCTION)
    trigger = SQLITE if on_sqlite else POSTGRESQL
    for table, subject in SUBJECTS.items():
        for verb, rows in VERBS.items():
            op.execute(trigger.format(table=table, subject=subject, verb=verb.lower(), rows=rows))
