"""The rows, exactly as they lie in the database; every one belongs to a workspace."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.schema import SchemaItem


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, `timestamptz` on PostgreSQL, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names of constraints are fixed, so that migrations can refer to them on both engines.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows by itself only in an INTEGER key.
Number = BigInteger().with_variant(Integer, "sqlite")
Id = String(64)  # Slack's ids are short; the room is for other chats
Member = String(320)  # an id, or `mail:` and an e-mail, which has at most 254 characters (RFC 5321)


def _workspace() -> Column[str]:
    return Column("workspace_id", Id, nullable=False)


def _table(name: str, *items: SchemaItem, **options: Any) -> Table:
    return Table(name, metadata, *items, **options)


workspaces = _table(
    "workspaces",
    Column("workspace_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("bot_user_id", Id, nullable=False),
    Column("added_at", Moment, nullable=False),
    # Where its messages can be linked to, such as https://kestrel.slack.com/
    Column("url", Text),
)

people = _table(
    "people",
    _workspace(),
    Column("person_id", Id, nullable=False),
    Column("handle", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("real_name", Text, nullable=False),
    # What a typed @name is compared with, so that looking it up reads one row and not the company.
    Column("plain_handle", Text, nullable=False),
    Column("plain_name", Text, nullable=False),
    Column("plain_real_name", Text, nullable=False),
    Column("home_id", Id, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("guest", Boolean, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # In lower case, as everywhere; unknown where Slack hides it.
    Column("email", Text),
    Column("admin", Boolean, nullable=False),
    # Nobody is shown as the one who did or got what is older than this.
    Column("erased_at", Moment),
    PrimaryKeyConstraint("workspace_id", "person_id"),
    Index(None, "workspace_id", "plain_handle"),
    Index(None, "workspace_id", "plain_name"),
    Index(None, "workspace_id", "plain_real_name"),
    Index(None, "email", "workspace_id"),
    Index(None, "admin", "workspace_id"),
)

groups = _table(
    "groups",
    _workspace(),
    Column("group_id", Id, nullable=False),
    Column("handle", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    PrimaryKeyConstraint("workspace_id", "group_id"),
    Index(None, "workspace_id", "handle"),
)

group_members = _table(
    "group_members",
    _workspace(),
    Column("group_id", Id, nullable=False),
    Column("person_id", Id, nullable=False),
    PrimaryKeyConstraint("workspace_id", "group_id", "person_id"),
    ForeignKeyConstraint(
        ["workspace_id", "group_id"], ["groups.workspace_id", "groups.group_id"], ondelete="CASCADE"
    ),
)

_UNASKED = text("asked_at IS NULL")
_ABOUT_A_MESSAGE = text("about_ts IS NOT NULL")

kudos = _table(
    "kudos",
    Column("number", Number, primary_key=True),
    _workspace(),
    Column("giver_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tags", Text, nullable=False),
    # Unique to the request that gave it: delivered twice, it counts once.
    Column("source", String(255), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("above", Boolean, nullable=False, server_default=false()),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("customer", Text),
    Column("customer_words", Text),
    # The message it is about, where there is one.
    Column("about_channel", Id),
    Column("about_ts", String(32)),
    # What the favour yielded, when its giver said so, and when they were asked.
    Column("outcome", Text),
    Column("outcome_at", Moment),
    Column("asked_at", Moment),
    # Of which edit of that message its reason is, where it follows it.
    Column("reworded_at", Moment),
    UniqueConstraint("workspace_id", "source"),
    Index(
        "ix_kudos_about",
        "workspace_id",
        "about_channel",
        "about_ts",
        postgresql_where=_ABOUT_A_MESSAGE,
        sqlite_where=_ABOUT_A_MESSAGE,
    ),
    # Whose givers are still to be asked: few, however long the history grows.
    Index("ix_kudos_unasked", "workspace_id", "given_at", postgresql_where=_UNASKED, sqlite_where=_UNASKED),
    Index(None, "workspace_id", "giver_id", "number"),
    # What one person gave since midnight; without it all that anybody gave today would be read.
    Index(None, "workspace_id", "giver_id", "given_at"),
    Index(None, "workspace_id", "given_at"),
    sqlite_autoincrement=True,  # a number is never used again
)

recipients = _table(
    "recipients",
    _workspace(),
    Column("kudos_number", Number, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("kudos_number", "person_id"),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    Index(None, "workspace_id", "person_id", "kudos_number"),
)

reversals = _table(
    "reversals",
    Column("kudos_number", Number, primary_key=True),
    _workspace(),
    Column("source", String(255), nullable=False),
    Column("reversed_at", Moment, nullable=False),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    UniqueConstraint("workspace_id", "source"),
)

# Append-only: the database itself refuses to change or delete a row (see the first migration).
ledger = _table(
    "ledger",
    Column("entry", Number, primary_key=True),
    _workspace(),
    Column("kudos_number", Number, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("role", String(16), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("entered_at", Moment, nullable=False),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    CheckConstraint("role IN ('received', 'given')", name="role"),
    CheckConstraint("amount IN (1, -1)", name="amount"),
    # One entry and at most one reversal for each part somebody has in a kudos.
    UniqueConstraint("kudos_number", "person_id", "role", "amount"),
    sqlite_autoincrement=True,
)

# Who joined in and in which way (an emoji by its name, or a button), each time it happened; append-only.
# The latest of each way is what stands, whatever the order in which Slack told of it.
joinings = _table(
    "joinings",
    Column("entry", Number, primary_key=True),
    _workspace(),
    Column("kudos_number", Number, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("way", String(128), nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("source", String(255), nullable=False),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    UniqueConstraint("workspace_id", "source"),
    Index(None, "kudos_number", "person_id"),
    sqlite_autoincrement=True,
)

# Who stands as having joined in: what the log above amounts to, kept in the same transaction.
joined = _table(
    "joined",
    _workspace(),
    Column("kudos_number", Number, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("kudos_number", "person_id"),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    Index(None, "workspace_id", "person_id"),
)

# Each time somebody put the emoji that thanks on a message, or took it away; append-only as well.
marks = _table(
    "marks",
    Column("entry", Number, primary_key=True),
    _workspace(),
    Column("channel", Id, nullable=False),
    Column("ts", String(32), nullable=False),
    Column("person_id", Id, nullable=False),
    Column("way", String(128), nullable=False),
    Column("added", Boolean, nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("source", String(255), nullable=False),
    UniqueConstraint("workspace_id", "source"),
    Index(None, "workspace_id", "channel", "ts", "person_id"),
    sqlite_autoincrement=True,
)

# What a manager said to their people about a kudos, once.
passed_on = _table(
    "passed_on",
    _workspace(),
    Column("kudos_number", Number, nullable=False),
    Column("manager_id", Id, nullable=False),
    Column("words", Text, nullable=False),
    Column("passed_at", Moment, nullable=False),
    PrimaryKeyConstraint("kudos_number", "manager_id"),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
)

# How somebody likes to be thanked; no row: publicly.
preferences = _table(
    "preferences",
    _workspace(),
    Column("person_id", Id, nullable=False),
    Column("name", String(64), nullable=False),
    Column("value", String(64), nullable=False),
    Column("set_at", Moment, nullable=False),
    PrimaryKeyConstraint("workspace_id", "person_id", "name"),
)

# What is done about thanks in one channel; no row: as everywhere.
channel_modes = _table(
    "channel_modes",
    _workspace(),
    Column("channel_id", Id, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
    CheckConstraint("mode IN ('suggest', 'auto', 'off')", name="mode"),
    PrimaryKeyConstraint("workspace_id", "channel_id"),
)

# What somebody does not want to be asked: a kind of question, and perhaps where.
mutes = _table(
    "mutes",
    _workspace(),
    Column("person_id", Id, nullable=False),
    Column("what", String(128), nullable=False),
    Column("since", Moment, nullable=False),
    PrimaryKeyConstraint("workspace_id", "person_id", "what"),
)

# What a manager keeps for the review of somebody who reports to them.
kept = _table(
    "kept",
    _workspace(),
    Column("manager_id", Id, nullable=False),
    Column("kudos_number", Number, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("kept_at", Moment, nullable=False),
    PrimaryKeyConstraint("workspace_id", "manager_id", "kudos_number", "person_id"),
    ForeignKeyConstraint(["kudos_number"], ["kudos.number"]),
    Index(None, "kudos_number"),
)

# One row per digest of a kind to an addressee: from the end of the one before to its own.
digests = _table(
    "digests",
    _workspace(),
    Column("kind", String(16), nullable=False),
    Column("addressee", Id, nullable=False),
    Column("period", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    # True where it said nothing of its own and is told with the next one.
    Column("folded", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    CheckConstraint("kind IN ('weekly', 'manager', 'executive')", name="kind"),
    PrimaryKeyConstraint("workspace_id", "kind", "addressee", "period"),
    Index(None, "workspace_id", "kind", "addressee", "until"),
)

totals = _table(
    "totals",
    _workspace(),
    Column("person_id", Id, nullable=False),
    Column("role", String(16), nullable=False),
    Column("tally", Integer, nullable=False),
    PrimaryKeyConstraint("workspace_id", "person_id", "role"),
)

_UNFINISHED = text("state IN ('waiting', 'sending')")
_STANDS = text("ts IS NOT NULL")

outbox = _table(
    "outbox",
    Column("id", Number, primary_key=True),
    _workspace(),
    Column("key", String(64), nullable=False),
    Column("destination", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("fact", Text, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("lease", String(64)),
    Column("lease_until", Moment),
    Column("first_tried_at", Moment),
    Column("channel", Id),
    Column("ts", String(32)),
    Column("reason", Text),
    Column("queued_at", Moment, nullable=False),
    Column("settled_at", Moment),
    # The mark under which the log speaks of the request that queued it.
    Column("request", String(16)),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'parked', 'dropped')", name="state"),
    UniqueConstraint("key"),
    Index("ix_outbox_subject", "workspace_id", "subject"),
    # Which message somebody reacted to.
    Index(
        "ix_outbox_place",
        "workspace_id",
        "channel",
        "ts",
        postgresql_where=_STANDS,
        sqlite_where=_STANDS,
    ),
    # What is still to do stays small however long the history grows.
    Index(
        "ix_outbox_lane",
        "workspace_id",
        "destination",
        "id",
        postgresql_where=_UNFINISHED,
        sqlite_where=_UNFINISHED,
    ),
    Index(
        "ix_outbox_parked",
        "workspace_id",
        postgresql_where=text("state = 'parked'"),
        sqlite_where=text("state = 'parked'"),
    ),
    sqlite_autoincrement=True,
)

# One row per destination: when it may be written to again, for all replicas together.
lanes = _table(
    "lanes",
    _workspace(),
    Column("destination", Text, nullable=False),
    Column("free_at", Moment, nullable=False),
    PrimaryKeyConstraint("workspace_id", "destination"),
)

# Every change is kept; the latest of a name is in force.
settings = _table(
    "settings",
    Column("id", Number, primary_key=True),
    _workspace(),
    Column("name", String(64), nullable=False),
    Column("value", Text),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "workspace_id", "name", "id"),
    sqlite_autoincrement=True,
)

# Which transaction last changed what is remembered between transactions (see storage.memory); by triggers.
revisions = _table(
    "revisions",
    _workspace(),
    Column("subject", String(16), nullable=False),
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("workspace_id", "subject"),
)

# What each source says about a member: a person's id, or `mail:` and the e-mail of who is not in Slack.
chart_facts = _table(
    "chart_facts",
    _workspace(),
    Column("member_id", Member, nullable=False),
    Column("source", String(16), nullable=False),
    Column("manager_id", Member),
    Column("department", Text),
    Column("title", Text),
    PrimaryKeyConstraint("workspace_id", "member_id", "source"),
    CheckConstraint("source IN ('csv', 'scim', 'slack')", name="source"),
    # The workspace comes second, or PostgreSQL might take these for the key and read the whole workspace.
    Index(None, "source", "workspace_id"),
    Index(None, "manager_id", "workspace_id"),
)

# What is in force: of each field what the most trusted source says; kept in step with the facts.
chart = _table(
    "chart",
    _workspace(),
    Column("member_id", Member, nullable=False),
    Column("manager_id", Member),
    Column("department", Text),
    Column("title", Text),
    PrimaryKeyConstraint("workspace_id", "member_id"),
    Index(None, "manager_id", "workspace_id"),
)

# Who inserts the row does the work; with `again_at` another may take it over from then on.
claims = _table(
    "claims",
    _workspace(),
    Column("kind", String(64), nullable=False),
    Column("due_key", String(255), nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("again_at", Moment),
    PrimaryKeyConstraint("workspace_id", "kind", "due_key"),
)

_OPEN = text("closed_at IS NULL")

# The words (report, handed_on, note) are encrypted before they come here, and erased after their time.
escalations = _table(
    "escalations",
    Column("number", Number, primary_key=True),
    _workspace(),
    Column("source", String(255), nullable=False),
    Column("reporter_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("is_team", Boolean, nullable=False),
    Column("state", String(32), nullable=False),
    Column("holder_id", Id, nullable=False),
    Column("first_id", Id, nullable=False),
    Column("second_id", Id),
    Column("named", Boolean, nullable=False),
    Column("report", Text),
    Column("handed_on", Text),
    Column("note", Text),
    Column("opened_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("closed_at", Moment),
    # How often its holder was reminded or it was handed up since its last move, and when the next is due.
    Column("stage", Integer, nullable=False),
    Column("due_at", Moment),
    Column("erased_at", Moment),
    UniqueConstraint("workspace_id", "source"),
    Index(None, "workspace_id", "reporter_id", "number"),
    Index(None, "workspace_id", "holder_id", "state"),
    Index(None, "workspace_id", "subject_id", "opened_at"),
    Index("ix_escalations_due", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
    sqlite_autoincrement=True,
)

# Every move, and every look somebody took at the words: who, what, when.
escalation_moves = _table(
    "escalation_moves",
    Column("id", Number, primary_key=True),
    _workspace(),
    Column("escalation_number", Number, nullable=False),
    Column("move", String(32), nullable=False),
    Column("by_id", Id, nullable=False),
    Column("holder_id", Id, nullable=False),
    Column("state", String(32), nullable=False),
    Column("source", String(255), nullable=False),
    Column("moved_at", Moment, nullable=False),
    ForeignKeyConstraint(["escalation_number"], ["escalations.number"]),
    UniqueConstraint("workspace_id", "source"),
    Index(None, "escalation_number", "id"),
    sqlite_autoincrement=True,
)

# Where the app is installed: in a workspace, or for a whole organisation. The tokens are encrypted before
# they come here, and go with the installation; `version` rises with each, so that replicas see it.
installations = _table(
    "installations",
    Column("account_id", Id, primary_key=True),
    Column("enterprise_id", Id),
    Column("org_wide", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text),
    Column("bot_user_id", Id, nullable=False),
    Column("bot_id", Id, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("bot_token", Text),
    Column("refresh_token", Text),
    Column("expires_at", Moment),
    Column("version", Integer, nullable=False),
    # Which process renews the token now, by how long it may take; a refresh token can be used once.
    Column("renewing_until", Moment),
    Column("installed_by", Id, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

# Which workspace is served by which of them; what people wrote there is erased some time after its end.
installed_workspaces = _table(
    "installed_workspaces",
    Column("workspace_id", Id, primary_key=True),
    Column("account_id", Id, nullable=False),
    Column("since", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("erased_at", Moment),
    ForeignKeyConstraint(["account_id"], ["installations.account_id"]),
)

# Somebody is on their way to Slack and back: the digest of what they must bring, once.
install_states = _table(
    "install_states",
    Column("digest", Id, primary_key=True),
    Column("expires_at", Moment, nullable=False),
)
