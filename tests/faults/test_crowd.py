"""Two hundred thanks to one person at once, each delivered twice, and two givers over the limit."""

import asyncio
import contextlib
from collections import Counter
from functools import partial

from bot import kudos
from handlers.playground import Attempt, Company, Delivery, Person, Room, sample_company
from tests.town import Town, town, unfinished, words

LIMIT = 20
MODEST, EAGER = 3, 28  # kudos of each of 48 givers, and of each of the other two
GIVERS = [f"giver{number:02}" for number in range(50)]
DEEDS = [(who, deed) for at, who in enumerate(GIVERS) for deed in range(EAGER if at < 2 else MODEST)]
COUNTED = 48 * MODEST + 2 * LIMIT


def crowd() -> Company:
    usual = sample_company()
    many = [Person(f"U0GIVER{number:03}", who, who.title()) for number, who in enumerate(GIVERS)]
    rooms = tuple(
        Room(
            one.id, one.name, (*one.members, *(each.id for each in many)) if not one.private else one.members
        )
        for one in usual.channels
    )
    return Company(people=(*usual.people, *many), channels=rooms, groups=usual.groups)


async def test_what_counts_is_exactly_right(database_url: str) -> None:
    options = {"company": crowd(), "ack_seconds": 60.0}
    async with town(database_url, slack_options=options) as built:
        await built.set("kudos_per_day", str(LIMIT))
        twice(built)
        answers = await asyncio.gather(
            *(built.types(who, f"/kudos @ben for good deed {deed} of {who}.") for who, deed in DEEDS)
        )
        await _all_said(built)

        assert len(DEEDS) == 200
        assert all(one.ok for one in answers)
        refused = Counter(
            who
            for (who, _), one in zip(DEEDS, answers, strict=True)
            if "as many as a day holds here" in one.answer["text"]
        )
        assert refused == {GIVERS[0]: EAGER - LIMIT, GIVERS[1]: EAGER - LIMIT}
        assert sum("Your thanks to Ben" in one.answer["text"] for one in answers) == COUNTED
        posts = [words(post) for post in built.channel("kudos")]
        dms = [word.plain.replace("thanks you:", "thanks @Ben") for word in built.dms("ben")]
        assert len(posts) == len(set(posts)) == COUNTED
        assert sorted(posts) == sorted(dms)
        received = await _received(built, "ben")
        assert received == COUNTED
        given = Counter({who: await _given(built, who) for who in GIVERS})
        assert given == Counter(dict.fromkeys(GIVERS[:2], LIMIT) | dict.fromkeys(GIVERS[2:], MODEST))
        assert await built.bot.store.transact(built.bot.me.workspace, kudos.verify) == []


def twice(built: Town) -> None:
    """Let the network bring each request twice, at the same moment."""
    send = built.slack.caller.send

    async def both(delivery: Delivery, retry: tuple[int, str] | None = None) -> Attempt:
        first, _ = await asyncio.gather(send(delivery, retry), send(delivery, retry))
        return first

    built.slack.caller.send = both  # type: ignore[method-assign]


async def _all_said(built: Town) -> None:
    """Wait for longer than most stories need."""
    while await built.bot.store.across(unfinished, only_reads=True):
        with contextlib.suppress(TimeoutError):
            await built.settled()


async def _received(built: Town, who: str) -> int:
    mine = partial(kudos.mine, person=built.id(who))
    return (await built.bot.store.transact(built.bot.me.workspace, mine)).counts.received


async def _given(built: Town, who: str) -> int:
    mine = partial(kudos.mine, person=built.id(who))
    return (await built.bot.store.transact(built.bot.me.workspace, mine)).counts.given
