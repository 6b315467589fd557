"""What people do with the app: commands, buttons, forms, shortcuts, the Home tab."""

import asyncio
from typing import Any

from handlers.playground.caller import Attempt, Delivery
from handlers.playground.company import Person
from handlers.playground.errors import CannotAct
from handlers.playground.events import allowed
from handlers.playground.inputs import filled, slot
from handlers.playground.modals import close, initial_state, view_json
from handlers.playground.payloads import (
    closing,
    command_form,
    global_shortcut,
    message_shortcut,
    press_in_message,
    press_in_view,
    submission,
)
from handlers.playground.people_talk import PeopleTalk
from handlers.playground.posting import elements_of
from handlers.playground.responses import command_answer
from handlers.playground.shown import Message, ShownView
from handlers.playground.submissions import TROUBLE, apply_answer, complaints
from handlers.playground.text import typed
from handlers.playground.workspace import Interaction
from handlers.playground.world import Json, Post, View

NO_COMMAND = (
    "{} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as "
    "commands. If you are trying to send a message and not run a command, try preceding the “/” with an "
    "empty space."
)
NOT_IN_THREADS = "{} is not supported in threads. Sorry!"
NOT_FOR_GUESTS_OF_OTHERS = "{} can only be used by members of {}."
FAILED = '{} failed with the error "{}"'


class PeopleUse(PeopleTalk):
    """One delivery each, three seconds, no retries; Slack's error is shown to the person who acted."""

    async def types(
        self, user: str, channel: str, text: str, thread: str | None = None, *, raw: bool = False
    ) -> Interaction:
        """A slash command. `raw` passes the text as it stands, else it goes as the manifest says."""
        person = self._acting(user)
        room = self._inside(person, channel)
        command, _, rest = text.strip().partition(" ")
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
        return (
            None if self.world.local(person) else NOT_FOR_GUESTS_OF_OTHERS.format(command, self.company.name)
        )

    async def _used(self, person: Person, delivery: Delivery, label: str) -> Interaction:
        attempt = await self.caller.send(delivery)
        stack = self.world.stacks.get(person.id)
        done = Interaction(
            attempt.status, attempt.answer, deliveries=(delivery.id,), view_id=stack[-1].id if stack else None
        )
        if attempt.error is None:
            return done
        code = "operation_timeout" if attempt.error == "http_timeout" else "dispatch_failed"
        return self._with_error(person, done, FAILED.format(label, code))

    def _with_error(self, person: Person, done: Interaction, error: str) -> Interaction:
        self.toast(person.id, error)
        return Interaction(**{**vars(done), "error": error})

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
        held = {key: value for key, value in action.items() if key in {"type", slot(element)}}
        if isinstance(place, View):
            if slot(element) and element["type"] != "overflow":
                place.state = _put(place.state, block, element, held)
            payload = press_in_view(self, person, place, action)
        else:
            state = (
                _put(initial_state(blocks), block, element, held) if slot(element) else initial_state(blocks)
            )
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

    async def submits(
        self, user: str, view_id: str, values: dict[str, dict[str, Any]] | None = None
    ) -> Interaction:
        """Fill in {block_id: {action_id: value}} and press the submit button."""
        view = self.fills(user, view_id, values or {})
        person = self.person(user)
        view.errors = complaints(view)
        self.bell.ring()
        if view.errors:
            return Interaction(error=" ".join(view.errors.values()), view_id=view.id)
        return await self._submitted(person, view)

    def fills(self, user: str, view_id: str, values: dict[str, dict[str, Any]]) -> View:
        """Fill in fields without submitting; Slack sends them along with any press in that form."""
        view = self._modal(self._acting(user), view_id)
        for block_id, fields in values.items():
            for action_id, value in fields.items():
                block, element = find(view.given["blocks"], action_id, None, block_id)
                view.state = _put(view.state, block, element, filled(element, value))
        self.bell.ring()
        return view

    async def _submitted(self, person: Person, view: View) -> Interaction:
        title = view.given["title"]["text"]
        payload = submission(self, person, view)
        delivery = self.caller.payload("view_submission", f"{person.handle} submits {title}", payload)
        attempt = await self.caller.send(delivery)
        error = TROUBLE if attempt.error else apply_answer(self, view, attempt.answer)
        stack = self.world.stacks.get(person.id)
        top = stack[-1].id if stack else None
        done = Interaction(attempt.status, attempt.answer, deliveries=(delivery.id,), view_id=top)
        return self._with_error(person, done, error) if error else done

    def _modal(self, person: Person, view_id: str) -> View:
        for view in self.world.stacks.get(person.id, ()):
            if view.id == view_id:
                return view
        raise CannotAct(f"{person.name} has no open form {view_id}.")

    async def closes(self, user: str, view_id: str, *, everything: bool = False) -> Interaction:
        """Cancel a form; `everything` is the cross that closes the whole stack."""
        person = self._acting(user)
        view = self._modal(person, view_id)
        shapes = [
            closing(self, person, each, cleared=everything)
            for each in close(self, view, everything=everything)
            if each.given.get("notify_on_close")
        ]
        done = Interaction()
        for shape in shapes:
            delivery = self.caller.payload("view_closed", f"{person.handle} closes a form", shape)
            done = await self._used(person, delivery, "Closing")
        return done

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
        return await self._told(self.emit(event) if allowed(event, None, self.manifest) else [])

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


def find(blocks: list[Json], action_id: str, value: Any, block_id: str | None) -> tuple[Json, Json]:
    """The element with this name; several of one name are told apart by block or by their value."""
    named = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in {None, block["block_id"]}
    ]
    exact = [(block, element) for block, element in named if element.get("value") == value]
    found = exact if len(named) > 1 and value is not None else named
    if len(found) == 1:
        return found[0]
    offered = sorted(str(each.get("action_id")) for block in blocks for each in elements_of(block))
    how_many = "several" if found else "no"
    raise CannotAct(f"There are {how_many} elements {action_id!r} there; it has: {', '.join(offered)}.")


def _put(state: Json, block: Json, element: Json, held: Json) -> Json:
    """A new state with one value changed, so that what was shown before stays as it was."""
    fields = state.get(block["block_id"], {}) | {element["action_id"]: held}
    return state | {block["block_id"]: fields}
