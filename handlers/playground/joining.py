"""Coming into a channel and leaving it."""

from handlers.playground.caller import Delivery
from handlers.playground.events import CHANNEL_TYPE
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Json


def join(slack: Workspace, room: Conversation, user: str) -> list[Delivery]:
    room.members.add(user)
    slack.bell.ring(room.id)
    return slack.emit(_event(slack, room, user, "member_joined_channel"), room)


def leave(slack: Workspace, room: Conversation, user: str) -> list[Delivery]:
    deliveries = slack.emit(_event(slack, room, user, "member_left_channel"), room)
    room.members.discard(user)
    slack.bell.ring(room.id)
    return deliveries


def _event(slack: Workspace, room: Conversation, user: str, kind: str) -> Json:
    return {
        "type": kind,
        "user": user,
        "channel": room.id,
        "channel_type": CHANNEL_TYPE[room.kind][0].upper(),
        "team": slack.company.id,
        "event_ts": slack.world.new_ts(),
    }
