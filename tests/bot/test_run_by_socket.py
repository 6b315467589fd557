"""`goodword run` in Socket Mode: a process that nobody can call, beside a pretend Slack that it calls."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.bot.test_run import APP_TOKEN, REASON, TOKEN, a_run, asks
from tests.town import words


@pytest.mark.parametrize(
    ("engine_name", "workers"), [("sqlite", "1"), ("postgresql", "2")], indirect=["engine_name"]
)
async def test_it_calls_slack_loses_nothing_by_a_new_line_and_stops_with_what_is_in_hand_finished(
    database_url: str, tmp_path: Path, workers: str
) -> None:
    async with a_run(database_url, tmp_path, "--workers", workers, socket=True) as (slack, started):
        links = slack.links.open
        await slack.until(lambda: len(links) == int(workers), timeout=30)
        assert await asks(started, "/healthz") == (200, "alive\n")
        assert await asks(started, "/readyz") == (200, "ready\n")
        async with httpx.AsyncClient() as http:  # with no signing secret, nothing may come in here
            answer = await http.post(f"{started.url}/slack/events", content=b"{}")
        assert answer.status_code == 404

        assert (await slack.types("ada", "general", f"/kudos @ben {REASON} #care")).ok
        await slack.until(lambda: slack.shown("ben").dms and slack.shown("eve").channels["kudos"])

        await slack.links.disconnect("refresh_requested")
        await slack.until(lambda: len(links) == int(workers) and all(not each.leaving for each in links))
        assert slack.links.fewest >= int(workers)
        slack.faults.add("views.open", "slow", seconds=1.0)
        in_hand = asyncio.create_task(slack.types("ada", "general", "/kudos"))
        await slack.until(lambda: not slack.faults.listed())
        started.terminate()
        assert (await in_hand).ok
        assert await started.ends() == 0
        assert len(slack.shown("ada").views) == 1
        assert [words(post) for post in slack.shown("eve").channels["kudos"]] == [
            f"Ada thanks @Ben\n{REASON}\n#care"
        ]

    written = "".join(started.log)
    for secret in ("zebra", APP_TOKEN, TOKEN, "ticket", "Ada"):
        assert secret not in written
    # At its usual level it tells what it does, and complains of nothing.
    assert (
        " INFO goodword - Goodword calls Slack for Kestrel Instruments, and says how it is at http" in written
    )
    assert all(" INFO goodword" in line for line in started.log), written
