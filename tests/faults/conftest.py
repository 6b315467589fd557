"""A pretend Slack that real processes talk to, over HTTP."""

from collections.abc import AsyncIterator

import pytest

from handlers.manifest import manifest
from handlers.playground import PretendSlack, sample_company, serve
from tests.faults.table import NOTE, WANTED, drawn, written
from tests.faults.trial import Row
from tests.faults.troubles import EVERYWHERE, POSTGRESQL
from tests.town import SECRET, TOKEN


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    slack = PretendSlack(
        company=sample_company(),
        manifest=manifest("https://goodword.example.com/slack/events"),
        signing_secret=SECRET,
        bot_token=TOKEN,
        rate_limits=False,
    )
    async with serve(slack):
        yield slack


def _place(row: Row) -> tuple[bool, int, str]:
    order = [*EVERYWHERE, *POSTGRESQL]
    known = row.trouble in order
    return not known, order.index(row.trouble) if known else 0, f"{row.trouble} {row.engine}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for status in ("passed", "failed") for report in terminalreporter.getreports(status)]
    noted = [dict(report.user_properties).get(NOTE) for report in reports if report.when == "call"]
    # Several processes end in any order.
    rows = sorted((Row(**row) for row in noted if isinstance(row, dict)), key=_place)
    if rows:
        terminalreporter.write_line(drawn(rows))
        if WANTED:
            terminalreporter.write_line(written(rows))
