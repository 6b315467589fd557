"""What Slack sends, as far as Goodword reads it; anything else in a payload is ignored."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

ID = r"^[A-Z0-9]{1,64}$"
IS_ID = re.compile(r"[A-Z0-9]{1,64}")
Id = Annotated[str, StringConstraints(pattern=ID)]
Ts = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,12}\.[0-9]{1,12})?$")]
"""A moment as Slack tells it, in seconds with a fraction; it is also the name of a message in its channel."""

LONGEST_NUMBER = 15  # digits; a database key is no longer


def number_in(value: str) -> int:
    """The number a button carries; 0 where it carries none of ours."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER else 0


def moment(ts: str) -> datetime | None:
    """When it happened, to the microsecond; exactly, for two are compared."""
    seconds, _, fraction = ts.partition(".")
    if not seconds:
        return None
    micros = int(fraction.ljust(6, "0")[:6])
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=micros)


class Payload(BaseModel):
    # Each is built when the first of its kind arrives, and not all of them at the start.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


Named = dict[str, Any] | str | None
"""Somebody or something by id, or as an object that has one."""


class Outline(Payload):
    """The parts in which Bolt looks for who and where, in a request and again in what it carries."""

    enterprise: Named = None
    team: Named = None
    user: Named = None
    channel: Named = None
    authorizations: list["Outline"] | None = None
    item: "Outline | str | None" = None
    assistant_thread: "Outline | str | None" = None
    message: "Outline | str | None" = None
    previous_message: "Outline | str | None" = None


class Envelope(Payload):
    """What Socket Mode carries a payload in; events that were not acknowledged come again in another."""

    envelope_id: str
    payload: dict[str, Any]
    accepts_response_payload: bool = False


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
    domain: str = ""


class Action(Payload):
    action_id: str
    block_id: str = Field(default="", max_length=255)
    value: str = ""
    selected_option: dict[str, Any] | None = None
    action_ts: str = Field(default="", max_length=64)

    @property
    def chosen(self) -> str:
        """What was chosen in a menu; empty where nothing was."""
        return str((self.selected_option or {}).get("value", ""))


class Channel(Payload):
    id: str = ""


class Option(Payload):
    value: str = ""


class Entered(Payload):
    """What stands in one field of a form, whichever kind of field it is."""

    value: str = ""
    selected_option: Option = Option()
    selected_options: list[Option] = []
    selected_user: str = ""
    selected_users: list[str] = []
    selected_conversation: str = ""

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, given: Any) -> Any:
        """Slack says null where nothing was entered."""
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if value is not None}
        return given


class View(Payload):
    id: str = Field(max_length=100)
    callback_id: str = ""
    hash: str = Field(default="", max_length=100)
    private_metadata: str = ""
    root_view_id: str = Field(default="", max_length=100)
    blocks: list[dict[str, Any]] = []
    title: dict[str, Any] | None = None
    submit: dict[str, Any] | None = None
    close: dict[str, Any] | None = None
    state: dict[str, dict[str, dict[str, Entered]]] = {}


class Click(Payload):
    """A button or another control that somebody used (block_actions)."""

    user: User
    team: Team
    trigger_id: str = Field(max_length=200)
    response_url: str = ""
    channel: Channel = Channel()
    view: View = View(id="")
    actions: list[Action] = Field(min_length=1)


class Edited(Payload):
    ts: Ts = ""


class Written(Payload):
    """A message, as in events, in history, and in a shortcut on it."""

    ts: Ts = ""
    user: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    text: str | None = None
    edited: Edited | None = None

    @property
    def author(self) -> str:
        """Whoever wrote it, if that is a person; empty for bots and for what Slack itself says."""
        by_hand = self.subtype in {None, "thread_broadcast", "file_share", "me_message"}
        user = self.user or ""
        return user if by_hand and not self.bot_id and IS_ID.fullmatch(user) else ""


class Shortcut(Payload):
    """A global shortcut, or one on a message, which names the channel and the message."""

    user: User
    team: Team
    callback_id: str
    trigger_id: str = Field(max_length=200)
    channel: Channel = Channel()
    message_ts: str = ""
    message: Written = Written()


class Submission(Payload):
    """A modal that was filled in and sent (view_submission)."""

    user: User
    team: Team
    view: View

    def field(self, block: str) -> Entered:
        """Give the one element of an input block; empty where nothing was entered."""
        return next(iter(self.view.state.get("values", {}).get(block, {}).values()), Entered())

    @property
    def metadata(self) -> dict[str, Any]:
        """What the form carries along; whoever reads it judges it anew."""
        try:
            found = json.loads(self.view.private_metadata or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Event(Payload):
    """The envelope of the Events API; `event` is whatever happened."""

    team_id: Id
    event_id: str = Field(max_length=100)
    event: dict[str, Any]


class HomeOpening(Payload):
    user: Id
    tab: str = ""


class Item(Payload):
    type: str = ""
    channel: str = ""
    ts: Ts = ""


class Reaction(Payload):
    """Somebody put an emoji on something, or took it away."""

    type: str
    user: Id
    reaction: str = Field(max_length=128)
    item: Item
    item_user: str = ""
    event_ts: Ts = ""


class MessageChange(Payload):
    """`message_changed` and `message_deleted`; the message before stands there where Slack has it."""

    channel: str = ""
    event_ts: Ts = ""
    message: Written = Written()
    previous_message: Written = Written()
    deleted_ts: Ts = ""


class Profile(Payload):
    display_name: str | None = None
    real_name: str | None = None
    email: str | None = None


class OfEnterprise(Payload):
    """What a user object has in an organisation: the workspaces of it that somebody belongs to."""

    teams: list[str] = []


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
    enterprise_user: OfEnterprise | None = None


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


class ChannelRead(Payload):
    """Others than before may read a channel."""

    channel: Id


class ChannelMoved(Payload):
    """A channel has a new id, since it is shared with another organisation or no more."""

    old_channel_id: Id
    new_channel_id: Id
