"""A workspace as a whole: a channel of it that has a new id, and the end of all that was written there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, func, literal, select, update

from storage import turn
from storage.engine import inserting
from storage.memory import PEOPLE, PREFERENCES, SETTINGS
from storage.tables import (
    channel_modes,
    chart,
    chart_facts,
    claims,
    digests,
    escalation_moves,
    escalations,
    group_members,
    groups,
    installed_workspaces,
    kept,
    kudos,
    lanes,
    marks,
    mutes,
    outbox,
    passed_on,
    people,
    preferences,
    settings,
)

_UNSAID = ("waiting", "sending", "parked")
# Where a channel is kept by its id.
_PLACES = (
    (kudos, "about_channel"),
    (outbox, "destination"),
    (outbox, "channel"),
    (escalations, "holder_id"),
    (escalations, "first_id"),
    (escalations, "second_id"),
    (escalation_moves, "holder_id"),
)
# The same, where there can be one row of each kind: what the new id has already is the later.
_SINGLE = ((digests, "addressee"), (channel_modes, "channel_id"))
# Of which nothing is left in the end; a row goes before what it belongs to.
_GONE: tuple[Table, ...] = (
    escalation_moves,
    escalations,
    outbox,
    lanes,
    passed_on,
    kept,
    digests,
    preferences,
    mutes,
    channel_modes,
    settings,
    claims,
    chart,
    chart_facts,
    group_members,
    groups,
    people,
)
_WORDS = {"reason": "", "tags": "", "customer": None, "customer_words": None, "outcome": None}


class SpaceShelf:
    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def channel_moved(self, old: str, new: str) -> None:
        for table, name in _PLACES:
            which = (table.c.workspace_id == self._workspace, table.c[name] == old)
            self._connection.execute(update(table).where(*which).values({name: new}))
        for table, name in _SINGLE:
            self._move_unless_there(table, name, old, new)
        self._in_facts(old, new)
        self._in_marks(old, new)
        turn.recall(self._connection).changed(self._workspace, PEOPLE)
        # Who reads a channel that stands in for managers is asked anew.
        gone = (groups.c.workspace_id == self._workspace, groups.c.group_id == old)
        self._connection.execute(delete(groups).where(*gone))

    def _in_facts(self, old: str, new: str) -> None:
        """What is still to be said may name it; no fact holds words of a person."""
        theirs = (outbox.c.workspace_id == self._workspace, outbox.c.state.in_(_UNSAID))
        fact = func.replace(outbox.c.fact, f'"{old}"', f'"{new}"')
        self._connection.execute(update(outbox).where(*theirs).values(fact=fact))
        # Of whoever asked for it to be left alone.
        asked = (mutes.c.workspace_id == self._workspace, mutes.c.what.endswith(f":{old}"))
        rows = select(
            mutes.c.workspace_id, mutes.c.person_id, func.replace(mutes.c.what, old, new), mutes.c.since
        )
        self._copy(mutes, ["workspace_id", "person_id", "what", "since"], rows.where(*asked))
        self._connection.execute(delete(mutes).where(*asked))

    def _in_marks(self, old: str, new: str) -> None:
        """Write each emoji down once more, for the log of them only grows."""
        same = ("workspace_id", "ts", "person_id", "way", "added", "happened_at")
        source = func.substr(marks.c.source.concat(f":{new}"), 1, 255)
        rows = select(*(marks.c[name] for name in same), literal(new), source).where(
            marks.c.workspace_id == self._workspace, marks.c.channel == old
        )
        self._copy(marks, [*same, "channel", "source"], rows)

    def _copy(self, table: Table, names: list[str], rows: Select[Any]) -> None:
        copied = inserting(self._connection, table).from_select(names, rows)
        self._connection.execute(copied.on_conflict_do_nothing())

    def forget(self, now: datetime) -> None:
        for subject in (PEOPLE, PREFERENCES, SETTINGS):
            turn.recall(self._connection).changed(self._workspace, subject)
        for table in _GONE:
            self._connection.execute(delete(table).where(table.c.workspace_id == self._workspace))
        words = update(kudos).where(kudos.c.workspace_id == self._workspace)
        self._connection.execute(words.values(**_WORDS, asked_at=now))
        left = update(installed_workspaces).where(installed_workspaces.c.workspace_id == self._workspace)
        self._connection.execute(left.values(erased_at=now))

    def has_left(self, before: datetime) -> bool:
        query = select(installed_workspaces.c.workspace_id).where(
            installed_workspaces.c.workspace_id == self._workspace,
            installed_workspaces.c.revoked_at <= before,
            installed_workspaces.c.erased_at.is_(None),
        )
        return self._connection.execute(query.with_for_update()).first() is not None

    def _move_unless_there(self, table: Table, name: str, old: str, new: str) -> None:
        others = table.alias()
        same = [
            others.c[column.name] == column for column in table.primary_key.columns if column.name != name
        ]
        there = select(others.c[name]).where(and_(*same), others.c[name] == new).exists()
        which = (table.c.workspace_id == self._workspace, table.c[name] == old, ~there)
        self._connection.execute(update(table).where(*which).values({name: new}))
