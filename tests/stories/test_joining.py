"""Others join in a kudos: the credit stays with those thanked, and what is taken away is gone."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import Connection, delete, func, select

from bot import kudos
from bot.ports import Work
from handlers.playground import Interaction, Message
from storage.tables import joined, joinings, outbox, people
from tests.town import Town

T = TypeVar("T")
HANDS = "raised_hands"


async def test_the_emoji_joins_in_and_taken_away_it_does_not(town: Town) -> None:
    post = await _posted(town)
    await town.slack.reacts("cy", "kudos", post.ts, HANDS)
    await town.slack.reacts("dina", "kudos", post.ts, HANDS)
    await town.settled()
    assert _joining(town) == "Cy and Dina join in."
    assert await _counts(town, "ben") == (1, 0)

    await town.slack.unreacts("cy", "kudos", post.ts, HANDS)
    await town.settled()
    assert _joining(town) == "Dina joins in."

    await town.slack.unreacts("dina", "kudos", post.ts, HANDS)
    await town.settled()
    assert _joining(town) == ""
    assert await _wrong(town) == []


async def test_many_are_counted_after_the_first_two(town: Town) -> None:
    post = await _posted(town)
    for who in ("cy", "dina", "fay", "hugo", "mo"):
        await town.slack.reacts(who, "kudos", post.ts, HANDS)
    await town.settled()

    assert _joining(town) == "Cy, Dina and 3 others join in."
    assert town.channel("kudos")[0].pings == {town.id("ben")}


async def test_me_too_joins_in_and_says_so_privately(town: Town) -> None:
    post = await _posted(town)
    first = await town.slack.clicks("cy", post, "kudos_join")
    await town.slack.redeliver(first, times=3)
    await town.settled()
    assert _joining(town) == "Cy joins in."
    answer = town.slack.shown("cy").ephemerals[-1]
    assert answer.plain == (
        "You join in, and your name stands on the post. The credit is theirs.\n[Take it back]"
    )
    assert set(_whispered(town)) == {"ada", "cy"}

    await town.slack.clicks("cy", answer, "kudos_leave")
    await town.settled()
    assert _joining(town) == ""
    assert town.last_words_to("cy") == "You do not join in any more."
    assert await _wrong(town) == []


async def test_emoji_and_button_are_two_ways_and_either_is_enough(town: Town) -> None:
    post = await _posted(town)
    await town.slack.clicks("cy", post, "kudos_join")
    await town.settled()
    answer = town.slack.shown("cy").ephemerals[-1]
    await town.slack.reacts("cy", "kudos", post.ts, HANDS)
    await town.slack.clicks("cy", answer, "kudos_leave")
    await town.settled()

    assert _joining(town) == "Cy joins in."
    assert town.last_words_to("cy") == "You still join in by your emoji on the post; take it away there."
    await town.slack.unreacts("cy", "kudos", post.ts, HANDS)
    await town.settled()
    assert _joining(town) == ""


async def test_with_another_skin_tone_it_is_the_same_emoji(town: Town) -> None:
    post = await _posted(town)
    await town.slack.reacts("cy", "kudos", post.ts, f"{HANDS}::skin-tone-4")
    await town.slack.reacts("cy", "kudos", post.ts, HANDS)
    await town.slack.unreacts("cy", "kudos", post.ts, HANDS)
    await town.settled()

    assert _joining(town) == "Cy joins in."


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("ada", "You gave this kudos, so your name stands on it already."),
        ("ben", "This one is for you."),
    ],
)
async def test_giver_and_thanked_cannot_join_in(town: Town, who: str, answer: str) -> None:
    post = await _posted(town)
    await town.slack.reacts(who, "kudos", post.ts, HANDS)
    await town.slack.clicks(who, post, "kudos_join")
    await town.settled()

    assert _joining(town) == ""
    assert town.last_words_to(who) == answer
    assert await _rows(town) == (0, 0)


async def test_told_in_any_order_and_more_than_once_the_latest_counts(town: Town) -> None:
    post = await _posted(town)
    town.slack.outgoing.pause()
    told: list[Interaction] = []
    for _ in range(2):
        told.append(await town.slack.reacts("cy", "kudos", post.ts, HANDS))
        told.append(await town.slack.unreacts("cy", "kudos", post.ts, HANDS))
    await town.slack.reacts("dina", "kudos", post.ts, HANDS)
    late = await town.slack.unreacts("dina", "kudos", post.ts, HANDS)
    told.append(await town.slack.reacts("cy", "kudos", post.ts, HANDS))
    await town.slack.quiet()
    town.slack.outgoing.resume()

    for one in (late, told[4], told[1], told[3], told[0], told[2], told[1], told[4]):
        await town.slack.redeliver(one)
    await town.settled()

    assert _joining(town) == "Cy joins in."
    assert await _wrong(town) == []


async def test_fifty_at_once_are_one_or_two_updates_and_not_fifty(town: Town) -> None:
    post = await _posted(town)
    town.slack.faults.add(method="chat.update", kind="slow", seconds=0.5, times=1)
    before = _calls(town, "chat.update")
    who = ["cy", "dina", "fay", "hugo", "mo", "omar", "eve", "ruth", "greta", "abe"]
    for _ in range(3):
        await asyncio.gather(*(town.slack.reacts(one, "kudos", post.ts, HANDS) for one in who))
        await asyncio.gather(*(town.slack.unreacts(one, "kudos", post.ts, HANDS) for one in who[1:]))
    await town.settled()

    assert _joining(town) == "Cy joins in."
    assert _calls(town, "chat.update") - before <= 12
    assert await _redrawn(town) <= 12
    assert await _wrong(town) == []


async def test_an_emoji_that_says_nothing_to_us_costs_no_write_and_no_call(town: Town) -> None:
    post = await _posted(town)
    said = await town.slack.says("ben", "general", "Good morning to all of you")
    assert said.ts
    calls, changes = len(town.slack.calls), await _changes(town)
    for channel, ts in (("kudos", post.ts), ("general", said.ts)):
        await town.slack.reacts("cy", channel, ts, "tada")
        await town.slack.unreacts("cy", channel, ts, "tada")
    await town.slack.reacts("cy", "general", said.ts, HANDS)
    await town.slack.says("cy", "general", "And to you, and thanks for asking")
    await town.slack.edits("ben", "general", said.ts, "Good morning to each of you")
    await town.slack.deletes("ben", "general", said.ts)
    await town.slack.quiet()

    assert len(town.slack.calls) == calls
    assert await _changes(town) == changes


async def test_what_was_put_before_the_setting_changed_can_still_be_taken_away(town: Town) -> None:
    post = await _posted(town)
    await town.slack.reacts("cy", "kudos", post.ts, HANDS)
    await town.set("seconding_emoji", ":clap:")
    await town.slack.reacts("dina", "kudos", post.ts, "clap")
    await town.slack.unreacts("cy", "kudos", post.ts, HANDS)
    await town.settled()

    assert _joining(town) == "Dina joins in."


async def test_a_stranger_who_joins_in_is_met_first(town: Town) -> None:
    post = await _posted(town)
    newcomer = town.slack.person("gus")
    await town.slack.joins("gus", "kudos")

    def forget(connection: Connection) -> None:
        connection.execute(delete(people).where(people.c.person_id == newcomer.id))

    await town.bot.store.across(forget)
    await town.slack.reacts("gus", "kudos", post.ts, HANDS)
    await town.settled()

    assert _joining(town) == "Gus joins in."


async def test_a_kudos_that_was_taken_back_is_joined_by_nobody(town: Town) -> None:
    post = await _posted(town)
    await town.slack.reacts("cy", "kudos", post.ts, HANDS)
    await town.types("ada", "/kudos undo")
    await town.settled()

    assert town.channel("kudos") == []
    assert await _wrong(town) == []


async def _posted(town: Town) -> Message:
    await town.types("ada", "/kudos @ben for the invoice at midnight")
    await town.settled()
    (post,) = town.channel("kudos")
    return post


def _joining(town: Town) -> str:
    (post,) = town.channel("kudos")
    return next((line for line in post.plain.split("\n") if line.endswith(("join in.", "joins in."))), "")


def _whispered(town: Town) -> list[str]:
    handles = (person.handle for person in town.slack.company.people)
    return [who for who in handles if town.slack.shown(who).ephemerals]


def _calls(town: Town, method: str) -> int:
    return len([call for call in town.slack.calls if call.method == method])


async def _redrawn(town: Town) -> int:
    query = select(func.count()).select_from(outbox).where(outbox.c.kind == "KudosRedrawn")
    return int(await town.bot.store.across(lambda c: c.execute(query).scalar_one()))


async def _rows(town: Town) -> tuple[int, int]:
    def count(connection: Connection) -> tuple[int, int]:
        log, standing = (
            connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in (joinings, joined)
        )
        return log, standing

    return await town.bot.store.across(count)


async def _changes(town: Town) -> str:
    """Something that changes with every row that is written."""

    def look(connection: Connection) -> str:
        if connection.dialect.name == "sqlite":
            return str(connection.exec_driver_sql("PRAGMA data_version").scalar()) + str(
                connection.exec_driver_sql("SELECT total_changes()").scalar()
            )
        # PostgreSQL numbers a transaction once it writes.
        return str(connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())").scalar())

    return await town.bot.store.across(look, only_reads=True)


async def _counts(town: Town, who: str) -> tuple[int, int]:
    found = await _work(town, lambda work: work.kudos.counts(town.id(who)))
    return found.received, found.given


async def _wrong(town: Town) -> list[str]:
    return await _work(town, kudos.verify)


async def _work(town: Town, fn: Callable[[Work], T]) -> T:
    return await town.bot.store.transact(town.bot.me.workspace, fn)
