"""Numbers about a team are told from five escalations up, to administrators, and never by person."""

from datetime import timedelta
from functools import partial

import pytest

from bot import escalations, numbers
from bot.escalations import Filing
from bot.holidays import is_holiday
from bot.rules.escalation import Report
from handlers.views import report
from tests.town import Town

TEAM = "S0SUPPORTT"


async def _escalated(town: Town, times: int, about: str = TEAM) -> None:
    for at in range(times):
        filing = Filing(town.id("ada"), about, Report("The contract is missing."))
        file = partial(
            escalations.file,
            filing=filing,
            source=f"{about}:{at}",
            now=town.slack.clock.now(),
            is_holiday=is_holiday,
        )
        await town.bot.store.transact(town.bot.me.workspace, file)
    await town.settled()


async def _numbers(town: Town) -> str:
    count = partial(numbers.about_teams, now=town.slack.clock.now())
    return report.about_teams(await town.bot.store.transact(town.bot.me.workspace, count))


@pytest.mark.parametrize(("times", "told"), [(4, False), (5, True)])
async def test_a_team_s_number_is_told_from_five_up(town: Town, times: int, *, told: bool) -> None:
    await _escalated(town, times)
    shown = await _numbers(town)

    assert ("Support team" in shown) is told
    assert (str(times) in shown) is told


async def test_no_number_is_told_of_a_person(town: Town) -> None:
    await _escalated(town, 7, about=town.id("ben"))
    shown = await _numbers(town)

    assert "Ben" not in shown
    assert "7" not in shown


async def test_what_is_older_than_ninety_days_does_not_count(town: Town) -> None:
    await _escalated(town, 5)
    town.slack.clock.forward(timedelta(days=91))
    assert "Support team" not in await _numbers(town)
