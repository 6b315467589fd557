"""`goodword run` for many workspaces, a process of its own: installed by a browser, silent about tokens."""

from pathlib import Path

import httpx
import pytest

from handlers.playground import Exchange, PretendClock, serve_all
from tests.bot.command import running
from tests.spaces import CLIENT_ID, CLIENT_SECRET, FIRST, slacks_of
from tests.town import SECRET, words


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_browser_installs_it_and_neither_log_nor_file_holds_a_token(
    database_url: str, tmp_path: Path
) -> None:
    clock = PretendClock()
    slack = slacks_of(FIRST, clock=clock, apart=False)[0]
    exchange = Exchange([slack], client_id=CLIENT_ID, client_secret=CLIENT_SECRET, clock=clock, rotates=True)
    given = {
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_SIGNING_SECRET": SECRET,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "DEBUG",
        "HOME": str(tmp_path),
    }
    async with (
        serve_all(exchange) as address,
        running(tmp_path, SLACK_API_URL=f"{address}/api/", **given) as started,
        httpx.AsyncClient(follow_redirects=True) as browser,
    ):
        exchange.redirect_url = f"{started.url}/slack/oauth_redirect"
        slack.request_url = f"{started.url}/slack/events"
        page = await browser.get(f"{started.url}/slack/install")
        assert "Goodword is installed in Kestrel." in page.text
        await slack.types("ada", "general", "/kudos @ben for turning the invoice round")
        await slack.until(lambda: slack.shown("eve").channels["kudos"])
        assert words(slack.shown("eve").channels["kudos"][0]).startswith("Ada thanks @Ben")
        started.terminate()
        assert await started.ends() == 0

    written = "".join(started.log)
    assert "Goodword was installed in T0FIRST001" in written
    secrets = (*exchange.installed[FIRST].live, *exchange.installed[FIRST].refresh, CLIENT_SECRET, "code=")
    assert not [one for one in secrets if one in written]
    # Bolt would keep tokens in files, if it were let.
    left = {path.name for path in tmp_path.iterdir()}  # noqa: ASYNC240 - nothing else runs any more
    assert left <= {"goodword.db", "goodword.db-wal", "goodword.db-shm"}
