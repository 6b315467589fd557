"""The playground as a whole: Goodword is killed in the middle of saying something, and what becomes of it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground import opened

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


class Visitor:
    """Somebody at the page: acts, and looks again at each change that the page is told of."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def does(self, what: str, **more: Any) -> Json:
        async with self._http.post("/playground/act", json={"do": what, "as": "ada", **more}) as answer:
            return dict(await answer.json())

    async def sees(self, channel: str) -> list[str]:
        asked = {"as": "ada", "channel": channel}
        async with self._http.get("/playground/messages", params=asked) as answer:
            return [str(one["text"]) for one in await answer.json()]

    async def waits_to_see(self, channel: str, words: str) -> None:
        """What the page says is left to say is counted now and then: a zero may be older than the words."""
        async with asyncio.timeout(60):
            while not any(words in one for one in await self.sees(channel)):
                pass

    async def starts_it_again(self) -> None:
        await self.does("switch", name="killed", on=False)
        async with asyncio.timeout(30):
            while not (await self.does("types", channel="general", text="/kudos help"))["ok"]:
                pass

    async def waits_for(self, there: Callable[[Json], bool]) -> None:
        async with (
            asyncio.timeout(60),
            self._http.get("/playground/stream", params={"as": "ada"}, timeout=None) as changes,
        ):
            async for _ in changes.content:
                async with self._http.get("/playground/state", params={"as": "ada"}) as answer:
                    if there(await answer.json()):
                        return


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with opened(port=0) as address, aiohttp.ClientSession(address) as http:
        yield Visitor(http)


async def test_killed_while_it_says_something_it_says_it_once(visitor: Visitor) -> None:
    await visitor.does("types", channel="general", text="/kudos @ben for coming in early")  # who is known now
    await visitor.waits_for(lambda state: bool(state["still_to_say"] == 0))
    await visitor.does("switch", name="slow", on=True)
    thanks = "/kudos @ben for the invoice at midnight"
    assert (await visitor.does("types", channel="general", text=thanks))["ok"]
    await visitor.waits_for(lambda state: (state["still_to_say"] or 0) >= 2)
    await visitor.does("switch", name="killed", on=True)
    assert not (await visitor.does("types", channel="general", text=thanks))["ok"]

    await visitor.does("switch", name="slow", on=False)
    await visitor.starts_it_again()
    await visitor.does("forward_clock", seconds=60)  # the lease of what was under way runs out
    await visitor.waits_to_see("kudos", "midnight")
    await visitor.waits_for(lambda state: bool(state["still_to_say"] == 0))

    assert len([one for one in await visitor.sees("kudos") if "midnight" in one]) == 1


async def test_an_emoji_put_on_a_message_while_goodword_is_dead_thanks_once(visitor: Visitor) -> None:
    said = await visitor.does(
        "says", channel="sales", text="The tables for Borealis add up.", **{"as": "greta"}
    )
    await visitor.does("switch", name="killed", on=True)
    await visitor.does("reacts", channel=said["channel"], ts=said["ts"], name="kudos")
    await visitor.waits_for(lambda state: bool(state["still_to_deliver"] == 1))
    await visitor.starts_it_again()
    await visitor.does("forward_clock", seconds=60)  # when Slack delivers it again
    await visitor.waits_for(lambda state: not state["still_to_deliver"])
    await visitor.waits_to_see("kudos", "Borealis")
    await visitor.waits_for(lambda state: bool(state["still_to_say"] == 0))

    assert len([one for one in await visitor.sees("kudos") if "Borealis" in one]) == 1


async def test_where_the_playground_is_killed_nothing_of_it_stays(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "playground", "--port", "0"),
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(60):
        line = (await process.stdout.readline()).decode()
        assert re.search(r"open at http://127\.0\.0\.1:\d+", line)
        process.kill()
        await process.wait()
        # Whoever is left holds the other end of this pipe open.
        assert await process.stdout.read() == b""
