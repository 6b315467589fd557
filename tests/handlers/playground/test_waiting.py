import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from handlers.playground import CannotAct, Company, Group, Person, PretendClock, PretendSlack, Room
from handlers.playground import sample_company as sample
from tests.handlers.playground.conftest import MakeSlack
from tests.handlers.playground.peers import SECRET, TOKEN, manifest

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_clock_runs_or_stands_and_is_moved_forward() -> None:
    running, standing = PretendClock(NOON), PretendClock(NOON, running=False)
    moves: list[datetime] = []
    undo = standing.subscribe(lambda: moves.append(standing.now()))

    standing.forward(timedelta(hours=1))
    running.forward(timedelta(hours=1))
    assert standing.now() == NOON + timedelta(hours=1)
    assert running.now() >= NOON + timedelta(hours=1)
    undo()
    standing.forward(timedelta(hours=1))
    assert moves == [NOON + timedelta(hours=1)]
    with pytest.raises(ValueError, match="only moves forward"):
        standing.forward(-timedelta(seconds=1))


async def test_a_clock_wakes_who_waits_for_a_moment() -> None:
    clock = PretendClock(NOON, running=False)
    waiting = asyncio.create_task(clock.until(NOON + timedelta(hours=2)))
    await asyncio.sleep(0)
    clock.forward(timedelta(hours=1))
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.forward(timedelta(hours=1))
    await asyncio.wait_for(waiting, 5)

    running = PretendClock()
    await asyncio.wait_for(running.until(running.now() + timedelta(milliseconds=5)), 5)


async def test_stamps_rise_on_a_clock_that_stands_still(make_slack: MakeSlack) -> None:
    slack = await make_slack(clock=PretendClock(NOON, running=False))

    stamps = [str((await slack.says("ada", "#kudos", str(n))).ts) for n in range(3)]

    assert stamps == ["1795348800.000000", "1795348800.000001", "1795348800.000002"]


async def test_waiting_ends_when_it_becomes_true(slack: PretendSlack) -> None:
    waiting = asyncio.create_task(slack.until(lambda: slack.shown("ben").channels["kudos"]))
    await asyncio.sleep(0)
    await slack.says("ada", "#kudos", "hello")

    await asyncio.wait_for(waiting, 5)


async def test_a_host_may_tell_from_another_thread(slack: PretendSlack) -> None:
    waiting = asyncio.create_task(slack.until(lambda: slack.activity))
    await asyncio.sleep(0)

    await asyncio.to_thread(slack.tell, "transaction", "Kudos kept")

    await asyncio.wait_for(waiting, 5)
    assert slack.activity[-1].summary == "Kudos kept"


async def test_waiting_in_vain_tells_what_everybody_sees(slack: PretendSlack) -> None:
    await slack.says("ada", "#kudos", "hello @ben")

    with pytest.raises(AssertionError, match=r"Not so within 0.01 s") as caught:
        await slack.until(lambda: False, timeout=0.01)
    told = str(caught.value)
    assert "#kudos: U0ADALOVEL: 'hello @Ben' pings ['U0BENOKAFR']" in told
    assert "gus\n  nothing" in told


async def test_what_is_shown_can_be_compared(slack: PretendSlack) -> None:
    before = slack.everything()
    assert before == slack.everything()

    await slack.says("eve", "#people-ops", "between us")

    after = slack.everything()
    changed = {slack.person(user).handle for user in after if after[user] != before[user]}
    assert changed == {"eve", "omar", "ruth"}


def test_the_sample_company_is_the_one_promised() -> None:
    company = sample()
    people = {person.id: person for person in company.people}
    insiders = [p for p in company.people if p.department and not p.deleted]

    def height(user: str) -> int:
        manager = people[user].manager
        return 0 if manager is None else 1 + height(manager)

    assert len(insiders) == 12
    assert max(height(person.id) for person in insiders) == 3
    assert {p.department for p in insiders} == {"Sales", "Support", "Back Office", "Executive"}
    assert len({person.tz for person in insiders}) == 3
    assert [p.handle for p in insiders if p.is_admin and p.is_owner] == ["eve"]
    assert [p.handle for p in company.people if p.deleted] == ["lea"]
    assert [p.handle for p in company.people if p.is_guest] == ["gus"]
    assert [p.handle for p in company.people if p.team] == ["xenia"]
    assert [p.handle for p in company.people if p.is_bot] == ["lunchbot", "goodword"]
    assert sum(person.id.startswith("W") for person in company.people) == 1
    assert [r.name for r in company.channels if company.bot_user in r.members] == [
        "general",
        "kudos",
        "sales",
    ]
    assert [room.name for room in company.channels if room.private] == ["people-ops"]
    assert all(set(room.members) <= set(people) for room in company.channels)


async def test_a_smaller_company_will_do(make_slack: MakeSlack) -> None:
    company = Company(
        people=(
            Person("U1", "one", "Number One"),
            Person("U2", "two", "Number Two"),
            Person("UBOT", "bot", "Bot", is_bot=True),
        ),
        channels=(Room("C1", "only", ("U1", "U2", "UBOT")),),
        groups=(Group("S1", "both", "Both", ("U1", "U2")),),
        bot_user="UBOT",
    )
    slack = await make_slack(company=company)

    await slack.says("one", "only", "hi @two and @both")

    assert slack.shown("two").channels["only"][0].pings == {"U2"}
    assert list(slack.everything()) == ["U1", "U2"]


async def test_several_live_side_by_side(make_slack: MakeSlack) -> None:
    first, second = await make_slack(), await make_slack()

    await first.says("ada", "#kudos", "only here")

    assert first.api_url != second.api_url
    assert second.shown("ben").channels["kudos"] == []


async def test_nothing_needs_to_be_served_to_look_at_it() -> None:
    slack = PretendSlack(manifest=manifest(), signing_secret=SECRET, bot_token=TOKEN)
    with pytest.raises(CannotAct, match="There is no channel '#nowhere'"):
        slack.room("#nowhere")

    assert (await slack.says("ada", "#sales", "hello")).ok
    assert [m.plain for m in slack.shown("mo").channels["sales"]] == ["hello"]
    assert slack.requests[0].status is None, "no request_url: the app is out of reach"
    await slack.stop()
