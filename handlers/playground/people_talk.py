"""What people do among themselves: write, edit, delete, react, come and go."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.playground.api_people import changed_json
from handlers.playground.caller import Delivery
from handlers.playground.company import Person
from handlers.playground.errors import CannotAct
from handlers.playground.joining import join, leave
from handlers.playground.posting import add_reaction, announce, drop_reaction, edit, post, remove, with_ids
from handlers.playground.text import rich_text, typed
from handlers.playground.workspace import Interaction, Workspace
from handlers.playground.world import Conversation, Json, Post

READ_ONLY = "Sending messages to this app has been turned off."


class PeopleTalk(Workspace):
    """Each act returns once the app has answered the first delivery of its events."""

    async def says(
        self,
        user: str,
        channel: str,
        text: str,
        thread: str | None = None,
        files: Sequence[str] | None = None,
        *,
        raw: bool = False,
    ) -> Interaction:
        """Text as typed: "@ben" becomes a mention and "<" is escaped; `raw` passes it as it stands."""
        person = self._acting(user)
        room = self._inside(person, channel)
        if error := self._closed(room):
            return self.failed(person, error)
        written = text if raw else typed(text, self.world)
        made = post(
            self,
            room,
            person.id,
            written,
            blocks=with_ids(rich_text(written)) if written else [],
            thread_ts=self._thread(room, thread),
            client_msg_id=str(uuid.uuid4()),
            files=[self._file(name) for name in files or ()],
            subtype="file_share" if files else None,
        )
        return await self._told(announce(self, made), made)

    def _file(self, name: str) -> Json:
        return {"id": self.world.new_id("F"), "name": name, "title": name, "mode": "hosted"}

    def _acting(self, user: str) -> Person:
        person = self.person(user)
        if person.deleted:
            raise CannotAct(f"{person.name} is deactivated and cannot do anything.")
        return person

    def _inside(self, person: Person, channel: str) -> Conversation:
        room = self.room(channel, person.id)
        if person.id not in room.members:
            raise CannotAct(f"{person.name} is not in {room.name or room.id}.")
        if room.archived:
            raise CannotAct(f"#{room.name} is archived.")
        return room

    def _closed(self, room: Conversation) -> str | None:
        with_app = room.kind == "im" and self.company.bot_user in room.members
        open_tab = self.manifest.messages_tab and not self.manifest.messages_read_only
        return READ_ONLY if with_app and not open_tab else None

    def _thread(self, room: Conversation, thread: str | None) -> str | None:
        if thread is None:
            return None
        parent = room.posts.get(thread)
        if parent is None:
            raise CannotAct(f"There is no message {thread} to answer in {room.name or room.id}.")
        return parent.thread_ts if parent.is_reply else thread

    def failed(self, person: Person, error: str) -> Interaction:
        """Slack itself says no: a toast, and nothing sent."""
        self.toast(person.id, error)
        return Interaction(error=error)

    async def _told(self, deliveries: list[Delivery], made: Post | None = None) -> Interaction:
        attempts = await self.send_events(deliveries)
        return Interaction(
            status=attempts[0].status if attempts else None,
            answer=attempts[0].answer if attempts else None,
            deliveries=tuple(delivery.id for delivery in deliveries),
            channel=made.channel if made else None,
            ts=made.ts if made else None,
        )

    def _post(self, user: Person, channel: str, ts: str) -> Post:
        room = self.room(channel, user.id)
        found = self.world.post(ts, room.id)
        if found is None or not self.world.can_see(user.id, room):
            raise CannotAct(f"{user.name} sees no message {ts} in {room.name or room.id}.")
        return found

    def _own(self, user: str, channel: str, ts: str) -> Post:
        person = self._acting(user)
        found = self._post(person, channel, ts)
        if found.author != person.id:
            raise CannotAct(f"Message {ts} is not {person.name}'s.")
        return found

    async def edits(self, user: str, channel: str, ts: str, text: str, *, raw: bool = False) -> Interaction:
        made = self._own(user, channel, ts)
        written = text if raw else typed(text, self.world)
        blocks = with_ids(rich_text(written))
        return await self._told(
            edit(self, made, text=written, blocks=blocks, edited=self.world.new_ts()), made
        )

    async def deletes(self, user: str, channel: str, ts: str) -> Interaction:
        made = self._own(user, channel, ts)
        return await self._told(remove(self, made), made)

    async def reacts(self, user: str, channel: str, ts: str, name: str) -> Interaction:
        person = self._acting(user)
        made = self._post(person, channel, ts)
        deliveries = add_reaction(self, made, person.id, name.strip(":"))
        return await self._told(deliveries or [], made)

    async def unreacts(self, user: str, channel: str, ts: str, name: str) -> Interaction:
        person = self._acting(user)
        made = self._post(person, channel, ts)
        deliveries = drop_reaction(self, made, person.id, name.strip(":"))
        return await self._told(deliveries or [], made)

    async def reads(self, user: str, channel: str) -> None:
        """Everything in the conversation counts as seen."""
        person = self._acting(user)
        room = self.room(channel, person.id)
        latest = max(room.posts, default="")
        if room.read.get(person.id, "") < latest:
            room.read[person.id] = latest
            self.bell.ring(room.id)

    async def joins(self, user: str, channel: str) -> Interaction:
        """People and the app alike: inviting the app is `joins("goodword", "#support")`."""
        person, room = self._acting(user), self.room(channel)
        if person.id in room.members:
            return Interaction()
        return await self._told(join(self, room, person.id))

    async def leaves(self, user: str, channel: str) -> Interaction:
        person, room = self._acting(user), self.room(channel)
        if person.id not in room.members:
            return Interaction()
        return await self._told(leave(self, room, person.id))

    async def happens(self, event: Json, channel: str | None = None) -> Interaction:
        """Any other event, such as tokens_revoked or channel_rename, if the manifest asks for it."""
        room = self.room(channel) if channel else None
        return await self._told(self.emit({"event_ts": self.world.new_ts(), **event}, room))

    def deactivate(self, user: str) -> "asyncio.Task[Interaction]":
        return self.change_user(user, deleted=True)

    def change_user(self, user: str, **changes: Any) -> "asyncio.Task[Interaction]":
        """Changed at once; awaiting the answer waits until the app has heard of it."""
        person = replace(self.person(user), **changes)
        self.world.people[person.id] = person
        self._read_anew()
        shape = {"user": changed_json(self, person), "cache_ts": int(self.clock.now().timestamp())}
        deliveries = self.emit({"type": "user_change", **shape, "event_ts": self.world.new_ts()})
        return self.soon(self._told(deliveries))

    def change_group(self, group: str, members: Sequence[str]) -> "asyncio.Task[Interaction]":
        """The members of a user group, by handle of the group and handles or ids of the people."""
        found = self.world.group_by_handle(group.removeprefix("@"))
        if found is None:
            raise CannotAct(f"There is no user group {group!r}.")
        changed = replace(found, members=tuple(self.person(member).id for member in members))
        self.world.groups[found.id] = changed
        self._read_anew()
        added = [id for id in changed.members if id not in found.members]
        removed = [id for id in found.members if id not in changed.members]
        shape = {
            "subteam_id": found.id,
            "team_id": self.company.id,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
        }
        deliveries = self.emit({"type": "subteam_members_changed", **shape, "event_ts": self.world.new_ts()})
        return self.soon(self._told(deliveries))

    def _read_anew(self) -> None:
        """Names stand in messages: they are read again after a change of people."""
        rooms = self.world.conversations.values()
        for made in (*self.world.ephemerals, *(each for room in rooms for each in room.posts.values())):
            made.seen = None
        self.bell.ring(*self.world.conversations)
