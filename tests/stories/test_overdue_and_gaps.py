"""Two things that must hold however many look: a deadline is dealt with once, and a gap betrays nobody."""

import asyncio
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from bot import escalations
from bot.holidays import is_holiday
from bot.messages import EscalationOverdue
from storage.tables import escalation_moves, outbox
from storage.work import Store
from tests.stories.test_escalations import _escalate, _who_saw
from tests.town import KEY, Town

REPLICAS = 4


async def test_however_many_replicas_look_a_deadline_is_dealt_with_once(
    town: Town, database_url: str
) -> None:
    await _escalate(town, "ada", "ben")
    late = town.slack.clock.now() + timedelta(days=1, minutes=5)
    look = partial(escalations.overdue, now=late, is_holiday=is_holiday)
    stores = [Store(database_url, encryption_key=KEY) for _ in range(REPLICAS)]
    try:
        workspace = town.bot.me.workspace
        await asyncio.gather(*(store.transact(workspace, look) for store in stores for _ in range(3)))
    finally:
        await asyncio.gather(*(store.close() for store in stores))

    of_reminders = select(outbox.c.id).where(outbox.c.kind == EscalationOverdue.__name__)
    of_moves = select(escalation_moves.c.move)
    across = town.bot.store.across
    assert len(await across(lambda c: c.execute(of_reminders).all())) == 1
    assert await across(lambda c: c.execute(of_moves).scalars().all()) == ["file", "remind"]


async def test_an_administrator_learns_nothing_at_the_moment_of_an_escalation_least_of_all_about_them(
    town: Town,
) -> None:
    """Nobody is above Eve, which is a gap; she is the administrator, and whom it is about."""
    assert town.slack.person("eve").is_admin
    await town.set("fallback", town.id("fay"))

    await _escalate(town, "ada", "eve")

    assert _who_saw(town, "zebra-17") == {"fay"}
    assert set(town.everybody_saw()) == {"ada", "fay"}
