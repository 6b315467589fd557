"""A digest as the week and the history grow: `python -m benchmarks.digests`.

For each engine: how long the weekly digest takes from the database to the last of its messages, how many
questions it asks, in how many messages it is said, and a manager's beside it; then, for all messages of the
weekly one as the postman has them composed, how often the week is read and what that takes of a processor.
It is to cost what the week costs, and nothing for the history; the questions are to be the same however many
were thanked, and the week is to be read once however many messages tell it.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import event, insert

from bot import digests, people
from bot.messages import RECOGNITION, DigestPart
from bot.ports import Sent, Work
from bot.rules.chart import Fact
from bot.rules.digest import Digest
from bot.rules.people import Person
from bot.rules.periods import Kind, Made
from handlers.letters.compose import compose
from handlers.views import digest as view
from storage import migrations, tables, workspaces
from storage.work import Store
from tests.postgres import Server

NOW = datetime(2026, 3, 6, 16, tzinfo=UTC)
WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
PEOPLE, SPAN, DEPARTMENTS = 1000, 8, ("Sales", "Support", "Back Office", "Marketing", "Operations", "Finance")
# (kudos of the week, kudos of the weeks before)
SIZES = ((50, 0), (5_000, 0), (5_000, 100_000))
ROUNDS = 5
T1 = "T1"


def company() -> list[Person]:
    return [Person(f"U{at:05}", f"p{at}", f"Person {at}", T1) for at in range(PEOPLE)]


def chart() -> list[Fact]:
    return [
        Fact(f"U{at:05}", f"U{at // SPAN:05}" if at else None, DEPARTMENTS[at % len(DEPARTMENTS)])
        for at in range(PEOPLE)
    ]


def fill(work: Work, week: int, before: int) -> None:
    people.meet(work, company(), [], NOW)
    people.slack_says(work, chart(), ("manager", "department"))
    work.digests.write("weekly", RECOGNITION, Made("2026-W10", NOW - WEEK, NOW, folded=False), NOW)
    for manager in range(PEOPLE // SPAN):
        work.digests.write("manager", f"U{manager:05}", Made("2026-W10", NOW - WEEK, NOW, folded=False), NOW)
    connection = work.digests._connection  # type: ignore[attr-defined]  # noqa: SLF001 - rows in bulk
    chance = random.Random(week)
    rows, thanked = [], []
    for number in range(1, week + before + 1):
        ago = chance.uniform(0, 7) if number > before else chance.uniform(7, 1000)
        rows.append(
            {
                "number": number,
                "workspace_id": T1,
                "giver_id": f"U{chance.randrange(PEOPLE):05}",
                "reason": f"for deed {number}, which took longer than anybody would have thought",
                "tags": chance.choice(("", "care", "craft teamwork")),
                "source": f"s{number}",
                "given_at": NOW - timedelta(days=ago, minutes=1),
                "above": chance.random() < 0.02,  # noqa: PLR2004
            }
        )
        for at, one in enumerate(chance.sample(range(PEOPLE), chance.choice((1, 1, 1, 2)))):
            thanked.append(
                {"workspace_id": T1, "kudos_number": number, "person_id": f"U{one:05}", "position": at}
            )
    for table, those in ((tables.kudos, rows), (tables.recipients, thanked)):
        for begin in range(0, len(those), 5000):
            connection.execute(insert(table), those[begin : begin + 5000])


def measured(store: Store, tell: Callable[[Work], Digest | None]) -> tuple[float, float, int, int]:
    """Give the milliseconds to read and decide, those to say it all, the questions, and the messages."""
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    reading, saying, said = [], [], 0
    for _ in range(ROUNDS):
        asked.clear()
        began = time.perf_counter()
        told = asyncio.run(store.transact(T1, tell))
        read = time.perf_counter()
        assert told
        said = len(view.messages(told))
        reading.append(read - began)
        saying.append(time.perf_counter() - read)
    return statistics.median(reading) * 1000, statistics.median(saying) * 1000, len(asked), said


async def sent(store: Store) -> tuple[int, int, float]:
    """Give how many messages the weekly digest took, how often the week was read, and processor seconds."""
    reads: list[str] = []
    event.listen(
        store.engine,
        "before_cursor_execute",
        lambda *given: reads.append(given[2]) if "kudos.customer_words" in given[2] else None,
    )
    part = DigestPart("weekly", RECOGNITION, "2026-W10")
    await store.transact(T1, partial(queue, part=part))
    said, took = 0, 0.0
    while letters := await store.claim(NOW + said * SECOND, 1):
        began = time.process_time()
        assert await compose(store.transact, letters[0], NOW)
        took += time.process_time() - began
        said += 1
        await store.sent(letters[0], Sent("C1", f"{said}.0"), NOW + said * SECOND)
    return said, len(reads), took


def queue(work: Work, part: DigestPart) -> None:
    work.outbox.put_keyed(digests.key_of(work, part, part.part), RECOGNITION, part, NOW)


def measure(name: str, url: str, week: int, before: int) -> None:
    migrations.upgrade(url)
    store = Store(url)
    try:
        here = workspaces.Workspace(T1, "Kestrel", "UBOT", "https://kestrel.slack.com/")
        asyncio.run(store.across(partial(workspaces.add, workspace=here, now=NOW - timedelta(days=1100))))
        asyncio.run(store.transact(T1, partial(fill, week=week, before=before)))
        if name == "postgresql":
            with store.engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
        readers: tuple[tuple[Kind, str], ...] = (("weekly", RECOGNITION), ("manager", "U00003"))
        for kind, addressee in readers:
            tell = partial(digests.read, kind=kind, addressee=addressee, period="2026-W10")
            read, say, questions, said = measured(store, tell)
            print(
                f"{name:10} {week:>5} kudos in the week, {before:>6} before: {kind:7} read {read:7.1f} ms in "
                f"{questions:>2} questions, said in {said:>2} messages, {say:6.1f} ms"
            )
        said, reads, took = asyncio.run(sent(store))
        times = "once" if reads == 1 else f"{reads} times"
        print(f"{name:10} {said} messages: the week was read {times}, {took:.2f} s of a processor in all")
    finally:
        asyncio.run(store.close())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Server(durable=True) as server:
        for name in ("sqlite", "postgresql"):
            for week, before in SIZES:
                at = Path(folder) / f"{week}-{before}.db"
                url = f"sqlite:///{at}" if name == "sqlite" else server.database()
                measure(name, url, week, before)


if __name__ == "__main__":
    main()
