"""People and user groups as Slack tells of them, in all the shapes it does."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.ports import Work
from bot.rules.people import Group, Person
from handlers.directory.slack import group_of, person_of
from handlers.payloads import SlackUser, Subteam
from tests.handlers.door import ADA, BEN, TEAM, Door, event

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PROFILE = {"display_name": "Ben", "real_name": "Ben O"}
USER = {"id": "U1", "name": "ben.okafor", "team_id": "T1", "profile": PROFILE}


def read(**changes: Any) -> Person:
    """Ben as Slack describes him, with changes; what is changed to `...` is missing."""
    told = {name: value for name, value in (USER | changes).items() if value is not ...}
    return person_of(SlackUser.model_validate(told), "T0HOME")


def test_a_user_is_read_with_name_home_and_time_zone() -> None:
    whole = read(real_name="Ben Okafor", tz="Asia/Tokyo", deleted=False, is_bot=False)
    assert whole == Person("U1", "ben.okafor", "Ben", "T1", "Ben Okafor", timezone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("changes", "name", "real_name"),
    [
        ({"profile": {"display_name": "", "real_name": "Ben O"}}, "Ben O", "Ben O"),
        ({"profile": {"display_name": None}, "real_name": "Ben Okafor"}, "Ben Okafor", "Ben Okafor"),
        ({"profile": {}}, "ben.okafor", "ben.okafor"),
        ({"profile": None}, "ben.okafor", "ben.okafor"),
        ({"profile": ..., "real_name": ""}, "ben.okafor", "ben.okafor"),
    ],
)
def test_where_a_name_is_missing_the_next_best_is_taken(
    changes: dict[str, Any], name: str, real_name: str
) -> None:
    found = read(**changes)
    assert (found.name, found.real_name) == (name, real_name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, {"active"}),
        ({"deleted": True}, set()),
        ({"is_bot": True}, {"active", "bot"}),
        ({"id": "USLACKBOT", "is_bot": False}, {"active", "bot"}),  # Slack says it is none
        ({"is_restricted": True}, {"active", "guest"}),
        ({"is_ultra_restricted": True}, {"active", "guest"}),
        ({"deleted": None, "is_bot": None, "is_restricted": None}, {"active"}),
    ],
)
def test_who_has_left_who_is_a_bot_and_who_is_a_guest(changes: dict[str, Any], said: set[str]) -> None:
    found = read(**changes)
    assert {what for what in ("active", "bot", "guest") if getattr(found, what)} == said


def test_without_a_team_a_user_is_of_ours_and_without_a_zone_in_utc() -> None:
    found = read(team_id=..., tz=None)
    assert (found.home, found.timezone) == ("T0HOME", "UTC")


@pytest.mark.parametrize("changes", [{"id": ...}, {"name": ...}, {"id": "<@U1>"}, {"deleted": "maybe"}])
def test_what_is_no_user_is_not_taken_for_one(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**changes)


def test_a_user_group_is_read_with_its_members() -> None:
    told = {
        "id": "S1",
        "handle": "support-team",
        "name": "Support team",
        "date_delete": 0,
        "users": ["U1", "U2"],
    }
    assert group_of(Subteam.model_validate(told)) == Group(
        "S1", "support-team", "Support team", members=("U1", "U2")
    )
    assert group_of(
        Subteam.model_validate({"id": "S1", "handle": "x", "date_delete": 1_700_000_000})
    ) == Group("S1", "x", "x", active=False)


# Slack's events


async def _group(door: Door) -> Group | None:
    def look(work: Work) -> Group | None:
        return work.people.look_up((), ("S1",), ()).groups.get("S1")

    return await door.store.transact(TEAM, look)


@on_sqlite
async def test_a_changed_name_is_known_at_once(door: Door) -> None:
    changed = {"id": BEN, "name": "ben", "team_id": TEAM, "profile": {"display_name": "Benedict"}}
    for kind in ("user_change", "team_join"):
        assert (await door.event(event({"type": kind, "user": changed}))).status_code == 200
    roll = await door.store.transact(TEAM, lambda work: work.people.look_up((BEN,), (), ()))
    assert roll.people[BEN].name == "Benedict"


@on_sqlite
async def test_a_group_is_followed_through_its_life(door: Door) -> None:
    async def told(kind: str, **happened: Any) -> None:
        assert (await door.event(event({"type": kind, **happened}))).status_code == 200

    subteam = {"id": "S1", "handle": "team", "name": "Team"}
    await told("subteam_created", subteam=subteam | {"users": [ADA]})
    assert await _group(door) == Group("S1", "team", "Team", members=(ADA,))

    await told("subteam_members_changed", subteam_id="S1", added_users=[BEN], removed_users=[ADA])
    assert await _group(door) == Group("S1", "team", "Team", members=(BEN,))

    # Told without its members, it keeps those it has.
    await told("subteam_updated", subteam=subteam | {"name": "Renamed"})
    assert await _group(door) == Group("S1", "team", "Team", members=(BEN,))

    await told("subteam_updated", subteam=subteam | {"date_delete": 1_700_000_000})
    gone = await _group(door)
    assert gone is not None
    assert not gone.active


@on_sqlite
async def test_only_the_home_tab_is_drawn_anew(door: Door) -> None:
    for tab in ("messages", ""):
        await door.event(event({"type": "app_home_opened", "user": ADA, "tab": tab}))
    assert "outbox" not in await door.rows()
    await door.event(event({"type": "app_home_opened", "user": ADA, "tab": "home"}))
    assert (await door.rows())["outbox"] == 1
