"""Every story is told on both databases; some over Socket Mode or beside a mirror (tests/twice.py)."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from tests import town as towns
from tests.town import SOCKET, Town
from tests.town import town as build

# Told beside a mirror each time; with GOODWORD_TWICE, as in `make faults`, all of them are.
TWICE = frozenset(
    {
        "test_a_kudos_is_in_the_channel_and_in_the_inbox_and_nowhere_else",
        "test_undo_takes_posts_away_and_the_ledger_keeps_both_entries",
        "test_on_monday_morning_a_manager_reads_what_was_said_of_their_people",
        "test_the_name_goes_along_only_if_the_reporter_said_so",
        "test_who_left_loses_name_and_address_and_slack_does_not_bring_them_back",
        "test_whoever_is_no_administrator_any_more_changes_nothing",
    }
)


@pytest.fixture(autouse=True)
def _beside_a_mirror(request: pytest.FixtureRequest) -> Iterator[None]:
    chosen = request.node.originalname in TWICE or bool(os.environ.get("GOODWORD_TWICE"))
    if chosen and not {request.node.originalname, request.path.name} & ALONE.keys():
        towns.TWICE.append(request.node.nodeid)
    yield
    towns.TWICE.clear()


# Stories in which a mirror is in the way, with the reason.
ALONE = {
    "test_a_bot_that_stopped_in_the_middle_goes_on_where_it_was": "builds two towns over one database",
    "test_released_after_a_day_it_is_not_parked_at_its_first_hiccup": "days in small steps, each of which "
    "lets a reminder be due in the mirror",
    "test_a_wrong_key_a_fallback_who_left_and_gaps_are_found_and_gone_when_they_are_mended": "without the "
    "key there is no token, so that no workspace is served",
    "test_digests_by_mail.py": "the mail server hears of both workspaces",
    "test_directory.py": "commands that go by a bot token, and SCIM, which serves one company",
}


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "socket" if SOCKET else "http"))


@pytest.fixture
async def town(database_url: str, transport: str) -> AsyncIterator[Town]:
    async with build(database_url, socket=transport == "socket") as made:
        yield made
