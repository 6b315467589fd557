"""A running record of everything anybody was ever shown, also what was replaced or deleted since.

Three sources, for each sees what the others miss: the Web API's calls, the answers to requests, and the
screens as they stand.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot import logs
from handlers.playground import ApiCall, Delivery, Message, PretendSlack, ShownView
from tests.faults.companies import NAMES

LOG = "the log"
MARK = re.compile(r"[rhn]mark\d{4}q")
NAME = re.compile(rf"\b({'|'.join(NAMES)})\b")
ABOUT = re.compile(rf"[Aa]bout ({'|'.join(NAMES)})\b")
STANDS = re.compile(r"\bthis is (with the|resolved|sent back|withdrawn)")
LIST = re.compile(r"^(Yours|Waiting for you)$", re.MULTILINE)
BUTTON = "escalation_"
EXPORT = "What Goodword keeps about you"
FORMS = frozenset({"escalation_form", "kudos_form"})


@dataclass(frozen=True)
class Sight:
    """Something that was shown to these people: what it says, and which escalations it is about.

    `told` is what it says of escalations in words; `numbers` are those its buttons or its form act on.
    """

    viewers: frozenset[str]
    where: str
    words: str
    told: str
    numbers: frozenset[int]
    fresh: bool = False

    @property
    def marks(self) -> set[str]:
        return set(MARK.findall(self.words))

    @property
    def is_list(self) -> bool:
        """Whether it tells of several escalations, line by line."""
        return LIST.search(self.told) is not None

    @property
    def subjects(self) -> set[str]:
        return set(ABOUT.findall(self.told))

    @property
    def names(self) -> set[str]:
        return set(NAME.findall(self.told))


class LogKept(logging.Handler):
    """Every log line that `LOG_LEVEL=DEBUG` would give an operator."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(logs._is_discreet)  # noqa: SLF001 - what no operator is ever given counts for nothing
        self.lines: list[str] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Log as `bot.logs` sets it up, and keep every line."""
        root = logging.getLogger()
        talkative = [logging.getLogger(name) for name in logs.TALKATIVE]
        # Bolt gives the logger of its app the level that the root has then, past the cache of who may speak.
        ours = logging.getLogger("goodword")
        before = {logger: logger.level for logger in (root, ours, *talkative)}
        root.setLevel(logging.DEBUG)
        ours.setLevel(logging.NOTSET)
        for logger in talkative:
            logger.setLevel(logging.WARNING)
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)
            for logger, level in before.items():
                logger.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.exc_info or ''}")


class Record:
    """Reads what is new since it last looked."""

    def __init__(self, slack: PretendSlack) -> None:
        self._slack = slack
        self._calls = 0
        self._tries: dict[str, int] = {}
        self._messages: dict[int, tuple[Message, set[str]]] = {}
        self._seen: dict[str, set[str]] = {}  # who saw a message that says just this
        self._views: set[tuple[str, str]] = set()
        self._opened: dict[str, str] = {}  # trigger → user
        self._users: dict[str, str] = {}  # view → user
        self.log = LogKept()

    def new(self) -> list[Sight]:
        sights = [*self._answers(), *self._called(), *self._standing(), *self._logged()]
        self.log.lines.clear()
        return sights

    def requests(self) -> Iterator[tuple[Delivery, Any]]:
        """What was sent to Goodword and not heard of yet, each repetition too, with the answer."""
        for delivery in self._slack.requests:
            known = self._tries.get(delivery.id, 0)
            for attempt in delivery.tries[known:]:
                yield delivery, attempt.answer

    def _answers(self) -> Iterator[Sight]:
        for delivery, answer in self.requests():
            user = _user(delivery.body)
            self._opened[str(delivery.body.get("trigger_id"))] = user
            if answer and user:
                yield _sight({user}, f"answer to {delivery.summary}", answer, fresh=True)
        self._tries |= {each.id: each.attempts for each in self._slack.requests}

    def _called(self) -> Iterator[Sight]:
        for call in self._slack.calls[self._calls :]:
            if isinstance(call.response, dict) and call.response.get("ok"):
                viewers = self._viewers(call)
                if viewers:
                    yield _sight(viewers, call.method, call.args, fresh=True)
        self._calls = len(self._slack.calls)

    def _viewers(self, call: ApiCall) -> set[str]:
        match call.method:
            case "chat.postMessage" | "chat.update":
                return self.inside(str(call.response["channel"]))
            case "chat.postEphemeral":
                return {str(call.args["user"])}
            case "views.open":
                user = self._opened.get(str(call.args["trigger_id"]), "")
                self._users[call.response["view"]["id"]] = user
                return {user}
            case "views.update":
                return {self._users[call.response["view"]["id"]]}
            case "views.publish":
                return {str(call.args["user_id"])}
        return set()

    def inside(self, room: str) -> set[str]:
        """Whoever can read there; who is gone could until then, so they count."""
        found = self._slack.world.conversations[room]
        if found.kind == "public":
            people = self._slack.world.people.values()
            return {one.id for one in people if self._slack.world.can_see(one.id, found)} | found.members
        return found.members - {self._slack.company.bot_user}

    def _standing(self) -> Iterator[Sight]:
        for viewer, shown in self._slack.everything().items():
            rooms = (message for name in shown.channels for message in shown.channels[name])
            for message in (*shown.dms, *rooms, *shown.ephemerals):
                yield from self._message(viewer, message)
            views = [*shown.views, *([shown.home_view] if shown.home_view else [])]
            for view in views:
                yield from self._view(viewer, view)

    def _message(self, viewer: str, message: Message) -> Iterator[Sight]:
        """What stood there before and says the same is not shown anew, though it may have been read anew."""
        if id(message) not in self._messages:
            said = f"{message.channel} {message.ts} {message.ephemeral_to} {message.text} {message.blocks}"
            self._messages[id(message)] = (message, self._seen.setdefault(said, set()))
        _, seen = self._messages[id(message)]
        if message.bot and viewer not in seen:
            seen.add(viewer)
            words = {"text": message.text, "blocks": message.blocks, "plain": message.plain}
            yield _sight({viewer}, f"message in {message.channel}", words)

    def _view(self, viewer: str, view: ShownView) -> Iterator[Sight]:
        if (view.id, view.hash) not in self._views:
            self._views.add((view.id, view.hash))
            shape = {"type": view.type, "callback_id": view.callback_id, "blocks": view.blocks}
            yield _sight({viewer}, f"view {view.title}", shape | {"private_metadata": view.private_metadata})

    def _logged(self) -> Iterator[Sight]:
        for line in self.log.lines:
            yield _sight({LOG}, LOG, line)


def buttons(blocks: Iterable[Mapping[str, Any]]) -> set[tuple[int, str]]:
    """The escalations and moves on which the buttons in these blocks act."""
    return {
        (int(each["value"]), str(each["action_id"]).removeprefix(BUTTON))
        for each in _dicts(list(blocks))
        if each.get("type") == "button" and str(each.get("action_id")).startswith(BUTTON)
    }


def _sight(viewers: set[str], where: str, thing: Any, *, fresh: bool = False) -> Sight:
    whole = _unpacked(thing)
    numbers = {number for number, _ in buttons([{"": whole}])}
    numbers |= {int(each["number"]) for each in _dicts(whole) if isinstance(each.get("number"), int)}
    words = json.dumps(whole, ensure_ascii=False)
    return Sight(frozenset(viewers), where, words, _told(whole), frozenset(numbers), fresh)


def _unpacked(thing: Any) -> Any:
    """JSON within JSON is taken apart, as Slack's API wraps blocks and views."""
    if isinstance(thing, str) and thing[:1] in {"{", "["}:
        try:
            return _unpacked(json.loads(thing))
        except ValueError:
            return thing
    if isinstance(thing, dict):
        return {key: _unpacked(value) for key, value in thing.items()}
    return [_unpacked(value) for value in thing] if isinstance(thing, list) else thing


def _told(whole: Any) -> str:
    """What it says of escalations: a form says whom it is about to whoever fills it in, which tells nothing.

    In a Home tab kudos come first, and their names tell nothing either.
    """
    if any(each.get("callback_id") in FORMS for each in _dicts(whole)):
        return ""
    texts = [_text(each) for each in _dicts(whole)]
    told = "\n".join(text for text in texts if text)
    if EXPORT in told:  # whom theirs were about, among much else that is theirs
        return "\n".join(f"about {name}" for name in re.findall(r"\babout: (\w+)", told))
    home = any(each.get("type") == "home" for each in _dicts(whole))
    return told.partition("Escalations")[2] if home else told


def _text(thing: Mapping[str, Any]) -> str:
    found = thing.get("text")
    return found if isinstance(found, str) else ""


def _dicts(thing: Any) -> Iterator[dict[str, Any]]:
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from _dicts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _dicts(value)


def _user(body: Mapping[str, Any]) -> str:
    user = body.get("user")
    return str(user["id"] if isinstance(user, dict) else body.get("user_id", ""))
