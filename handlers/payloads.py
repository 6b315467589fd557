"""What Slack sends, as far as Goodword reads it; anything else in a payload is ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,64}$")]


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


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
    value: str = ""
    action_ts: str = Field(default="", max_length=64)


class Click(Payload):
    """A button or another control that somebody used (block_actions)."""

    user: User
    team: Team
    trigger_id: str = Field(max_length=200)
    response_url: str = ""
    actions: list[Action] = Field(min_length=1)


class Shortcut(Payload):
    user: User
    team: Team
    callback_id: str
    trigger_id: str = Field(max_length=200)


class View(Payload):
    id: str = Field(max_length=100)
    callback_id: str = ""
    hash: str = Field(default="", max_length=100)
    private_metadata: str = ""
    state: dict[str, dict[str, dict[str, Any]]] = {}


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
