"""Plays people in a random company: what they do with Goodword, what they should not be able to do, and
what happens to a company and to a bot meanwhile. After each act everything is compared with the model.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from typing import Any
from unittest import mock

from sqlalchemy import Connection, func, select

from bot import app
from bot.ports import Work
from bot.rules.escalation import Escalation
from handlers.playground import Delivery, Message, Person, PretendSlack, ShownView, serve
from handlers.playground.api_people import group_json
from handlers.playground.payloads import press_in_message, submission
from handlers.playground.world import Post, View
from handlers.schedule import Watch
from storage.tables import escalations, outbox
from tests.faults.companies import PRIVATE, company
from tests.faults.model import Case, Model
from tests.faults.oracle import facts
from tests.faults.record import BUTTON, Record, Sight, buttons
from tests.town import LONGEST, Town, beside, pretend_slack

RETENTION = timedelta(days=180)
HOLDER_MOVES = frozenset({"take_further", "settle", "send_back", "acknowledge", "resolve"})
MOVES = (*sorted(HOLDER_MOVES), "withdraw")
WAITS = (*[timedelta(days=1, minutes=5)] * 9, timedelta(minutes=20), timedelta(days=4), timedelta(days=190))
WANTED = {"take_further": 6, "acknowledge": 3, "resolve": 3}  # how eagerly each button is pressed
OF_WEIGHT = 0.5  # of those who get another manager, leave, or become guests
ERASING = 0.3  # of what is asked about one's own data
SILENT_FOR = 3  # acts
REPEATED = 30  # of the latest requests, one may come once more


class LeakError(AssertionError):
    """Somebody was shown what they must not see."""


class ByHand:
    """The heartbeat in the player's hand: it beats when the clock was moved, and never by itself."""

    def __init__(self) -> None:
        self._watches: list[Watch] = []

    def start(self) -> None: ...

    def shutdown(self, *, wait: bool) -> None: ...

    def watch(self, *given: Any) -> Watch:
        """What the bot builds to look for what is due, within reach."""
        self._watches.append(Watch(*given))
        return self._watches[-1]

    def forget(self) -> None:
        self._watches.clear()

    async def beat(self) -> None:
        """Knock at the watch, and wait until it has looked."""
        assert self._watches, "nothing looks for what is due"
        for watch in self._watches:
            watch.look()
            await watch.stop()


class Player:
    def __init__(self, database_url: str, chance: Random) -> None:
        self._url = database_url
        self._company = company(chance)
        self.slack: PretendSlack = pretend_slack(
            company=self._company, ack_seconds=30.0, trigger_seconds=30.0
        )
        self.record = Record(self.slack)
        self.model = Model()
        self.town: Town
        self.fallback = ""
        self.hushed = 0
        self._beats = ByHand()
        self._outer, self._inner = AsyncExitStack(), AsyncExitStack()
        self._marks = 0
        self._posts: Counter[tuple[str, str]] = Counter()
        self._counted = 0

    # Begin and end

    async def start(self) -> None:
        self._outer.enter_context(self.record.log.listening())
        self._outer.enter_context(mock.patch.object(app, "heartbeat", return_value=self._beats))
        self._outer.enter_context(mock.patch.object(app, "Watch", self._beats.watch))
        await self._outer.enter_async_context(serve(self.slack))
        await self._live()

    async def stop(self) -> None:
        await self._inner.aclose()
        await self._outer.aclose()

    async def restart(self, _chance: Random) -> None:
        """The bot ends and another begins over the same database."""
        await self._inner.aclose()
        await self._live()

    async def _live(self) -> None:
        self._inner = AsyncExitStack()
        self._beats.forget()
        self.town = await self._inner.enter_async_context(beside(self.slack, self._url))
        await self._read_facts()

    async def _read_facts(self) -> None:
        inside = self.record.inside(PRIVATE)
        store, workspace = self.town.bot.store, self.town.bot.me.workspace
        self.model.facts = await facts(store, workspace, self.fallback, frozenset(inside))

    async def act(self, what: Callable[[Random], Awaitable[None]], chance: Random) -> None:
        """Do it, hear what reached Goodword, and compare everything."""
        await what(chance)
        if self.hushed == 1:
            await self._speak()
        self.hushed = max(self.hushed - 1, 0)
        for delivery, _ in self.record.requests():
            self.model.hear(delivery.body)
        if not self.hushed:
            await self.town.settled()
            await self.slack.quiet()
        await self._number_new_ones()
        self._no_leaks(self.record.new())
        await self._rows_agree()
        self._nothing_doubled()
        if not self.hushed:
            self._one_holder_has_buttons()
        await self._read_facts()

    # What people do

    async def compose(self, chance: Random) -> None:
        """Open the form and choose whom it is about."""
        who = self._somebody(chance)
        typed = f" {self._mark('r')} happened" if chance.random() < 0.2 else ""
        await self.slack.types(who, "general", f"/escalate{typed}")
        await self._choose(who, chance)
        if chance.random() < 0.8:
            await self._send(who, chance)

    async def send(self, chance: Random) -> None:
        """Send a form that lay open meanwhile, or choose somebody else in it."""
        if open_forms := self._open("escalation_form"):
            who = chance.choice(sorted(open_forms))
            await (self._choose(who, chance) if chance.random() < 0.2 else self._send(who, chance))

    async def press(self, chance: Random) -> None:
        """Press any button of an escalation that anybody sees; the rare kinds as often as the others."""
        seen = list(self._buttons_seen())
        if seen:
            kinds = sorted({action for _, _, action, _ in seen})
            weights = [WANTED.get(kind.removeprefix(BUTTON), 1) for kind in kinds]
            kind = chance.choices(kinds, weights)[0]
            who, thing, action, value = chance.choice([one for one in seen if one[2] == kind])
            await self.slack.clicks(who, thing, action, value=value)
            if chance.random() < 0.8 and who in self._open("escalation_note"):
                await self._word(who, chance)

    async def word(self, chance: Random) -> None:
        """Send a form for words that lay open meanwhile."""
        if open_forms := self._open("escalation_note"):
            await self._word(chance.choice(sorted(open_forms)), chance)

    async def look(self, chance: Random) -> None:
        """Ask where things stand, in one way or the other."""
        who = self._involved(chance)
        if chance.random() < 0.5:
            await self.slack.types(who, chance.choice(("general", "kudos")), "/escalate status")
        else:
            await self.slack.opens_home(who)

    async def praise(self, chance: Random) -> None:
        who = self._somebody(chance)
        if who in self._open("kudos_form"):
            view = self.slack.shown(who).views[-1]
            filled: dict[str, dict[str, Any]] = {"reason": {"reason": "for putting it right so fast"}}
            await self.slack.submits(who, view.id, filled | self._whom(view, chance))
        else:
            await self.slack.types(
                who, "general", f"/kudos @{self._anybody(chance).lower()} for the good work"
            )

    async def tidy(self, chance: Random) -> None:
        """Close a form without sending it."""
        who = self._somebody(chance)
        for view in self.slack.shown(who).views[-1:]:
            await self.slack.closes(who, view.id)

    async def ask(self, chance: Random) -> None:
        """Ask for what is kept about oneself, or now and then to be erased."""
        who = self._involved(chance)
        home = self.slack.shown(who).home_view
        if home and "[Erase me]" in home.plain and chance.random() < ERASING:
            await self.slack.clicks(who, "home", "privacy_erase")
            return
        await self.slack.opens_home(who)
        if not self.hushed:
            await self.town.settled()
            await self.slack.clicks(who, "home", "privacy_export")

    # What nobody should get anywhere with

    async def forge_click(self, chance: Random) -> None:
        """A button of somebody else's message, or of none."""
        person = self.slack.person(self._somebody(chance))
        number = str(chance.randint(0, len(self.model.cases) + 1))
        action = {
            "type": "button",
            "action_id": BUTTON + chance.choice((*MOVES, "thank")),
            "block_id": "any",
            "action_ts": self.slack.world.new_ts(),
            "value": chance.choice((number, number, number, number, "", "x", "9" * 30)),
        }
        rooms = [room for room in self.slack.world.visible(person.id) if person.id in room.members]
        room = chance.choice([*rooms, self.slack.world.im(person.id, self._company.bot_user)])
        post = Post(self.slack.world.new_ts(), room.id, self._company.bot_user, "forged")
        payload = press_in_message(self.slack, person, post, action, {})
        await self._deliver("block_actions", payload)

    async def forge_words(self, chance: Random) -> None:
        """The form of a move, with another number or move in it than was opened."""
        person = self.slack.person(self._somebody(chance))
        meta = {"number": chance.randint(0, len(self.model.cases) + 1), "move": chance.choice(MOVES)}
        given = self._modal("escalation_note", json.dumps(meta))
        view = View(self.slack.world.new_id("V"), person.id, given, "1.0")
        view.state = {"words": {"words": {"type": "plain_text_input", "value": self._mark("n")}}}
        await self._deliver("view_submission", submission(self.slack, person, view))

    async def forge_form(self, chance: Random) -> None:
        """The form of /escalate, as if it had shown this route, and with a choice it may not have offered."""
        person = self.slack.person(self._somebody(chance))
        subject, own = self._subject(chance), chance.random() < 0.6
        known = self.model.facts
        about = known.about(subject)
        route = (person.id, known.second(person.id, subject)) if own and about else ("", None)
        second = "" if route[1] in {None, route[0]} else str(route[1])
        meta = {"route": f"{subject}>{route[0]}>{second}", "link": ""}
        given = self._modal("escalation_form", json.dumps(meta))
        view = View(self.slack.world.new_id("V"), person.id, given, "1.0")
        view.state = self._filled(subject, ["own"] if own else [])
        await self._deliver("view_submission", submission(self.slack, person, view))

    async def repeat(self, chance: Random) -> None:
        """Something that was sent before comes once more, late and out of order."""
        latest = self.slack.requests[-REPEATED:]
        if latest:
            await self.slack.caller.send(chance.choice(latest))

    # What happens

    async def reorganise(self, chance: Random) -> None:
        """Somebody gets another manager or none, leaves, comes back, or becomes a guest."""
        who = self._somebody_of_weight(chance)
        now = self.slack.person(who.id)
        drawn = chance.random()
        if drawn < 0.6:
            boss = chance.choice([one.id for one in self._company.people if one.id != who.id])
            changes: dict[str, Any] = {"manager": boss if chance.random() < 0.85 else None}
        elif drawn < 0.9:
            changes = {"deleted": not now.deleted and self._many_left()}
        else:
            changes = {"is_guest": not now.is_guest}
        await self.slack.change_user(who.id, **changes)

    async def regroup(self, chance: Random) -> None:
        """A team loses and gains members; who holds something may become one."""
        group = chance.choice(self._company.groups)
        here = [one.id for one in self._company.people if not one.is_bot]
        members = [*group.members, *chance.sample(here, chance.randint(0, 3))]
        chosen = chance.sample(members, chance.randint(1, len(members)))
        self.slack.change_group(group.handle, tuple(dict.fromkeys(chosen)))
        changed = group_json(self.slack, self.slack.world.groups[group.id], members=True)
        await self.slack.happens({"type": "subteam_updated", "subteam": changed})

    async def stand_in(self, chance: Random) -> None:
        """An administrator chooses who stands in: a person, the private channel, or nobody."""
        people = [one.id for one in self._company.people if not one.is_bot]
        self.fallback = chance.choice((PRIVATE, chance.choice(people), chance.choice(people), ""))
        await self.town.set("fallback", self.fallback or "none")

    async def wait(self, chance: Random) -> None:
        """Time goes by: reminders, handing up, erasing."""
        self.slack.clock.forward(chance.choice(WAITS))
        await self._speak()
        rows = await self._rows()
        now = self.slack.clock.now()
        for number, (row, _) in sorted(rows.items(), key=lambda item: str(item[1][0].due_at)):
            case = self.model.case(number)
            assert case
            if not row.closed and row.due_at and row.due_at <= now:
                self.model.late(case)
            case.erased |= bool(row.closed_at and row.closed_at < now - RETENTION)
        await self._beats.beat()

    async def hush(self, _chance: Random) -> None:
        """Slack asks for silence, so that what is to be said is said much later."""
        self.slack.faults.add("chat.postMessage", "ratelimited", retry_after=300)
        self.hushed = SILENT_FOR

    async def _speak(self) -> None:
        """The silence is over."""
        if self.hushed:
            self.slack.faults.clear()
            await self._answered()
            self.slack.clock.forward(timedelta(minutes=6))
            self.hushed = 0
            await self.town.settled()

    async def _answered(self) -> None:
        """Wait for messages under way: what Slack asks of them would otherwise begin when this is over."""
        async with asyncio.timeout(LONGEST):
            while await self.town.bot.store.across(_under_way, only_reads=True):  # noqa: ASYNC110 - not told
                await asyncio.sleep(0.01)

    # How it is done

    async def _choose(self, who: str, chance: Random) -> None:
        view = self.slack.shown(who).views[-1]
        subject = self._subject(chance)
        block = "team" if subject.startswith("S0") else "subject"
        if block == "team":  # a person wins where both are chosen
            self.slack.fills(who, view.id, {"subject": {"escalation_subject": None}})
        await self.slack.clicks(who, view, "escalation_subject", value=subject, block_id=block)

    async def _send(self, who: str, chance: Random) -> None:
        view = self.slack.shown(who).views[-1]
        offered = ["named", *(["own"] if '"own"' in json.dumps(view.blocks) else [])]
        ticked = [one for one in offered if chance.random() < 0.4]
        values: dict[str, dict[str, Any]] = {"happened": {"happened": f"{self._mark('r')} happened"}}
        values["choices"] = {"escalation_subject": ticked}
        await self.slack.submits(who, view.id, values)
        again = self.slack.shown(who).views[-1]
        if again.callback_id == "escalation_form" and not again.errors and chance.random() < 0.9:
            await self.slack.submits(who, again.id, values)

    async def _word(self, who: str, chance: Random) -> None:
        view = self.slack.shown(who).views[-1]
        kind = "h" if "take_further" in view.private_metadata else "n"
        words = self._mark(kind) if chance.random() < 0.95 else "   "
        await self.slack.submits(who, view.id, {"words": {"words": words}})

    async def _deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        delivery = self.slack.caller.payload(kind, f"forged {kind}", payload)
        await self.slack.caller.send(delivery)
        return delivery

    def _mark(self, kind: str) -> str:
        self._marks += 1
        return f"{kind}mark{self._marks:04d}q"

    def _here(self) -> list[str]:
        people = (self.slack.person(one.id) for one in self._company.people)
        return [one.id for one in people if not (one.deleted or one.is_bot or one.team)]

    def _somebody(self, chance: Random) -> str:
        return chance.choice(self._here())

    def _somebody_of_weight(self, chance: Random) -> Person:
        """As often as not somebody to whom something is to be taken, so that another has to be found."""
        people = [one for one in self._company.people if not one.is_bot and one.team is None]
        awaited = {case.second for case in self.model.cases if case.state == "with_manager"}
        of_weight = [one for one in people if one.id in awaited]
        return chance.choice(of_weight if of_weight and chance.random() < OF_WEIGHT else people)

    def _involved(self, chance: Random) -> str:
        """Somebody who reported or has one, if there are such."""
        involved = [one for case in self.model.cases for one in (case.reporter, case.holder)]
        return chance.choice([one for one in involved if one in self._here()] or self._here())

    def _anybody(self, chance: Random) -> str:
        return chance.choice([one.handle for one in self._company.people])

    def _many_left(self) -> bool:
        return len(self._here()) > len(self._company.people) / 2

    def _subject(self, chance: Random) -> str:
        if chance.random() < 0.35:
            return chance.choice(self._company.groups).id
        return chance.choice(self._company.people).id

    def _open(self, callback: str) -> dict[str, ShownView]:
        """Whose topmost form is of this kind."""
        tops = {who: self.slack.shown(who).views[-1:] for who in self._here()}
        return {who: views[0] for who, views in tops.items() if views and views[0].callback_id == callback}

    def _buttons_seen(self) -> Iterator[tuple[str, Message | str, str, str]]:
        """Who sees a button, where, and which; of private answers the latest few."""
        for who in self._here():
            shown = self.slack.shown(who)
            private = shown.channels.get("people-ops", [])
            for message in (*shown.dms, *private, *shown.ephemerals[-2:]):
                for number, move in sorted(buttons(message.blocks)):
                    yield who, message, BUTTON + move, str(number)
            for number, move in sorted(buttons(shown.home or ())):
                yield who, "home", BUTTON + move, str(number)

    @staticmethod
    def _whom(view: ShownView, chance: Random) -> dict[str, dict[str, Any]]:
        chosen = view.state.get("recipients", {}).get("recipients", {}).get("selected_users")
        return {} if chosen or chance.random() < 0.2 else {"recipients": {"recipients": ["U0AVOCET00"]}}

    @staticmethod
    def _modal(callback: str, metadata: str) -> dict[str, Any]:
        title = {"type": "plain_text", "text": "Forged"}
        return {
            "type": "modal",
            "callback_id": callback,
            "title": title,
            "blocks": [],
            "private_metadata": metadata,
        }

    def _filled(self, subject: str, ticked: list[str]) -> dict[str, Any]:
        team = subject.startswith("S0")
        person = {"type": "users_select", "selected_user": None if team else subject}
        option = {"value": subject} if team else None
        return {
            "subject": {"escalation_subject": person},
            "team": {"escalation_subject": {"type": "static_select", "selected_option": option}},
            "happened": {"happened": {"type": "plain_text_input", "value": self._mark("r")}},
            "choices": {
                "escalation_subject": {
                    "type": "checkboxes",
                    "selected_options": [{"value": one} for one in ticked],
                }
            },
        }

    # What is compared

    def _no_leaks(self, sights: list[Sight]) -> None:
        found = [leak for sight in sights for leak in self.model.leaks(sight)]
        if found:
            raise LeakError("\n".join(found[:5]))

    async def _rows(self) -> dict[int, tuple[Escalation, str]]:
        """Every escalation as it lies in the database, with the request it came from."""

        def read(work: Work) -> dict[int, Escalation]:
            found = {number: work.escalations.read(number) for number in numbers}
            return {number: row for number, row in found.items() if row}

        def known(connection: Connection) -> dict[int, str]:
            rows = connection.execute(select(escalations.c.number, escalations.c.source))
            return {row.number: row.source for row in rows}

        store = self.town.bot.store
        numbers = await store.across(known, only_reads=True)
        rows = await store.transact(self.town.bot.me.workspace, read)
        return {number: (row, numbers[number]) for number, row in rows.items()}

    async def _number_new_ones(self) -> None:
        new = {case.source: case for case in self.model.cases if not case.number}
        for number, (_, source) in (await self._rows()).items():
            if source in new:
                self.model.known(new[source], number)

    async def _rows_agree(self) -> None:
        rows = await self._rows()
        unknown = rows.keys() - {case.number for case in self.model.cases}
        assert not unknown, f"{unknown} should have been refused, and was kept"
        for case in self.model.cases:
            assert case.number in rows, f"what {case.reporter} sent about {case.subject} was not kept"
            row, _ = rows[case.number]
            kept, meant = _as_kept(row), _as_meant(case)
            assert kept == meant, f"about {case.subject} stands {kept}, and {meant} was meant"
            words = (row.report.happened if row.report else None, row.handed_on, row.note)
            expected = (None,) * 3 if case.erased else (case.report, case.handed_on, case.note)
            assert words == expected
            assert (row.due_at is None) == case.closed

    def _nothing_doubled(self) -> None:
        """Each arrival, reminder and note on a move stands once, if its reader can be reached at all."""
        for call in self.slack.calls[self._counted :]:
            if call.method == "chat.postMessage" and call.response and call.response.get("ok"):
                self._count(call.args)
        self._counted = len(self.slack.calls)
        for (to, what), count in self._posts.items():
            most = {"moved": self.model.told[to], "reminder": self.model.reminders[to]}
            assert count <= most.get(what, self.model.arrivals[to, int(what)] if what.isdigit() else 0), (
                f"{what} was posted {count} times to {to}"
            )

    def _count(self, args: dict[str, Any]) -> None:
        to, text = str(args["channel"]), str(args["text"])
        blocks = args["blocks"]
        shown = buttons(json.loads(blocks) if isinstance(blocks, str) else blocks)
        if text.startswith("Your escalation"):
            self._posts[to, "moved"] += 1
        elif text.startswith("A reminder"):
            self._posts[to, "reminder"] += 1
        for number in {number for number, move in shown if move in HOLDER_MOVES}:
            self._posts[to, str(number)] += 1

    def _one_holder_has_buttons(self) -> None:
        where: dict[int, set[tuple[str, str]]] = {case.number: set() for case in self.model.cases}
        for who in self._here():
            shown = self.slack.shown(who)
            for message in (*shown.dms, *shown.channels.get("people-ops", [])):
                for number, move in buttons(message.blocks):
                    if move in HOLDER_MOVES:
                        where[number].add((self._reader(who, message), message.ts))
        for case in self.model.cases:
            holders = [holder for holder, _ in where[case.number]]
            assert holders == ([case.holder] if self._can_act(case) else []), (
                f"{case}: buttons are shown to {holders}"
            )

    def _reader(self, who: str, message: Message) -> str:
        return message.channel if message.channel == PRIVATE else who

    def _can_act(self, case: Case) -> bool:
        """Whether somebody has it on their desk, and is there to see it."""
        present = case.holder == PRIVATE or case.holder in self._here()
        return present and not case.closed and not case.unreachable


def _as_kept(row: Escalation) -> dict[str, object]:
    return {
        "state": str(row.state),
        "holder": row.holder,
        "first": row.first,
        "second": row.second,
        "named": row.named,
        "reporter": row.reporter,
        "subject": row.subject,
        "stage": row.stage,
    }


def _as_meant(case: Case) -> dict[str, object]:
    names = ("state", "holder", "first", "second", "named", "reporter", "subject", "stage")
    return {name: getattr(case, name) for name in names}


def _under_way(connection: Connection) -> int:
    query = select(func.count()).select_from(outbox).where(outbox.c.state == "sending")
    return int(connection.execute(query).scalar_one())
