"""The manifest: within Slack's limits, asking for what the code uses and for nothing else.

Limits: Slack's app manifest reference, as collected in the project's notes.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refusal
from bot.operate import manifest_for
from handlers import manifest as ours
from handlers.manifest import SCOPES, manifest
from handlers.playground import manifest as playgrounds
from handlers.routes import COMMANDS, EVENTS, LIFECYCLE, SHORTCUTS

HANDLERS = Path(__file__).parents[2] / "handlers"
URL = "https://goodword.example.com/slack/events"
MADE = manifest(URL)

# What each Web API method and each event needs: docs.slack.dev, page of the method or event.
NEEDED_BY_METHODS = {
    "api_call": set[str](),  # any of the others, by its name
    "apps_connections_open": set[str](),  # of the app's own token, which no manifest describes
    "auth_teams_list": set[str](),
    "auth_test": set[str](),
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set[str](),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_join": {"channels:join"},
    "conversations_list": {"channels:read", "groups:read"},  # public and private ones are asked for
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write", "mpim:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "oauth_v2_access": set[str](),
    "reactions_add": {"reactions:write"},
    "team_profile_get": {"users.profile:read"},
    "usergroups_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read", "users:read.email"},  # the org chart knows people by their e-mail
    "users_profile_get": {"users.profile:read"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_push": set[str](),
    "views_update": set[str](),
}
NEEDED_BY_EVENTS = {
    "app_home_opened": set[str](),
    "app_uninstalled": set[str](),
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message": {"channels:history", "groups:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "subteam_created": {"usergroups:read"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "team_access_granted": set[str](),
    "team_access_revoked": set[str](),
    "team_join": {"users:read"},
    "tokens_revoked": set[str](),
    "user_change": {"users:read"},
}
# Commands and shortcuts need the first; the second lets the first kudos of all be posted uninvited.
NEEDED_BESIDES = {"commands", "chat:write.public"}


def called() -> Iterator[tuple[str, str]]:
    """Every Web API method that handlers/ calls, with the file."""
    for path in HANDLERS.rglob("*.py"):
        if "playground" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and inspect.iscoroutinefunction(
                getattr(AsyncWebClient, node.attr, None)
            ):
                yield node.attr, path.name
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="api_call"), args=[ast.Constant(value=str(method)), *_]
                ):
                    yield method.replace(".", "_"), path.name


def test_the_scopes_are_those_of_the_methods_and_events_in_use() -> None:
    methods = {method for method, _ in called()}
    assert methods == NEEDED_BY_METHODS.keys(), "keep this test's table in step"
    assert {*EVENTS, *LIFECYCLE} == NEEDED_BY_EVENTS.keys(), "keep this test's table in step"
    needed = NEEDED_BESIDES.union(*NEEDED_BY_METHODS.values(), *NEEDED_BY_EVENTS.values())
    assert set(MADE["oauth_config"]["scopes"]["bot"]) == needed == set(SCOPES)


def test_private_channels_are_asked_for_wherever_public_ones_are() -> None:
    """Otherwise a private recognition channel could be found and not read, or the other way round."""
    for scope in SCOPES:
        kind, _, what = scope.partition(":")
        if kind == "channels" and what != "join":  # nobody joins a private channel uninvited
            assert f"groups:{what}" in SCOPES


def test_every_scope_has_a_reason_to_show_an_administrator() -> None:
    assert all(len(reason.split()) >= 2 for reason in SCOPES.values())


def test_commands_shortcuts_and_events_are_those_that_are_registered() -> None:
    features, settings = MADE["features"], MADE["settings"]
    assert {one["command"] for one in features["slash_commands"]} == set(COMMANDS)
    assert {one["callback_id"] for one in features["shortcuts"]} == set(SHORTCUTS)
    subscribed = set(settings["event_subscriptions"]["bot_events"])
    assert {"message" if name.startswith("message.") else name for name in subscribed} == {
        *EVENTS,
        "app_uninstalled",
        "tokens_revoked",
    }
    assert {name for name in subscribed if name.startswith("message.")} == {
        "message.channels",
        "message.groups",
    }
    assert ours.DESCRIBED.keys() == COMMANDS.keys()
    assert ours.NAMED.keys() == SHORTCUTS.keys()


def test_for_many_workspaces_it_has_the_way_back_and_what_organisations_need() -> None:
    many = manifest_for("https://goodword.example.com/", many=True)
    assert many["oauth_config"]["redirect_urls"] == ["https://goodword.example.com/slack/oauth_redirect"]
    assert "redirect_urls" not in MADE["oauth_config"]
    added = {*many["settings"]["event_subscriptions"]["bot_events"]} - {
        *MADE["settings"]["event_subscriptions"]["bot_events"]
    }
    assert added == {"team_access_granted", "team_access_revoked"}
    switched = ("org_deploy_enabled", "token_rotation_enabled")
    assert [MADE["settings"][name] for name in switched] == [False, False]
    assert [many["settings"][name] for name in switched] == [True, True]


def test_for_many_workspaces_by_socket_mode_only_browsers_have_an_address() -> None:
    made = manifest_for("https://goodword.example.com/", calls=True, many=True)
    assert made["settings"].pop("socket_mode_enabled") is True
    assert made["oauth_config"].pop("redirect_urls") == ["https://goodword.example.com/slack/oauth_redirect"]
    assert "://" not in json.dumps(made)
    assert made["settings"]["token_rotation_enabled"] is True


def test_an_app_that_calls_slack_has_no_address_and_is_otherwise_the_same() -> None:
    made = manifest_for("", calls=True)
    assert "://" not in json.dumps(made)
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is True
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = settings["interactivity"]["request_url"] = URL
    for command in made["features"]["slash_commands"]:
        command["url"] = URL
    assert made == MADE


def test_mentions_arrive_as_ids() -> None:
    assert all(one["should_escape"] is True for one in MADE["features"]["slash_commands"])


def test_slack_reaches_everything_at_one_address() -> None:
    features, settings = MADE["features"], MADE["settings"]
    addresses = {
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
        *(one["url"] for one in features["slash_commands"]),
    }
    assert addresses == {URL}
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["socket_mode_enabled"] is False


def test_people_can_be_written_to_and_have_a_home_tab() -> None:
    """Without the messages tab every direct message is refused with `messages_tab_disabled`."""
    home = MADE["features"]["app_home"]
    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]


def test_it_is_a_manifest_of_the_second_version() -> None:
    assert MADE["_metadata"]["major_version"] == 2
    assert json.loads(json.dumps(MADE)) == MADE


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (MADE["display_information"]["name"], 1, 35),
        (MADE["display_information"]["description"], 1, 140),
        (MADE["display_information"]["long_description"], 174, 4000),
        (MADE["features"]["bot_user"]["display_name"], 1, 80),
        *((one["command"], 2, 32) for one in MADE["features"]["slash_commands"]),
        *((one["description"], 1, 2000) for one in MADE["features"]["slash_commands"]),
        *((one["usage_hint"], 1, 1000) for one in MADE["features"]["slash_commands"]),
        # Not documented for manifests; what Slack's settings page takes.
        *((one["name"], 1, 24) for one in MADE["features"]["shortcuts"]),
        *((one["description"], 1, 150) for one in MADE["features"]["shortcuts"]),
        *((one["callback_id"], 1, 255) for one in MADE["features"]["shortcuts"]),
    ],
)
def test_texts_are_within_slack_s_limits(text: str, least: int, most: int) -> None:
    assert least <= len(text) <= most


def test_lists_are_within_slack_s_limits() -> None:
    features = MADE["features"]
    assert len(features["slash_commands"]) <= 50
    assert len(features["shortcuts"]) <= 10
    assert len(MADE["settings"]["event_subscriptions"]["bot_events"]) <= 100
    assert len(MADE["oauth_config"]["scopes"]["bot"]) <= 255


def test_names_have_the_characters_slack_allows() -> None:
    assert re.fullmatch(r"[a-z0-9\-_.]+", MADE["features"]["bot_user"]["display_name"])
    assert all(re.fullmatch(r"/[a-z0-9\-_]+", one["command"]) for one in MADE["features"]["slash_commands"])
    assert all(one["type"] in {"global", "message"} for one in MADE["features"]["shortcuts"])
    assert re.fullmatch(r"#[0-9a-f]{6}", MADE["display_information"]["background_color"])


def test_the_playground_reads_it_as_it_is_meant() -> None:
    read = playgrounds.parse(MADE)
    assert read.name == "Goodword"
    assert read.events == set(ours.subscriptions())
    assert read.scopes == set(SCOPES)
    assert set(read.commands) == set(COMMANDS)


@pytest.mark.parametrize(
    "typed",
    [
        "https://goodword.example.com",
        "https://goodword.example.com/",
        "https://goodword.example.com/slack/events",
        "https://goodword.example.com/slack/events/",
    ],
)
def test_the_address_may_be_given_with_its_path_or_without(typed: str) -> None:
    assert manifest_for(typed) == MADE


def test_a_path_in_front_is_kept() -> None:
    made: dict[str, Any] = manifest_for("https://tools.example.com/goodword/")
    assert (
        made["settings"]["interactivity"]["request_url"] == "https://tools.example.com/goodword/slack/events"
    )


@pytest.mark.parametrize("typed", ["http://goodword.example.com", "goodword.example.com", "", "https://"])
def test_an_address_that_slack_would_not_call_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="Slack only calls https addresses"):
        manifest_for(typed)
