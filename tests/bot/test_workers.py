"""`goodword run --workers`: several processes behind one port, one of which is killed."""

import asyncio
import os
import re
import signal
import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import workers as several
from bot.config import Config
from bot.errors import Refusal
from handlers.playground import PretendSlack
from tests.bot.command import Running
from tests.bot.test_run import REASON, a_run, asks
from tests.town import words

# As `python -m bot`, but with less patience for a worker that is silent.
IMPATIENT = ("-c", "from bot import __main__, workers; workers.SILENT = 5.0; __main__.main()")
only_on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


async def _workers(started: Running) -> list[int]:
    found = await asyncio.create_subprocess_exec(
        *("pgrep", "-P", str(started.process.pid)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await found.communicate()
    return [int(line) for line in out.split()]


async def _figure(started: Running, name: str) -> float:
    _, figures = await asks(started, "/metrics")
    lines = [line for line in figures.splitlines() if line.startswith(name)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def _many(slack: PretendSlack, times: int) -> None:
    done = await asyncio.gather(*(slack.types("ada", "general", "/kudos mine") for _ in range(times)))
    assert [one.error for one in done] == [None] * times


@only_on_postgresql
async def test_a_worker_is_killed_or_hangs_and_the_others_go_on(database_url: str, tmp_path: Path) -> None:
    async with a_run(database_url, tmp_path, "--workers", "3", how=IMPATIENT) as (slack, started):
        await started.says("Goodword listens for", times=3)
        await _many(slack, 30)
        asked = 'goodword_requests_total{kind="/kudos"'
        assert await _figure(started, asked) == 30
        assert await _figure(started, "goodword_workers") == 3

        before = await _workers(started)
        assert len(before) == 3
        os.kill(before[0], signal.SIGKILL)
        await _many(slack, 20)
        assert await asks(started, "/readyz") == (200, "ready\n")
        await started.says("WARNING goodword - a worker ended (SIGKILL); another is started")
        await started.says("Goodword listens for", times=4)
        assert len({*await _workers(started)} - {*before}) == 1
        # What the dead one counted is not forgotten, and it is no longer one of them.
        assert await _figure(started, asked) == 50
        assert await _figure(started, "goodword_workers") == 3

        # One whose loop stands still is ended, and no other.
        before = await _workers(started)
        os.kill(before[0], signal.SIGSTOP)
        await started.says("WARNING goodword - a worker gave no sign of life for 5 seconds, and is ended")
        await started.says("Goodword listens for", times=5)
        assert {*before} - {*await _workers(started)} == {before[0]}

        assert (await slack.types("ada", "general", f"/kudos @ben {REASON} #care")).ok
        await slack.until(lambda: slack.shown("ben").dms and slack.shown("eve").channels["kudos"])
        slack.faults.add("views.open", "slow", seconds=0.5)
        in_hand = asyncio.create_task(slack.types("ada", "general", "/kudos"))
        await slack.until(lambda: not slack.faults.listed())
        started.terminate()
        assert await started.ends() == 0
        assert (await in_hand).ok
        assert [words(post) for post in slack.shown("eve").channels["kudos"]] == [
            f"Ada thanks @Ben\n{REASON}\n#care"
        ]
    assert not re.search(r"ERROR|Traceback", "".join(started.log)), started.log


def test_without_a_folder_to_count_in_they_are_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    database = SecretStr("postgresql://127.0.0.1/goodword")
    config = Config(
        slack_bot_token=SecretStr("x"), slack_signing_secret=SecretStr("x"), database_url=database, port=0
    )
    with pytest.raises(Refusal, match="set TMPDIR to one"):
        several.run(config, 2)


@only_on_postgresql
async def test_workers_do_not_outlive_their_first_process(database_url: str, tmp_path: Path) -> None:
    async with a_run(database_url, tmp_path, "--workers", "2") as (_, started):
        await started.says("Goodword listens for", times=2)
        started.process.kill()
        await started.says("stopping: finishing what is in hand", times=2)
        async with asyncio.timeout(20):
            while not started.silent:
                started.news.clear()
                await started.news.wait()
