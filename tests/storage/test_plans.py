"""No request and no digest reads a table from end to end that grows as time goes by."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, text, update

from bot import digests, kudos, settings
from bot.messages import RECOGNITION, KudosReceived
from bot.ports import Letter, Work
from bot.rules.digest import Support
from bot.rules.periods import Made
from bot.rules.recognition import ToPerson, Words
from handlers.letters.compose import composed
from storage import quick, turn
from storage.beside import Beside
from storage.memory import Memory
from storage.outbox import Wanted, claim, settle
from storage.tables import recipients, reversals
from storage.work import Store
from storage.work import Work as Storing
from tests.storage.people import ADA, BEN, CY, HERE, NOW, move_in, thanks

GROWING = (
    *("kudos", "recipients", "reversals", "ledger", "totals", "joinings", "joined", "marks", "passed_on"),
    *("outbox", "lanes", "people", "preferences", "claims", "digests", "chart"),
)
# Of what is unfinished only, and that is little, however long the history.
PARTIAL = ("ix_outbox_lane", "ix_outbox_parked")
# One row for each channel and person written to; the unfinished ones are looked up in it.
LATE = NOW + timedelta(hours=1)
LEASE, PACE = timedelta(seconds=30), timedelta(seconds=1)

Asked = tuple[str, Any]
# "SEARCH kudos USING INDEX … (workspace_id=? AND …)"; "Index Scan using … on public.kudos", and below it
# "Index Cond: …" if it does not read all of the index.
READ = re.compile(r"(?:^SCAN |^SEARCH |Scan (?:using \w+ )?on public\.)(?P<table>\w+)")
KEYED = re.compile(r"\(\w+[=<>]|Index Cond: [^;]*\w\)?(?:::\w+)? [=<>]")
WORKSPACE = re.compile(
    r"workspace_id=\?(?: AND )?|\(*\w+\.workspace_id\)?(?:::text)? = '\w+'::text\)*(?: AND )?"
)


@contextmanager
def heard(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Asked]]:
    """All that is asked meanwhile, by SQLAlchemy and by the quick way past it."""
    asked: list[Asked] = []
    plainly, many_plainly = quick._Compiled.rows, quick._Compiled.many  # noqa: SLF001

    def hear(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: Any) -> None:
        asked.append((statement, parameters[0] if many else parameters))

    def hear_quick(self: Any, on: Connection, given: Mapping[str, Any]) -> list[Sequence[Any]]:
        asked.append((self._sql, self._asked(given)))
        return plainly(self, on, given)

    def hear_many(self: Any, on: Connection, given: Sequence[Mapping[str, Any]]) -> None:
        asked.append((self._sql, self._asked(given[0])))
        many_plainly(self, on, given)

    event.listen(connection, "before_cursor_execute", hear)
    with monkeypatch.context() as patched:
        patched.setattr(quick._Compiled, "rows", hear_quick)  # noqa: SLF001
        patched.setattr(quick._Compiled, "many", hear_many)  # noqa: SLF001
        yield asked
    event.remove(connection, "before_cursor_execute", hear)


def plans(connection: Connection, asked: Sequence[Asked]) -> list[tuple[str, str]]:
    """Each question, and how it is answered where PostgreSQL reads no table that it need not."""
    on_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN (VERBOSE, COSTS OFF)"
    if not on_sqlite:  # a few rows are read fastest from end to end; this says whether they must be
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    found = []
    for statement, parameters in asked:
        if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            found.append((statement, "\n".join(str(row[-1]) for row in rows)))
    return found


def scans(plan: str) -> list[str]:
    """The lines in which a growing table, or all that a workspace has in it, is read from end to end."""
    parts: list[str] = []
    for line in plan.splitlines():
        if "->" in line or line.startswith(("SCAN", "SEARCH")) or not parts:
            parts.append(line.strip(" ->"))
        else:
            parts[-1] += f"; {line.strip()}"
    return [part for part in parts if _reads_all(part)]


def _reads_all(part: str) -> bool:
    read = READ.search(part)
    if not read or read["table"] not in GROWING or any(index in part for index in PARTIAL):
        return False
    return not KEYED.search(WORKSPACE.sub("", part))


def cost(connection: Connection, asked: Asked) -> int:
    """What a question takes: steps of SQLite's machine, or the rows that PostgreSQL's plan hands on."""
    statement, parameters = asked
    if connection.dialect.name == "postgresql":
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", parameters)
        counts = re.findall(r"actual rows=([\d.]+) loops=(\d+)", "\n".join(row[0] for row in explained))
        assert counts
        return round(sum(float(rows) * int(loops) for rows, loops in counts))
    driver: Any = connection.connection.driver_connection
    steps: list[None] = []
    driver.set_progress_handler(lambda: steps.append(None), 1)
    connection.exec_driver_sql(statement, parameters).all()
    driver.set_progress_handler(None, 1)
    assert steps
    return len(steps)


def give_and_take(work: Work) -> None:
    kudos.give(work, ADA.id, thanks(ADA, BEN, "now").keywords["said"], "now", NOW)  # type: ignore[attr-defined]
    kudos.undo(work, ADA.id, "undo", NOW)
    kudos.mine(work, BEN.id)
    kudos.receipt(work, 2)
    settings.chosen(work)


def deliver(connection: Connection) -> None:
    letters = claim(connection, Wanted(NOW, 20, [HERE], [10_000]), LEASE, PACE)
    assert letters
    place = {"channel": "C1", "ts": "1.1", "state": "sent", "unsure": False, "reason": None}
    settle(connection, [(letter, {**place, "settled_at": NOW}) for letter in letters])


def read_digest(work: Work) -> None:
    work.digests.write(
        "weekly", RECOGNITION, Made("2026-W10", NOW - timedelta(days=7), NOW, folded=False), NOW
    )
    assert digests.read(work, "weekly", RECOGNITION, "2026-W10")


@pytest.mark.parametrize(
    ("do", "questions"), [(give_and_take, 12), (read_digest, 8)], ids=["requests", "digest"]
)
async def test_no_request_and_no_digest_reads_all_of_the_history(
    store: Store, monkeypatch: pytest.MonkeyPatch, do: Callable[[Work], None], questions: int
) -> None:
    await _lived_in(store)

    def look(work: Any) -> list[tuple[str, str]]:
        with heard(work._connection, monkeypatch) as asked:  # noqa: SLF001
            do(work)
        return plans(work._connection, asked)  # noqa: SLF001

    found = await store.transact(HERE, look)
    assert len(found) >= questions
    for statement, plan in found:
        assert scans(plan) == [], f"{statement}\n{plan}"


def last_thanked(work: Work, person: str) -> object:
    found = work.digests.last_thanked([person], LATE + timedelta(days=1))
    assert found == {person: LATE}
    return found


def their_week(work: Work, person: str) -> object:
    nobody = Support(frozenset(), frozenset())
    found = work.digests.gather(LATE, LATE + timedelta(days=1), nobody, to=[person])
    assert len(found.thanks) == 3
    return found


@pytest.mark.parametrize("read", [last_thanked, their_week])
async def test_a_manager_s_digest_does_not_read_all_that_their_people_ever_got(
    store: Store, monkeypatch: pytest.MonkeyPatch, read: Callable[[Work, str], object]
) -> None:
    await _lived_in(store)
    for at in range(3):
        for to in (BEN, CY):
            said = (ToPerson(to.id), Words(f" for the late night number {at}"))
            give = partial(kudos.give, giver=ADA.id, said=said, source=f"late {at} {to.id}", now=LATE)
            await store.transact(HERE, give)
    of_old = recipients.c.kudos_number.between(1000, 9000)
    await store.across(lambda connection: connection.execute(delete(reversals)))
    often = update(recipients).where(of_old, recipients.c.kudos_number % 4 > 0).values(person_id=BEN.id)
    await store.across(lambda connection: connection.execute(often))

    def look(work: Any) -> list[int]:
        costs = []
        for person in (BEN.id, CY.id):
            with heard(work._connection, monkeypatch) as asked:  # noqa: SLF001
                read(work, person)
            costs.append(sum(cost(work._connection, one) for one in asked))  # noqa: SLF001
        return costs

    of_many, of_few = await store.transact(HERE, look)
    assert of_many <= of_few * 1.5


async def test_no_delivery_reads_all_that_was_ever_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived_in(store)

    def look(connection: Connection) -> list[tuple[str, str]]:
        with heard(connection, monkeypatch) as asked:
            deliver(connection)
        return plans(connection, asked)

    found = await store.across(look)
    assert len(found) >= 4
    assert "ix_outbox_lane" in found[0][1]
    for statement, plan in found:
        assert scans(plan) == [], f"{statement}\n{plan}"


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
async def test_what_several_ask_together_reads_no_more_than_each_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived_in(store)
    letters = [Letter(at, "k", HERE, BEN.id, KudosReceived(at, BEN.id), 1, False, NOW, "l") for at in (1, 2)]
    fns: list[Callable[[Work], Any]] = [
        *(thanks(giver, CY, f"now {giver.id}") for giver in (ADA, BEN)),
        *(partial(composed, letter=one, now=NOW) for one in letters),
    ]

    with store.engine.begin() as connection, turn.taking(connection, Memory(), shared=True) as own:
        with heard(connection, monkeypatch) as asked:
            parts = Beside(connection, own).run([partial(fn, Storing(connection, HERE, None)) for fn in fns])
        assert [part.error for part in parts] == [None] * len(fns)
        assert sum("json_to_recordset" in statement for statement, _ in asked) >= 5
        for statement, plan in plans(connection, asked):
            assert scans(plan) == [], f"{statement}\n{plan}"


async def test_a_plan_that_reads_all_of_it_is_recognised(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived_in(store)

    def look(connection: Connection) -> list[tuple[str, str]]:
        with heard(connection, monkeypatch) as asked:
            connection.exec_driver_sql("SELECT * FROM kudos WHERE reason = 'x'")
        return plans(connection, asked)

    assert all(scans(plan) for _, plan in await store.across(look))


ZONED, PLAIN = r"timestamptz '2025-03-04 09\:00\:00Z'", r"'2025-03-04 09\:00\:00.000000'"
MANY = "WITH RECURSIVE at(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM at WHERE n < 9000)"
# As long a history as it takes for PostgreSQL to prefer an index where there is one.
HISTORY = r"""
INSERT INTO kudos (number, workspace_id, giver_id, reason, tags, source, given_at)
  MANY SELECT n, 'T0HERE', 'U' || (n % 500), 'for it', '', 'h' || n, MOMENT FROM at;
INSERT INTO recipients (workspace_id, kudos_number, person_id, position)
  MANY SELECT 'T0HERE', n, 'U' || (n % 499), 0 FROM at;
INSERT INTO reversals (kudos_number, workspace_id, source, reversed_at)
  MANY SELECT n, 'T0HERE', 'r' || n, MOMENT FROM at;
INSERT INTO joined (workspace_id, kudos_number, person_id, since)
  MANY SELECT 'T0HERE', n, 'U' || (n % 498), MOMENT FROM at;
INSERT INTO lanes (workspace_id, destination, free_at) MANY SELECT 'T0HERE', 'L' || n, MOMENT FROM at;
INSERT INTO outbox
  (workspace_id, key, destination, kind, fact, subject, state, due_at, attempts, unsure, queued_at)
  MANY SELECT 'T0HERE', 'k' || n, 'U' || n, 'KudosPosted', '{}', 'kudos\:' || n, 'sent', MOMENT, 1, false,
  MOMENT
  FROM at;
INSERT INTO people
  (workspace_id, person_id, handle, name, real_name, plain_handle, plain_name, plain_real_name, home_id,
   active, bot, guest, timezone, seen_at, admin)
  MANY SELECT 'T0HERE', 'U' || n, 'h' || n, 'n', 'n', 'h' || n, 'n', 'n', 'T0HERE', true, false, false, 'UTC',
  MOMENT, false FROM at
"""


async def _lived_in(store: Store) -> None:
    await move_in(store)
    for at in range(9):
        giver, to = ((ADA, BEN), (BEN, CY), (CY, ADA))[at % 3]
        await store.transact(HERE, thanks(giver, to, f"s{at}"))

    def go_on(connection: Connection) -> None:
        moment = PLAIN if connection.dialect.name == "sqlite" else ZONED
        for statement in HISTORY.replace("MANY", MANY).replace("MOMENT", moment).split(";"):
            connection.execute(text(statement))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval('kudos_number_seq', 20000)")
            connection.exec_driver_sql("ANALYZE")

    await store.across(go_on)
