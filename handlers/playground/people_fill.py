"""What people do with the app's forms: fill them in, hand them in, close them."""

from dataclasses import replace
from typing import Any

from handlers.playground.caller import Delivery
from handlers.playground.company import Person
from handlers.playground.errors import CannotAct
from handlers.playground.inputs import filled
from handlers.playground.modals import close
from handlers.playground.payloads import closing, submission
from handlers.playground.people_talk import PeopleTalk
from handlers.playground.posting import elements_of
from handlers.playground.submissions import TROUBLE, apply_answer, complaints
from handlers.playground.workspace import Interaction
from handlers.playground.world import Json, View

FAILED = '{} failed with the error "{}"'


class PeopleFill(PeopleTalk):
    """One delivery each, three seconds, no retries; Slack's error is shown to the person who acted."""

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
                view.state = put(view.state, block, element, filled(element, value))
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
        return replace(done, error=error)


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


def put(state: Json, block: Json, element: Json, held: Json) -> Json:
    """A new state with one value changed, so that what was shown before stays as it was."""
    fields = state.get(block["block_id"], {}) | {element["action_id"]: held}
    return state | {block["block_id"]: fields}
