"""So many kudos a day, the same words once an hour; and what came of it, asked once and told."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot import kudos, outcomes, preferences
from bot.ports import Work
from tests.town import Town, words

T = TypeVar("T")
THANKS = "/kudos @ben for the invoice at midnight"
FULL = (
    "You have given 2 kudos today, which is as many as a day holds here. "
    "Nothing was recorded; tomorrow there is room again."
)


async def test_over_the_limit_is_a_clear_sentence_and_the_next_day_is_another(town: Town) -> None:
    await town.set("kudos_per_day", "2")
    for number in range(3):
        await town.types("ada", f"/kudos @ben for the invoice at midnight, number {number}")
    assert FULL in town.last_words_to("ada")
    assert await _size(town) == 2

    await town.types("ada", "/kudos undo")
    await town.types("ada", "/kudos @cy for the quiet word just now")
    assert await _counts(town, "cy") == (1, 0)

    town.slack.clock.forward(timedelta(hours=15))  # it is midnight in the workspace
    await town.types("ada", THANKS)
    assert "Your thanks to Ben" in town.last_words_to("ada")


async def test_the_day_is_that_of_the_workspace(town: Town) -> None:
    await town.set("timezone", "Pacific/Auckland")  # 22:00 there
    await town.set("kudos_per_day", "1")
    await town.types("ada", THANKS)
    town.slack.clock.forward(timedelta(hours=1))
    await town.types("ada", "/kudos @cy for the quiet word just now")
    assert await _size(town) == 1

    town.slack.clock.forward(timedelta(hours=1, minutes=1))
    await town.types("ada", "/kudos @cy for the quiet word just now")
    assert await _size(town) == 2


async def test_a_request_that_was_the_last_of_the_day_is_answered_the_same_again(town: Town) -> None:
    await town.set("kudos_per_day", "1")
    first = await town.types("ada", THANKS)
    (again,) = await town.slack.redeliver(first)

    assert "Your thanks to Ben" in again.answer["text"]


async def test_many_at_once_cannot_pass_the_limit(town: Town) -> None:
    await town.set("kudos_per_day", "5")
    await asyncio.gather(
        *(town.types("ada", f"/kudos @ben for the invoice at midnight, number {n}") for n in range(15))
    )
    await town.settled()

    assert await _counts(town, "ben") == (5, 0)
    assert len(town.channel("kudos")) == len(town.dms("ben")) == 5
    assert await _wrong(town) == []


async def test_the_same_words_within_an_hour_count_once_and_it_is_said(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.types("ada", "/kudos @ben For  the invoice at MIDNIGHT")
    await town.settled()
    assert await _counts(town, "ben") == (1, 0)
    assert town.last_words_to("ada").startswith(
        "You thanked Ben for this a little while ago, and it counts once. Your thanks to Ben will be in"
    )

    await town.types("ada", "/kudos @ben @cy for the invoice at midnight")
    await town.settled()
    assert words(town.channel("kudos")[-1]) == "Ada thanks @Cy\nfor the invoice at midnight"
    assert "Not thanked: Ben (thanked for this already)." in town.last_words_to("ada")

    town.slack.clock.forward(timedelta(minutes=61))
    await town.types("ada", THANKS)
    assert await _counts(town, "ben") == (2, 0)
    assert await _counts(town, "cy") == (1, 0)


async def test_what_was_taken_back_can_be_said_again(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.types("ada", "/kudos undo")
    await town.types("ada", THANKS)
    await town.settled()

    assert await _counts(town, "ben") == (1, 0)
    assert len(town.channel("kudos")) == 1


# What came of it


async def test_the_giver_is_asked_once_and_those_thanked_are_told(town: Town) -> None:
    await town.types("ada", "/kudos @ben @cy for the invoice at midnight")
    await town.settled()
    await _days(town, 13)
    assert town.dms("ada") == []

    await _days(town, 1)
    await _asked(town)
    (question,) = town.dms("ada")
    assert question.plain == (
        "On 4 March you thanked Ben and Cy:\nfor the invoice at midnight\n"
        "What came of it? It is good for them to know, and one sentence is plenty.\n[Tell them]"
    )

    await town.slack.clicks("ada", question, "kudos_outcome")
    form = town.slack.shown("ada").views[-1]
    sent = await town.slack.submits("ada", form.id, {"words": {"words": "ACME stayed with us."}})
    await town.slack.redeliver(sent, times=3)
    await town.settled()

    for who in ("ben", "cy"):
        _, word = town.dms(who)
        assert word.plain == (
            "Ada tells what came of it:\nACME stayed with us.\n"
            "Ada had thanked you:\nfor the invoice at midnight"
        )
    (question,) = town.dms("ada")
    assert question.plain.endswith("You told them what came of it:\nACME stayed with us.")
    (found,) = await _work(town, lambda work: work.kudos.given_by(town.id("ada"), 5))
    assert found.outcome == "ACME stayed with us."
    for who in ("ada", "ben"):
        await town.slack.opens_home(who)
        await town.settled()
        home = town.slack.shown(who).home_view
        assert home is not None
        assert "(What came of it: ACME stayed with us.)" in home.plain


async def test_the_watch_asks_by_itself_when_the_time_has_come(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.settled()
    town.slack.clock.forward(timedelta(days=14))
    await town.hears("transaction", "outcomes.ask committed, 1 to say")
    await town.settled()

    assert len(town.dms("ada")) == 1


async def test_it_is_asked_once_however_many_look(town: Town) -> None:
    for number in range(5):
        await town.types("ada", f"/kudos @ben for the invoice at midnight, number {number}")
    await town.settled()
    await _days(town, 14)
    now = town.slack.clock.now()
    counts = await asyncio.gather(*(_work(town, partial(outcomes.ask, now=now)) for _ in range(4)))
    await town.settled()

    assert sum(counts) <= 5
    assert len(town.dms("ada")) == 5


async def test_nobody_is_asked_about_what_was_taken_back_or_is_old_or_when_it_is_off(town: Town) -> None:
    await town.set("outcome_after_days", "0")
    await town.types("ada", THANKS)
    await town.types("abe", "/kudos @cy for the quiet word just now")
    await town.types("abe", "/kudos undo")
    await town.types("mo", "/kudos @cy for the quiet word just now")
    await town.settled()
    await town.slack.deactivate("mo")
    await town.slack.quiet()
    await _days(town, 20)
    await _asked(town)
    assert town.dms("ada") == []

    await _days(town, 41)
    await town.set("outcome_after_days", "14")
    await _asked(town)
    assert [town.dms(who) for who in ("ada", "abe", "cy")][0:2] == [[], []]


async def test_who_hears_through_their_manager_hears_this_so_as_well(town: Town) -> None:
    wish = partial(preferences.choose, person=town.id("ben"), value="through_manager", now=_now(town))
    await _work(town, wish)
    await town.types("ada", THANKS)
    await town.settled()
    await _days(town, 14)
    await _asked(town)
    (question,) = town.dms("ada")
    await town.slack.clicks("ada", question, "kudos_outcome")
    await town.slack.submits("ada", town.slack.shown("ada").views[-1].id, {"words": {"words": "It held."}})
    await town.settled()

    assert town.dms("ben") == []
    assert town.dms("ruth")[-1].plain == (
        "Ada tells what came of it:\nIt held.\nAda had thanked Ben:\nfor the invoice at midnight"
    )


async def test_what_came_of_it_names_nobody_who_would_rather_not_be(town: Town) -> None:
    wish = partial(preferences.choose, person=town.id("ben"), value="privately", now=_now(town))
    await _work(town, wish)
    await town.types("ada", "/kudos great work by @ben and @cy last night")
    await town.settled()
    await _days(town, 14)
    await _asked(town)
    await town.slack.clicks("ada", town.dms("ada")[0], "kudos_outcome")
    await town.slack.submits("ada", town.slack.shown("ada").views[-1].id, {"words": {"words": "It held."}})
    await town.settled()

    assert town.dms("cy")[-1].plain.endswith("great work by a colleague and @Cy last night")
    assert town.dms("ben")[-1].plain.endswith("great work by @Ben and @Cy last night")


async def test_a_stale_question_is_answered_kindly(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.settled()
    await _days(town, 14)
    await _asked(town)
    (stale,) = town.dms("ada")
    for told in ("It held.", ""):
        await town.slack.clicks("ada", stale, "kudos_outcome")
        if told:
            form = town.slack.shown("ada").views[-1]
            await town.slack.submits("ada", form.id, {"words": {"words": told}})
        await town.settled()

    assert town.last_words_to("ada") == "You have told what came of this already."
    assert len(town.dms("ben")) == 2


async def _days(town: Town, days: int) -> None:
    town.slack.clock.forward(timedelta(days=days))
    await town.settled()


async def _asked(town: Town) -> None:
    """Look now, as the watch does once a minute."""
    await _work(town, partial(outcomes.ask, now=_now(town)))
    await town.settled()


def _now(town: Town) -> datetime:
    return town.slack.clock.now()


async def _size(town: Town) -> int:
    return await _work(town, lambda work: work.kudos.size())


async def _counts(town: Town, who: str) -> tuple[int, int]:
    found = await _work(town, lambda work: work.kudos.counts(town.id(who)))
    return found.received, found.given


async def _wrong(town: Town) -> list[str]:
    return await _work(town, kudos.verify)


async def _work(town: Town, fn: Callable[[Work], T]) -> T:
    return await town.bot.store.transact(town.bot.me.workspace, fn)
