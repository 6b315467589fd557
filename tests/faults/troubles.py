"""Everything that may go wrong: each trouble begins, people go on thanking, and it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from tests.faults.trial import Trial

Trouble = Callable[[Trial], Awaitable[None]]
POST = "chat.postMessage"
FULL = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON outbox EXECUTE FUNCTION disk_is_full()
"""


def _of_slack(kind: Any, method: str = POST, **more: Any) -> Trouble:
    async def trouble(trial: Trial) -> None:
        trial.slack.faults.add(method, kind, times=trial.chance.randint(2, 5), **more)
        await trial.thank()
        await trial.worn_out()

    return trouble


async def blind(trial: Trial) -> None:
    """Answers are lost, and the history in which they could be found cannot be read either."""
    trial.slack.faults.add(POST, "drop_after", times=3)
    trial.slack.faults.add("conversations.history", "error", times=4, error="internal_error")
    await trial.thank()
    await trial.worn_out()


async def repeated(trial: Trial) -> None:
    """A network delivers the same again, at once and later."""
    done = await trial.slack.types("ada", "general", f"/kudos @ben for the good {(mark := trial.mark())}")
    trial.acknowledged.add(mark)
    await trial.slack.redeliver(done, 3, at_once=True)
    await trial.recovered()
    trial.slack.clock.forward(timedelta(minutes=7))
    await trial.slack.redeliver(done, 2)


async def late(trial: Trial) -> None:
    """Nothing reaches Goodword for a while; Slack repeats its events, people are told to try again."""
    trial.slack.outgoing.pause()
    await trial.thank()
    reacting = asyncio.create_task(trial.react())
    await trial.slack.until(lambda: any(one.kind == "event" for one in trial.slack.requests[-6:]))
    trial.slack.outgoing.resume()
    trial.slack.clock.forward(timedelta(minutes=6))
    await reacting


async def reordered(trial: Trial) -> None:
    """An emoji is put on, taken off, put on again; Slack tells of it in another order, more than once."""
    mark = trial.mark()
    said = await trial.slack.says("ben", "general", f"the plan stands, see the good {mark}")
    assert said.ts
    at = ("ada", "general", said.ts, "kudos")
    trial.slack.outgoing.pause()
    told = [
        await trial.slack.reacts(*at),
        await trial.slack.unreacts(*at),
        await trial.slack.reacts(*at),
    ]
    trial.slack.outgoing.resume()
    trial.chance.shuffle(told)
    for one in [*told, *told]:
        await trial.slack.redeliver(one)
    trial.acknowledged.add(mark)


async def jumps(trial: Trial) -> None:
    """The clock of Goodword's machine is wrong by a day, then by minutes, and right again."""
    trial.slack.faults.add(POST, "slow", times=2, seconds=0.2)
    thanking = asyncio.create_task(trial.thank(times=2))
    await trial.worn_out()
    trial.skew = timedelta(hours=26)  # while messages are under way; signatures are a day old now
    await thanking
    await trial.thank()
    trial.town.bot.wake()
    await trial.town.hears("delivery", "KudosReceived sent")
    for minutes in (0, 4, -4, 0):
        trial.skew = timedelta(minutes=minutes)
        trial.town.bot.wake()
        await trial.thank()


async def deleted(trial: Trial) -> None:
    """A post is removed by hand, then somebody joins in and it is to be redrawn."""
    await trial.thank()
    await trial.recovered()
    for post in trial.town.channel("kudos")[-2:]:
        await trial.slack.says("ben", "general", "thanks again")  # time goes by
        joining = trial.slack.clicks("cy", post, "kudos_join")
        await joining
        mark = post.plain[post.plain.index("deed-") :][:11]
        trial.slack.world.post(post.ts).deleted = True  # type: ignore[union-attr]
        trial.removed.add(mark)


async def gone(trial: Trial) -> None:
    """Who is thanked is deactivated between the claim and the call."""
    trial.slack.faults.add(POST, "slow", times=20, seconds=0.2)
    await trial.thank(whom="@cy")
    await trial.slack.deactivate("cy")
    await trial.recovered()
    await trial.slack.change_user("cy", deleted=False)


async def archived(trial: Trial) -> None:
    """The recognition channel is archived; an administrator brings it back and releases what waited."""
    room = trial.slack.world.named("kudos")
    assert room
    room.archived = True
    await trial.thank()
    await trial.recovered()
    room.archived = False
    await trial.release()


async def renamed(trial: Trial) -> None:
    """The recognition channel gets another name, and its old one back."""
    room = trial.slack.world.named("kudos")
    assert room
    room.name = "thanks-wall"
    await trial.thank()
    await trial.recovered()
    room.name = "kudos"
    await trial.release()


@asynccontextmanager
async def _locked(trial: Trial) -> AsyncIterator[None]:
    """Somebody else holds the database: on SQLite all of it, on PostgreSQL the outbox."""
    engine = trial.plain_engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.begin()  # which writes, and so nobody else may
        else:
            connection.exec_driver_sql("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            connection.rollback()


async def locked(trial: Trial) -> None:
    async with _locked(trial):
        await trial.thank()


async def full(trial: Trial) -> None:
    """No room for another page: SQLite is told so, PostgreSQL says so when the outbox grows."""
    engine = trial.town.bot.store.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _no_more_pages)
        try:
            await trial.thank(times=8)
        finally:
            event.remove(engine, "begin", _no_more_pages)
            # Each connection keeps what it was told, and there are several.
            if not event.contains(engine, "begin", _pages_again):
                event.listen(engine, "begin", _pages_again, insert=True)
        return
    with trial.plain_engine.begin() as connection:
        connection.execute(text(FULL))
    await trial.thank()
    with trial.plain_engine.begin() as connection:
        connection.execute(text("DROP FUNCTION disk_is_full CASCADE"))


def _no_more_pages(connection: Any) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # never below what there is


def _pages_again(connection: Any) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")


async def down(trial: Trial) -> None:
    assert trial.server
    await asyncio.to_thread(trial.server.halt)
    await trial.thank()
    await asyncio.to_thread(trial.server.resume)


async def restarted(trial: Trial) -> None:
    """The database crashes in the middle of requests, and replays its log."""
    assert trial.server
    thanking = asyncio.create_task(trial.thank(times=3))
    await asyncio.to_thread(trial.server.restart, immediate=True)
    await thanking


async def slow(trial: Trial) -> None:
    assert trial.line
    trial.line.slow(0.02)
    await trial.thank()
    trial.line.slow(0)


async def partitioned(trial: Trial) -> None:
    """Of two replicas one does not reach the database any more, and is not told so; the other lives."""
    assert trial.line
    here = trial.slack.request_url
    trial.line.hold()
    await trial.thank()  # by the one that is cut off
    trial.slack.request_url = trial.other_url
    await trial.thank()
    trial.slack.request_url = here
    trial.line.cut()
    trial.line.restore()


EVERYWHERE: dict[str, Trouble] = {
    "Slack answers 429": _of_slack("ratelimited", retry_after=2),
    "Slack answers 500": _of_slack("http500"),
    "Slack answers late": _of_slack("slow", seconds=0.2),
    "Slack does not answer in time": _of_slack("slow", seconds=1.4),
    "the line is cut before Slack has it": _of_slack("drop_before"),
    "the line is cut after Slack has it": _of_slack("drop_after"),
    "… and Slack's history cannot be read": blind,
    "Slack says ok: false": _of_slack("error", error="internal_error"),
    "Slack answers garbage": _of_slack("garbage"),
    "the same delivered several times": repeated,
    "nothing is delivered for a while": late,
    "deliveries out of order": reordered,
    "the clock jumps": jumps,
    "a post is deleted before it is redrawn": deleted,
    "somebody leaves between claim and call": gone,
    "the channel is archived": archived,
    "the channel is renamed": renamed,
    "the database is locked": locked,
    "the database is full": full,
}
POSTGRESQL: dict[str, Trouble] = {
    "the database is down": down,
    "the database crashes": restarted,
    "the database is slow": slow,
    "one of two replicas is cut off from it": partitioned,
}
OF_TWO = frozenset({"one of two replicas is cut off from it"})
