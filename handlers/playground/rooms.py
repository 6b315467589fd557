"""How the app finds a conversation, and what Slack answers where it may not."""

from handlers.playground.company import Person
from handlers.playground.errors import SlackError
from handlers.playground.events import HISTORY
from handlers.playground.workspace import Workspace
from handlers.playground.world import Conversation, Post

READ = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def need(slack: Workspace, *scopes: str) -> None:
    """Any one of the scopes is enough."""
    if not slack.manifest.scopes.intersection(scopes):
        provided = ",".join(sorted(slack.manifest.scopes))
        raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


def in_it(slack: Workspace, room: Conversation) -> bool:
    return slack.company.bot_user in room.members


def seen(slack: Workspace, channel: str) -> Conversation:
    """A conversation the app knows of: public ones, and those it is in."""
    room = slack.world.conversations.get(channel)
    if room is None or (room.kind != "public" and not in_it(slack, room)):
        raise SlackError("channel_not_found")
    return room


def readable(slack: Workspace, channel: str) -> Conversation:
    room = seen(slack, channel)
    need(slack, HISTORY[room.kind])
    if not in_it(slack, room):
        raise SlackError("not_in_channel")
    return room


def writable(slack: Workspace, channel: str) -> Conversation:
    """Where a chat method may write: by id, "#name" or user id."""
    world = slack.world
    if channel in world.people:
        return dm(slack, channel)
    by_name = world.named(channel) if channel.startswith("#") else None
    room = by_name or world.conversations.get(channel)
    room = seen(slack, room.id if room else channel)
    if room.archived:
        raise SlackError("is_archived")
    if room.kind == "im":
        return dm(slack, next(iter(room.members - {slack.company.bot_user})))
    if not in_it(slack, room) and "chat:write.public" not in slack.manifest.scopes:
        raise SlackError("not_in_channel")
    return room


def same(slack: Workspace, channel: str) -> str:
    """One name for a conversation, by whichever of its names the app calls it."""
    if channel in slack.world.people:
        return slack.world.im(channel, slack.company.bot_user).id
    room = slack.world.named(channel) if channel.startswith("#") else None
    return room.id if room else channel


def dm(slack: Workspace, user: str) -> Conversation:
    """The app's conversation with a person, with everything Slack may have against it."""
    reachable(slack.world.people.get(user))
    if not slack.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    return slack.world.im(user, slack.company.bot_user)


def reachable(person: Person | None) -> Person:
    if person is None:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    if person.is_bot or person.id == "USLACKBOT":
        raise SlackError("cannot_dm_bot")
    return person


def message(room: Conversation, ts: str) -> Post:
    found = room.posts.get(ts)
    if found is None or found.deleted:
        raise SlackError("message_not_found")
    return found
