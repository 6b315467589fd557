"""The page on performance names its command, and its table has a line for everything that is measured."""

import json

from benchmarks.speed import report
from benchmarks.speed.__main__ import PARTS
from tests.docs.pages import page

PAGE = page("docs/performance.md")
WISHES = (
    *("durable /kudos on SQLite", "durable /kudos on PostgreSQL", "its p99 to the no-op's, SQLite"),
    *("its median to Bolt's default at one connection", "bare endpoint", "Bolt's no-op as it comes"),
    *(
        "a message that mentions nobody",
        "a message that mentions somebody",
        "messages a second to 1,000 channels",
    ),
    *("rate of /kudos with Slack at 120 ms", "of 1,000,000 kudos to that of 100,000", "among 50,000 people"),
    *(
        "from start to ready",
        "in memory after 100,000 /kudos",
        "two processes to one",
        "four processes to one",
    ),
    "how busy the load generator's core was",
)


def test_the_page_names_the_command_and_has_every_line() -> None:
    assert "`make bench`" in PAGE.text
    lines = PAGE.text.partition(report.MARK)[2].partition(report.END)[0]
    for wish in WISHES:
        assert wish in lines, wish
    assert [part for part in PARTS if f"| {part} |" not in lines] == []


def test_the_table_is_what_was_measured() -> None:
    lines = PAGE.text.partition(report.MARK)[2].partition(report.END)[0]
    assert lines == report.table(json.loads(report.KEPT.read_text()))
