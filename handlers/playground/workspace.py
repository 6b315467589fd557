"""The pretend workspace as a whole: its state, its line to the app, and what happened so far."""

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from handlers.playground.bell import Bell
from handlers.playground.caller import Attempt, Caller, Delivery, Outgoing
from handlers.playground.clock import PretendClock
from handlers.playground.company import Company, Person
from handlers.playground.errors import CannotAct
from handlers.playground.events import allowed, envelope
from handlers.playground.faults import Faults
from handlers.playground.links import Links
from handlers.playground.manifest import parse
from handlers.playground.sample import sample_company
from handlers.playground.shown import Message, Shown, read, shown
from handlers.playground.switches import Switches
from handlers.playground.tickets import Tickets
from handlers.playground.world import Conversation, Json, Post, World

ACTIVITY_KEPT = 200
T = TypeVar("T")


@dataclass(frozen=True)
class ApiCall:
    """One thing the app asked of the Web API (its token is left out); `status` None: the line was cut."""

    method: str
    args: Json
    response: Any
    at: datetime
    status: int | None = 200


@dataclass(frozen=True)
class Interaction:
    """What came of a person's act: the app's answer, and Slack's error if the person saw one."""

    status: int | None = None
    answer: Any = None
    error: str | None = None
    deliveries: tuple[str, ...] = ()
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(frozen=True)
class Line:
    """A line of the page's side panel."""

    id: int
    at: datetime
    kind: str
    summary: str
    detail: str = ""


class Workspace:
    """What every part of the pretend Slack works on.

    `ack_seconds` and `trigger_seconds` are Slack's three seconds; tests may shorten them.
    """

    def __init__(
        self,
        *,
        manifest: Json,
        signing_secret: str,
        bot_token: str,
        app_token: str = "",
        company: Company | None = None,
        clock: PretendClock | None = None,
        request_url: str | None = None,
        rate_limits: bool = True,
        ack_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
    ) -> None:
        self.rate_limits = rate_limits
        self.clock = clock or PretendClock()
        self.company = company or sample_company()
        self.manifest = parse(manifest)
        self.bot_token = bot_token
        self.app_token = app_token
        self.verification_token = secrets.token_hex(12)
        self.world = World(self.company, self.clock)
        self.bell = Bell()
        self.links = Links(self.bell, self.company.app_id, wanted=self.manifest.socket_mode)
        self.caller = Caller(
            clock=self.clock,
            bell=self.bell,
            signing_secret=signing_secret,
            limit=ack_seconds,
            links=self.links,
        )
        self.caller.request_url = request_url
        self.caller.told = self._tell_delivery
        self.tickets = Tickets(self.clock, trigger_seconds)
        self.faults = Faults()
        self.switches = Switches(self.faults)
        self.still_to_say: int | None = None  # messages the app has yet to send, if it tells us
        self.calls: list[ApiCall] = []
        self.at_work = 0  # calls that are not answered yet, whether or not anybody still waits
        self.activity: deque[Line] = deque(maxlen=ACTIVITY_KEPT)
        self.enterprise: str | None = None  # the organisation it belongs to, whole as the app is installed
        self.api_url = ""
        self.public_url = ""
        self.closing = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lines = itertools.count(1)
        self.clock.subscribe(self.bell.ring)

    @property
    def request_url(self) -> str | None:
        return self.caller.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.caller.request_url = url

    def answer_by(self, links: Links) -> None:
        """Speak to the app down the lines of another workspace: they are the app's, not a workspace's."""
        self.links = self.caller.links = links

    @property
    def tokens(self) -> set[str]:
        """Those of the bot, and in Socket Mode of the app."""
        return {token for token in (self.bot_token, self.app_token) if token}

    @property
    def outgoing(self) -> Outgoing:
        return self.caller.outgoing

    @property
    def requests(self) -> list[Delivery]:
        return self.caller.deliveries

    def tell(self, kind: str, summary: str, detail: str = "") -> None:
        self.activity.append(Line(next(self._lines), self.clock.now(), kind, summary, detail))
        self.bell.ring()

    def _tell_delivery(self, delivery: Delivery) -> None:
        last = delivery.last
        if last is None:
            return
        again = f" (retry {last.retry_num}, {last.error or 'ok'})" if last.retry_num else ""
        outcome = last.status if last.status is not None else last.error
        summary = f"{delivery.summary} → {outcome} in {last.duration * 1000:.0f} ms{again}"
        self.tell("request", summary, f"{delivery.kind} {delivery.id}, attempt {delivery.attempts}")

    def person(self, user: str | Person) -> Person:
        """By id, handle or display name."""
        if isinstance(user, Person):
            return self.world.people[user.id]
        found = self.world.people.get(user) or self.world.by_handle(user.removeprefix("@"))
        if found is None:
            raise CannotAct(f"Nobody here is called {user!r}.")
        return found

    def room(self, channel: str, user: str | None = None) -> Conversation:
        """By id, by name with or without "#"; for a user also by the person (or app) they write to."""
        found = self.world.conversations.get(channel) or self.world.named(channel)
        if found is None and user is not None:
            found = self.world.im(user, self.person(channel).id)
        if found is None:
            raise CannotAct(f"There is no channel {channel!r}.")
        return found

    def emit(self, event: Json, room: Conversation | None = None) -> list[Delivery]:
        """The deliveries of an event, if the manifest subscribes to it and the app may see it."""
        if room is not None and self.company.bot_user not in room.members:
            return []
        if not allowed(event, room, self.manifest):
            return []
        return [self.caller.event(f"event {event['type']}", envelope(self, event, room))]

    async def send_events(self, deliveries: Iterable[Delivery]) -> list[Attempt]:
        return list(await asyncio.gather(*(self.caller.send_event(each) for each in deliveries)))

    def soon(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """For what nobody waits for, such as the events of the app's own doing."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self.bell.ring()

    def toast(self, user: str, text: str) -> None:
        self.world.toasts.setdefault(user, []).append((self.world.number(), text))
        self.bell.ring()

    def changed(self, post: Post) -> Message:
        """To be called after every change of a message, so that it is read anew."""
        post.seen = None
        self.bell.ring(post.channel)
        return read(post, self.world)

    def shown(self, user: str) -> Shown:
        return shown(self.person(user).id, self.world)

    def everything(self) -> dict[str, Shown]:
        people = self.world.people.values()
        return {
            person.id: self.shown(person.id)
            for person in people
            if not person.is_bot and person.id != "USLACKBOT"
        }

    async def until(self, predicate: Callable[[], object], timeout: float = 30) -> None:  # noqa: ASYNC109 - the dump says what one waited for
        """Wait for something to be true; it is asked again after every change."""
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    await self.bell.after(self.bell.version)
        except TimeoutError:
            raise AssertionError(f"Not so within {timeout} s.\n{self.dump()}") from None

    async def quiet(self, timeout: float = 30) -> None:  # noqa: ASYNC109 - the same
        """Wait until no request to the app is on its way or due."""
        await self.until(lambda: not self._tasks and not self.caller.busy, timeout)

    def dump(self) -> str:
        parts = [f"{self.world.people[user].handle}\n{seen}" for user, seen in self.everything().items()]
        calls = [f"  {call.method} → {_brief(call.response)}" for call in self.calls[-20:]]
        sent = [f"  {d.summary}: {d.attempts} × {d.status}" for d in self.requests[-20:]]
        return "\n".join([*parts, "the app's last calls", *calls, "last requests to the app", *sent])

    async def stop_tasks(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _brief(response: Any) -> str:
    ok = isinstance(response, dict) and response.get("ok")
    return "ok" if ok else str(response)[:200]
