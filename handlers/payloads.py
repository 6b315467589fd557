"""What Slack sends, as far as Goodword reads it; anything else in a payload is ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,64}$")]


LONGEST_NUMBER = 15  # digits; a database key is no longer


def number_in(value: str) -> int:
    """The number a button carries; 0 where it carries none of ours."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER else 0


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


Named = dict[str, Any] | str | None
"""Somebody or something by id, or as an object that has one."""


class Outline(Payload):
    """The parts in which Bolt looks for who and where, in a request and again in what it carries."""

    enterprise: Named = None
    team: Named = None
    user: Named = None
    channel: Named = None
    authorizations: list["Outline"] | None = None
    item: dict[str, Any] | str | None = None
    message: "Outline | str | None" = None
    previous_message: "Outline | str | None" = None


class Happened(Outline):
    type: str


class Shown(Payload):
    type: str
    callback_id: str = ""


class Used(Payload):
    action_id: str


class Request(Outline):
    """Any request, as far as Bolt reads it; on another shape it would fail, and not say why."""

    type: str = ""
    command: str = ""
    callback_id: str = ""
    action_id: str = ""
    event: Happened = Happened(type="")
    view: Shown = Shown(type="")
    actions: list[Used] = Field(default=[Used(action_id="")], min_length=1)
    response_urls: list[dict[str, Any]] = []


class Command(Payload):
    """A slash command. Its `trigger_id` is unique to the moment it was sent."""

    command: str
    text: str = ""
    team_id: Id
    user_id: Id
    trigger_id: str = Field(max_length=200)


class User(Payload):
    id: Id


class Team(Payload):
    id: Id


class Action(Payload):
    action_id: str
    block_id: str = Field(default="", max_length=255)
    value: str = ""
    action_ts: str = Field(default="", max_length=64)


class Channel(Payload):
    id: str = ""


class View(Payload):
    id: str = Field(max_length=100)
    callback_id: str = ""
    hash: str = Field(default="", max_length=100)
    private_metadata: str = ""
    state: dict[str, dict[str, dict[str, Any]]] = {}


class Click(Payload):
    """A button or another control that somebody used (block_actions)."""

    user: User
    team: Team
    trigger_id: str = Field(max_length=200)
    response_url: str = ""
    channel: Channel = Channel()
    view: View = View(id="")
    actions: list[Action] = Field(min_length=1)


class Shortcut(Payload):
    """A global shortcut, or one on a message, which names the channel and the message."""

    user: User
    team: Team
    callback_id: str
    trigger_id: str = Field(max_length=200)
    channel: Channel = Channel()
    message_ts: str = ""


class Submission(Payload):
    """A modal that was filled in and sent (view_submission)."""

    user: User
    team: Team
    view: View

    def field(self, block: str) -> dict[str, Any]:
        """Give the one element of an input block; empty where nothing was entered."""
        return next(iter(self.view.state.get("values", {}).get(block, {}).values()), {})


class Event(Payload):
    """The envelope of the Events API; `event` is whatever happened."""

    team_id: Id
    event_id: str = Field(max_length=100)
    event: dict[str, Any]


class HomeOpening(Payload):
    user: Id
    tab: str = ""


class Profile(Payload):
    display_name: str | None = None
    real_name: str | None = None
    email: str | None = None


class SlackUser(Payload):
    """A user object, as in events, users.list and users.info."""

    id: Id
    name: str
    team_id: Id | None = None
    real_name: str | None = None
    deleted: bool | None = None
    is_bot: bool | None = None
    is_admin: bool | None = None
    is_owner: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    tz: str | None = None
    profile: Profile | None = None


class Subteam(Payload):
    """A user group; `users` is missing where Slack does not tell its members."""

    id: Id
    handle: str
    name: str | None = None
    date_delete: int | None = None
    users: list[Id] | None = None


class UserChange(Payload):
    user: SlackUser


class SubteamChange(Payload):
    subteam: Subteam


class MembersChange(Payload):
    subteam_id: Id
    added_users: list[Id] = []
    removed_users: list[Id] = []
