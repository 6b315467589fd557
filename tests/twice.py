"""Stories told in one of two workspaces that have the same people, channels and ids, by one Goodword.

The other is the mirror: something has happened there before the story begins, and nothing of the story may
reach it, nor anything of it the story. And each statement that reads or changes rows says of which workspace.
"""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, Table, event, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement, ColumnElement
from sqlalchemy.sql.selectable import FromClause, Select

from bot import settings
from bot.app import Plan
from bot.ports import Work
from bot.rules.hearing import Wish
from handlers.playground import Exchange, PretendSlack, serve_all
from storage.tables import metadata
from tests.spaces import CLIENT_ID, CLIENT_SECRET, installed_before, served_by
from tests.town import MORNING, Town, pretend_slack

MIRROR = "T0MIRROR01"
WORDS = "for the mirror alone"
# What a story may not change in the mirror, whatever the clock does meanwhile.
STILL = (
    *("ledger", "recipients", "reversals", "joinings", "joined", "marks", "preferences", "settings"),
    *("channel_modes", "mutes", "kept", "passed_on", "totals", "chart", "chart_facts"),
)


@asynccontextmanager
async def told_twice(
    database_url: str, plan: Callable[[Plan], Plan], slack_options: Mapping[str, Any]
) -> AsyncIterator[Town]:
    """A town like any other, with its mirror beside it."""
    slack = pretend_slack(**slack_options)
    company = replace(slack.company, id=MIRROR, name="Mirror", domain="mirror")
    mirror = pretend_slack(**{**slack_options, "company": company, "clock": slack.clock})
    exchange = Exchange([slack, mirror], client_id=CLIENT_ID, client_secret=CLIENT_SECRET, clock=slack.clock)
    async with serve_all(exchange):
        for account in exchange.slacks:
            await installed_before(exchange, database_url, account)
        async with served_by(exchange, database_url, plan) as both:
            unsaid = watched(both.bot.store.engine)
            town = both.towns[slack.company.id]
            await something_happens(both.towns[MIRROR])
            before = await both.bot.store.across(still), _inboxes(mirror)
            both.begin()
            yield town
            await _look_at_the_mirror(town, mirror, before)
            assert not unsaid, "\n".join(sorted(unsaid))


async def something_happens(mirror: Town) -> None:
    """Thanks, wishes and settings, by the same people as those of the story."""
    await mirror.types("ada", f"/kudos @ben @cy {WORDS} #mirrored")
    await mirror.settled()
    await mirror.bot.store.transact(MIRROR, partial(_seeded, ids=_ids(mirror.slack)))
    await mirror.slack.opens_home("ben")
    await mirror.settled()


def _ids(slack: PretendSlack) -> dict[str, str]:
    return {person.handle: person.id for person in slack.company.people}


def _seeded(work: Work, ids: Mapping[str, str]) -> None:
    for name, value in (("kudos_emoji", "mirror"), ("values", "mirrored"), ("kudos_per_day", "1")):
        settings.change(work, name, value, "the mirror", MORNING)
    work.preferences.choose(ids["ben"], Wish.THROUGH_MANAGER, MORNING)
    work.capture.choose("C0GENERAL1", "off", ids["eve"], MORNING)
    # No escalation, for their numbers are common to all workspaces, and stories know those of theirs.


async def _look_at_the_mirror(town: Town, mirror: PretendSlack, before: tuple[Any, Any]) -> None:
    rows, inboxes = before
    assert await town.bot.store.across(still) == rows, "the story has changed rows of another workspace"
    now = _inboxes(mirror)
    if town.slack.clock.now() - MORNING < timedelta(minutes=1):
        assert now == inboxes, "the story was heard in another workspace"
    said = "\n".join(text for texts in now.values() for text in texts)
    theirs = await town.bot.store.across(partial(_reasons, workspace=town.slack.company.id))
    assert not [reason for reason in theirs if reason in said], (
        "words of the story stand in another workspace"
    )
    assert WORDS not in str(_inboxes(town.slack)), "the story was told words of another workspace"


def still(connection: Connection) -> dict[str, list[Any]]:
    """Rows of the mirror that only its own people change."""
    found = {}
    for name in STILL:
        table = metadata.tables[name]
        query = select(table).where(table.c.workspace_id == MIRROR).order_by(*table.primary_key.columns)
        found[name] = [tuple(row) for row in connection.execute(query)]
    return found


def _reasons(connection: Connection, workspace: str) -> list[str]:
    table = metadata.tables["kudos"]
    query = select(table.c.reason).where(table.c.workspace_id == workspace, table.c.reason != "")
    return [reason for reason in connection.execute(query).scalars() if len(reason) > len("thanks")]


def _inboxes(slack: PretendSlack) -> dict[str, list[str]]:
    found = {}
    for handle, shown in ((slack.world.people[id].handle, one) for id, one in slack.everything().items()):
        alone = [*shown.dms, *shown.ephemerals]
        texts = [one.plain for room in shown.channels.values() for one in room] + [one.plain for one in alone]
        found[handle] = [
            *texts,
            str(shown.home),
            *(view.plain for view in shown.views),
        ]
    return found


NUMBERS = frozenset({"number", "kudos_number", "escalation_number"})
# Statements that do not name the workspace: the table, what such a statement has in it, why that is right.
EXCUSED = (
    ("outbox", "WITH RECURSIVE heads", "the postman looks for the first letter of every lane he may serve"),
    ("outbox", "WHERE outbox.id IN", "the letters he has just found in this transaction"),
    ("outbox", "AND outbox.lease = :held", "the one letter of which he holds the lease"),
    ("recipients", "WHERE recipients.kudos_number IN", "those of kudos just found to be of this workspace"),
    ("joined", "WHERE joined.kudos_number IN", "the same"),
    ("outbox", "SELECT count(*) AS count_1", "how many letters there are, for metrics and for tests"),
    ("installed_workspaces", "SELECT installed_workspaces.workspace_id", "which workspaces there are at all"),
)


def watched(engine: Engine) -> set[str]:
    """Watch every statement; gives those that do not say of which workspace, as they are found."""
    found: set[str] = set()

    def look(_connection: Any, clause: Any, *_: Any) -> None:
        if isinstance(clause, ClauseElement) and not _a_test_asks():
            said = " ".join(str(clause).split())
            for table in unbound(clause):
                if not any(table == name and part in said for name, part, _ in EXCUSED):
                    found.add(f"{table}: {said[:400]}")

    event.listen(engine, "before_execute", look)
    return found


def _a_test_asks() -> bool:
    """Whether the statement was written in a test, which may look at everything."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the cheapest way to see who calls
    while frame and (frame := frame.f_back):
        room = Path(frame.f_code.co_filename)
        if room.parent.name == "storage" and room.name not in {"commits.py", "work.py"}:
            return False
        if "tests" in room.parts and room.name != "twice.py":
            return True
    return False


def unbound(clause: ClauseElement) -> set[str]:
    """The tables of which a statement takes rows without saying of which workspace.

    What is joined by the number of a row that is bound belongs to it: numbers are unique among all of them.
    """
    if getattr(clause, "is_insert", False):
        return set()
    used: dict[int, FromClause] = {}
    bound: set[int] = set()
    joins: list[tuple[int, int]] = []
    for part in visitors.iterate(clause):
        if isinstance(part, Select):
            used |= {id(one): one for one in part.get_final_froms() if _has_workspace(one)}
        table = getattr(part, "table", None)
        if isinstance(part, ColumnElement) and isinstance(table, FromClause) and _has_workspace(table):
            used[id(table)] = table
        if isinstance(part, BinaryExpression):
            sides = [side for side in (part.left, part.right) if getattr(side, "table", None) is not None]
            bound |= {id(side.table) for side in sides if side.name == "workspace_id"}
            if len(sides) == 2 and all(side.name in NUMBERS for side in sides):
                joins.append((id(sides[0].table), id(sides[1].table)))
                # What stands for a statement of its own has been looked at as such.
                bound |= {id(side.table) for side in sides if not _has_workspace(side.table)}
    for one, other in joins * 2:
        if bound & {one, other}:
            bound |= {one, other}
    return {_name_of(one) for key, one in used.items() if key not in bound}


def _has_workspace(source: FromClause) -> bool:
    return "workspace_id" in getattr(source, "c", {}) and _name_of(source) in metadata.tables


def _name_of(source: FromClause) -> str:
    element = getattr(source, "element", source)
    return element.name if isinstance(element, Table) else ""
