"""Whatever Slack and the network do, what was promised is said exactly once, or a person is told why not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot import settings
from tests.town import Town, words
from tests.town import town as build

THANKS = "/kudos @ben for the invoice at midnight"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "ratelimited", "retry_after": 3},
        {"kind": "error", "error": "internal_error"},
        {"kind": "error", "error": "some_new_error"},
        {"kind": "http500"},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "garbage"},
    ],
    ids=lambda fault: fault.get("error", fault["kind"]),
)
async def test_a_failing_slack_delays_a_kudos_and_never_doubles_it(
    town: Town, fault: dict[str, object]
) -> None:
    town.slack.faults.add(method="chat.postMessage", times=2, **fault)  # type: ignore[arg-type]
    await town.types("ada", THANKS)
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1


async def test_a_cut_line_is_followed_by_a_look_into_the_history_before_anything_is_sent_again(
    town: Town,
) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="drop_after", times=2)
    await town.types("ada", THANKS)
    await _until_settled(town)

    posts = [call for call in town.slack.calls if call.method == "chat.postMessage"]
    assert len(posts) == 2
    assert ("delivery", "KudosPosted found") in town.happened
    assert ("delivery", "KudosReceived found") in town.happened
    # What was found can be taken back like what was sent.
    await town.types("ada", "/kudos undo")
    await _until_settled(town)
    assert town.channel("kudos") == []
    assert town.dms("ben") == []


async def test_it_joins_a_public_channel_to_read_there_when_it_was_not_invited(town: Town) -> None:
    await town.slack.leaves(town.bot.me.bot_user, "kudos")
    town.slack.faults.add(method="chat.postMessage", kind="drop_after", times=2)
    await town.types("ada", THANKS)
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert ("delivery", "KudosPosted found") in town.happened


async def test_while_the_history_cannot_be_read_nothing_is_sent_a_second_time(town: Town) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="drop_after", times=1)
    town.slack.faults.add(method="conversations.history", kind="error", error="internal_error", times=3)
    await town.types("ada", THANKS)
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1


async def test_taken_back_while_nobody_knows_whether_it_was_posted_it_disappears(town: Town) -> None:
    await _lose_both_answers(town)
    await town.types("ada", "/kudos undo")
    await _until_settled(town)

    assert town.channel("kudos") == []
    assert town.dms("ben") == []


async def test_a_post_that_may_stand_in_the_old_channel_is_looked_for_there(town: Town) -> None:
    await _lose_both_answers(town)
    await _name_the_channel(town, "#general")
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert town.channel("general") == []


async def test_a_refusal_after_an_unclear_attempt_is_still_unclear_when_it_is_released(town: Town) -> None:
    await _lose_both_answers(town)
    town.slack.faults.add(method="conversations.history", kind="error", error="channel_not_found", times=2)
    await _until_settled(town)
    town.slack.faults.clear()
    await _release(town)
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1


async def test_released_after_a_day_it_is_not_parked_at_its_first_hiccup(town: Town) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="http500", times=10_000)
    await town.types("ada", THANKS)
    await _until_settled(town, step=timedelta(minutes=20))
    town.slack.faults.clear()
    town.slack.faults.add(method="chat.postMessage", kind="ratelimited", times=2)
    await _release(town)
    await _until_settled(town)

    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"])
async def test_a_refusal_for_good_is_parked_not_retried_and_not_lost(town: Town, error: str) -> None:
    town.slack.faults.add(method="chat.postMessage", kind="error", error=error, times=2)
    await town.types("ada", THANKS)
    await town.settled()
    town.slack.clock.forward(timedelta(days=2))
    await town.settled()

    parked = await town.bot.store.transact(town.bot.me.workspace, lambda work: work.outbox.parked())
    assert [one.reason for one in parked] == [error, error]
    assert len([call for call in town.slack.calls if call.method == "chat.postMessage"]) == 2

    await _release(town)
    await town.settled()
    assert len(town.channel("kudos")) == 1
    assert len(town.dms("ben")) == 1


async def test_a_missing_channel_parks_the_post_and_naming_another_sends_it(town: Town) -> None:
    await _name_the_channel(town, "#nowhere")
    await town.types("ada", THANKS)
    await town.settled()
    assert len(town.dms("ben")) == 1
    assert town.channel("general") == []

    await _name_the_channel(town, "#general")
    await town.settled()
    assert len(town.channel("general")) == 1


async def test_one_sick_destination_holds_up_no_other(town: Town) -> None:
    await town.slack.deactivate("cy")
    town.slack.faults.add(method="chat.postMessage", kind="error", error="internal_error", times=1)
    await town.types("ada", THANKS)
    await town.types("ada", "/kudos @fay for the paper work at dawn")
    await _until_settled(town)

    assert len(town.channel("kudos")) == 2
    assert len(town.dms("ben")) == 1
    assert len(town.dms("fay")) == 1


async def test_a_burst_is_posted_in_its_order_and_nothing_of_it_is_lost(database_url: str) -> None:
    async with _paced(database_url, timedelta(seconds=1)) as town:
        for number in range(6):
            await town.types("ada", f"/kudos @ben for good deed number {number}")
        await _until_settled(town, step=timedelta(seconds=1))

        for shown in (town.channel("kudos"), town.dms("ben")):
            assert [words(post).split("number ")[1] for post in shown] == list("012345")


async def test_a_click_s_confirmation_is_tried_again_when_slack_fails(town: Town) -> None:
    await town.types("ada", THANKS)
    await town.settled()
    answer = town.slack.shown("ada").ephemerals[-1]
    await town.slack.clicks("ada", answer, "kudos_undo")
    await _until_settled(town)

    assert "is taken back" in town.last_words_to("ada")


async def test_a_bot_that_stopped_in_the_middle_goes_on_where_it_was(database_url: str) -> None:
    async with build(database_url) as town:
        town.slack.faults.add(method="chat.postMessage", kind="ratelimited", times=2, retry_after=3600)
        await town.types("ada", THANKS)
        await town.slack.until(lambda: _calls(town, "chat.postMessage") >= 1)
    async with build(database_url) as later:
        later.slack.clock.forward(timedelta(hours=2))
        await later.settled()

        assert len(later.channel("kudos")) == 1
        assert len(later.dms("ben")) == 1


async def _lose_both_answers(town: Town) -> None:
    """The post and the private word reach Slack, and their answers get lost."""
    town.slack.faults.add(method="chat.postMessage", kind="drop_after", times=2)
    await town.types("ada", THANKS)
    await town.hears("delivery", "KudosPosted later")
    await town.hears("delivery", "KudosReceived later")


async def _name_the_channel(town: Town, channel: str) -> None:
    now = town.slack.clock.now()
    change = partial(settings.change, name="recognition_channel", typed=channel, by="eve", now=now)
    await town.bot.store.transact(town.bot.me.workspace, change)


async def _release(town: Town) -> None:
    now = town.slack.clock.now()
    await town.bot.store.transact(town.bot.me.workspace, lambda work: work.outbox.release(now))


def _calls(town: Town, method: str) -> int:
    return len([call for call in town.slack.calls if call.method == method])


async def _until_settled(town: Town, step: timedelta = timedelta(seconds=10)) -> None:
    """Let the pretend clock run on until the outbox is empty; a loss shows as running for ever."""
    for _ in range(400):
        try:
            async with asyncio.timeout(0.05):
                await town.settled()
                return
        except TimeoutError:
            town.slack.clock.forward(step)
    raise AssertionError(f"still something to deliver:\n{town.happened}")


@asynccontextmanager
async def _paced(database_url: str, pace: timedelta) -> AsyncIterator[Town]:
    async with build(
        database_url, plan=lambda plan: replace(plan, pace=pace), slack_options={"rate_limits": True}
    ) as town:
        yield town
