"""What people do with the app: commands, buttons, forms, shortcuts, the Home tab."""

import asyncio
from typing import Any

from handlers.playground.caller import Attempt
from handlers.playground.company import Person
from handlers.playground.errors import CannotAct
from handlers.playground.inputs import filled, slot
from handlers.playground.modals import initial_state, keeping, view_json
from handlers.playground.payloads import (
    command_form,
    global_shortcut,
    message_shortcut,
    press_in_message,
    press_in_view,
)
from handlers.playground.people_fill import FAILED, PeopleFill, find, put
from handlers.playground.responses import command_answer
from handlers.playground.shown import Message, ShownView
from handlers.playground.text import typed
from handlers.playground.workspace import Interaction
from handlers.playground.world import Json, Post, View

NO_COMMAND = (
    "{} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as "
    "commands. If you are trying to send a message and not run a command, try preceding the “/” with an "
    "empty space."
)
NOT_IN_THREADS = "{} is not supported in threads. Sorry!"
NOT_FOR_OTHERS = "{} can only be used by members of {}."


class PeopleUse(PeopleFill):
    """One delivery each, three seconds, no retries; Slack's error is shown to the person who acted."""

    async def types(
        self, user: str, channel: str, text: str, thread: str | None = None, *, raw: bool = False
    ) -> Interaction:
        """A slash command. `raw` passes the text as it stands, else it goes as the manifest says."""
        person = self._acting(user)
        room = self._inside(person, channel)
        command, rest = [*text.split(maxsplit=1), "", ""][:2]
        if not command.startswith("/"):
            raise CannotAct(f"{text!r} is no slash command; `says` writes a message.")
        if error := self._no_command(person, command, thread):
            return self.failed(person, error)
        if not raw and self.manifest.commands[command].get("should_escape"):
            rest = typed(rest, self.world)
        fields = command_form(self, person, room, command, rest.strip())
        delivery = self.caller.form("slash_command", f"{person.handle}: {command}", fields)
        done = await self._used(person, delivery, command)
        if done.error is None and (code := command_answer(self, room, person.id, done.answer)):
            return self._with_error(person, done, FAILED.format(command, code))
        return done

    def _no_command(self, person: Person, command: str, thread: str | None) -> str | None:
        if command not in self.manifest.commands:
            return NO_COMMAND.format(command)
        if thread is not None:
            return NOT_IN_THREADS.format(command)
        if not self.world.local(person):
            return NOT_FOR_OTHERS.format(command, self.company.name)
        return None

    async def clicks(
        self,
        user: str,
        message_or_view: "Message | ShownView | str",
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
    ) -> Interaction:
        """Press a button or choose in a menu; `value` is what is chosen, or tells equal buttons apart.

        A `Message` taken earlier is pressed as it looked then, as in a window that lags behind.
        """
        person = self._acting(user)
        place = self._place(person, message_or_view)
        blocks = message_or_view.blocks if isinstance(message_or_view, Message) else self._blocks(place)
        block, element = find(blocks, action_id, value, block_id)
        action = self._action(block, element, value)
        if isinstance(place, View):
            place.state = after_press(place.state, block, element, action)
            payload = press_in_view(self, person, place, action)
        else:
            state = keeping(initial_state(blocks), self.world.choices.get((person.id, place.ts), {}))
            state = after_press(state, block, element, action)
            self.world.choices[person.id, place.ts] = state
            payload = press_in_message(self, person, place, action, state)
        label = str(element.get("text", {}).get("text", action_id))
        summary = f"{person.handle} clicks {label}"
        return await self._used(person, self.caller.payload("block_actions", summary, payload), label)

    def _place(self, person: Person, thing: "Message | ShownView | str") -> Post | View:
        """Where the button is: the message or view, as it stands now, if the person sees it."""
        if thing == "home":
            found: Post | View | None = self.world.homes.get(person.id)
        elif isinstance(thing, Message):
            found = self.world.post(thing.ts, thing.channel) or self.world.ephemeral(thing.ts)
        else:
            key = thing if isinstance(thing, str) else thing.id
            found = self.world.view(key) or self.world.post(key) or self.world.ephemeral(key)
        if found is None or not self._sees(person, found):
            raise CannotAct(f"{person.name} sees nothing like {thing!r}.")
        return found

    def _sees(self, person: Person, found: Post | View) -> bool:
        if isinstance(found, View):
            return found.user == person.id
        if found.ephemeral_to:
            return found.ephemeral_to == person.id
        return self.world.can_see(person.id, self.world.conversations[found.channel])

    @staticmethod
    def _blocks(place: Post | View) -> list[Json]:
        blocks: list[Json] = place.given["blocks"] if isinstance(place, View) else place.blocks
        return blocks

    def _action(self, block: Json, element: Json, value: Any) -> Json:
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        action["action_ts"] = self.world.new_ts()
        if slot(element):
            return action | filled(element, value)
        action |= {key: element[key] for key in ("text", "value", "style") if key in element}
        return action

    async def shortcut(
        self, user: str, callback_id: str, message: "Message | str | None" = None
    ) -> Interaction:
        """A global shortcut, or with a message (or its ts) a message shortcut."""
        person = self._acting(user)
        kind = "global" if message is None else "message"
        known = self.manifest.shortcuts.get(callback_id)
        if known is None or known["type"] != kind:
            raise CannotAct(f"The manifest has no {kind} shortcut {callback_id!r}.")
        if message is None:
            payload = global_shortcut(self, person, callback_id)
        else:
            place = self._place(person, message)
            if isinstance(place, View):
                raise CannotAct("A message shortcut needs a message.")
            payload = message_shortcut(self, person, callback_id, place)
        name = str(known["name"])
        delivery = self.caller.payload(payload["type"], f"{person.handle}: {name}", payload)
        return await self._used(person, delivery, name)

    async def opens_home(self, user: str, tab: str = "home") -> Interaction:
        """Looking at the app's Home (or "messages") tab."""
        person = self._acting(user)
        room = self.world.im(person.id, self.company.bot_user)
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": room.id, "tab": tab}
        event["event_ts"] = self.world.new_ts()
        home = self.world.homes.get(person.id)
        if home is not None and tab == "home":
            event["view"] = view_json(self, home)
        return await self._told(self.emit(event))

    async def redeliver(
        self, interaction: Interaction, times: int = 1, *, at_once: bool = False
    ) -> list[Attempt]:
        """The very same body again, freshly signed, as a network (or for events Slack itself) may do."""
        if not interaction.deliveries:
            raise CannotAct("Nothing was sent to the app, so nothing can be sent again.")
        wanted = [each for each in self.requests if each.id in interaction.deliveries]
        repeats = [
            self.caller.send(each, (number + 1, "http_timeout") if each.kind == "event" else None)
            for number in range(times)
            for each in wanted
        ]
        if at_once:
            return list(await asyncio.gather(*repeats))
        return [await repeat for repeat in repeats]

    def dismiss_toast(self, user: str, number: int) -> None:
        person = self.person(user)
        toasts = self.world.toasts.get(person.id, [])
        self.world.toasts[person.id] = [toast for toast in toasts if toast[0] != number]
        self.bell.ring()


def after_press(state: Json, block: Json, element: Json, action: Json) -> Json:
    """The state with what was chosen; buttons and overflow menus hold nothing."""
    key = slot(element)
    if key is None or element["type"] == "overflow":
        return state
    return put(state, block, element, {"type": action["type"], key: action[key]})
