"""Escalations as the product promises them: states, holders, and who may ever see which words."""

import json
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from tests.faults.oracle import Facts
from tests.faults.record import LOG, MARK, STANDS, Sight

STATES = ("with_manager", "with_service_manager", "acknowledged", "resolved", "returned", "withdrawn")
# (state, move) → the state after it, who makes it, and whether it asks for words
TABLE = {
    ("with_manager", "take_further"): ("with_service_manager", "holder", True),
    ("with_manager", "settle"): ("resolved", "holder", False),
    ("with_manager", "send_back"): ("returned", "holder", True),
    ("with_service_manager", "acknowledge"): ("acknowledged", "holder", False),
    ("acknowledged", "resolve"): ("resolved", "holder", True),
    ("with_manager", "withdraw"): ("withdrawn", "reporter", False),
    ("with_service_manager", "withdraw"): ("withdrawn", "reporter", False),
    ("acknowledged", "withdraw"): ("withdrawn", "reporter", False),
}
FINAL = {"resolved", "returned", "withdrawn"}
ERASED = "erased"  # stands where somebody's id stood
WITH_FORM = {"take_further", "settle", "send_back", "resolve"}  # their buttons ask for words first


@dataclass
class Case:
    """One escalation; `first_side` and `second_side` are all who ever held it there."""

    reporter: str
    subject: str
    holder: str
    first: str
    second: str | None
    named: bool
    own: bool
    report: str
    source: str
    number: int = 0
    state: str = "with_manager"
    stage: int = 0
    handed_on: str | None = None
    note: str | None = None
    erased: bool = False
    unreachable: bool = False
    first_side: set[str] = field(default_factory=set)
    second_side: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    opened: set[tuple[str, str]] = field(default_factory=set)

    @property
    def closed(self) -> bool:
        return self.state in FINAL

    @property
    def held_by(self) -> set[str]:
        return self.first_side | self.second_side

    def holds(self, by: str, place: str, barred: AbstractSet[str]) -> bool:
        return by not in barred and (self.holder in {by, place} or (by, self.holder) in self.opened)


class Model:
    """What should have come of every request that reached Goodword, in their order."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.facts: Facts
        self.authors: dict[str, str] = {}  # mark → who typed it
        self.asked: set[tuple[str, int]] = set()  # who clicked on which
        self.arrivals: Counter[tuple[str, int]] = Counter()
        self.told: Counter[str] = Counter()
        self.reminders: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()
        self._made: set[str] = set()

    def case(self, number: int) -> Case | None:
        return next((case for case in self.cases if case.number == number), None)

    # What is heard

    def hear(self, body: Mapping[str, Any]) -> None:
        """Do what this request asks for, as far as it may."""
        if "command" in body:
            self._typed(body["text"], body["user_id"])
        match body.get("type"):
            case "view_submission":
                self._submission(body)
            case "block_actions":
                action = body["actions"][0]
                if action["action_id"] == "privacy_erase":
                    self._erase(body["user"]["id"], f"erase:{body['trigger_id']}")
                move = str(action["action_id"]).removeprefix("escalation_")
                if any(move == known for _, known in TABLE):
                    self._click(body, move, str(action.get("value", "")))

    def _submission(self, body: Mapping[str, Any]) -> None:
        view, by = body["view"], body["user"]["id"]
        values: dict[str, Any] = {
            block: next(iter(fields.values()), {}) for block, fields in view["state"]["values"].items()
        }
        meta = json.loads(view.get("private_metadata") or "{}")
        source = f"view:{view['id']}"
        if view.get("callback_id") == "escalation_form":
            self._file(by, values, str(meta.get("route", "")), source)
        elif view.get("callback_id") == "escalation_note":
            words = str(values.get("words", {}).get("value") or "")
            self._typed(words, by)
            if (move := str(meta["move"])) in WITH_FORM:  # no other has such a form
                self._move(int(meta["number"]), move, by, source, words)

    def _click(self, body: Mapping[str, Any], move: str, value: str) -> None:
        by, place = body["user"]["id"], body.get("channel", {}).get("id", "")
        number = int(value) if value.isdigit() else 0
        self.asked.add((by, number))
        if move in WITH_FORM:
            self._look(number, move, by, place)
        else:
            self._move(number, move, by, f"click:{body['trigger_id']}", "", place)

    def _typed(self, words: str, by: str) -> None:
        for mark in MARK.findall(words):
            self.authors.setdefault(mark, by)

    # What is done

    def _file(self, by: str, values: Mapping[str, Any], shown: str, source: str) -> None:
        words = str(values["happened"].get("value") or "")
        self._typed(words, by)
        team = (values.get("team", {}).get("selected_option") or {}).get("value", "")
        subject = values["subject"].get("selected_user") or team
        ticked = {each["value"] for each in values["choices"].get("selected_options") or []}
        if source in self._made or not subject:
            return
        route = self.facts.route(by, subject, own="own" in ticked)
        if route is None or shown != f"{subject}>{route[0]}>{route[1] or ''}":
            return
        self._made.add(source)
        first, second = route
        named, own = "named" in ticked, first == by
        case = Case(by, subject, first, first, second, named=named, own=own, report=words, source=source)
        case.first_side.add(case.first)
        self.cases.append(case)
        self.happened["file"] += 1

    def _look(self, number: int, move: str, by: str, place: str) -> None:
        """A button that asks for words: who may make the move sees the form."""
        case = self.case(number)
        if case is None or not case.holds(by, place, self._barred(case)) or not self._is_next(case, move):
            return
        if move == "take_further" and not self._second_fits(case):
            fresh = self.facts.second(case.reporter, case.subject)
            if fresh is None:
                return
            case.second = None if fresh == case.first else fresh
            self.happened["another second"] += 1
            if case.second is None:
                return
        case.opened.add((by, case.holder))

    def _erase(self, who: str, source: str) -> None:
        """What they reported is withdrawn, and nobody learns any more that it was theirs."""
        if source in self._made:
            return
        self._made.add(source)
        self.happened["erase"] += 1
        for case in self.cases:
            if case.reporter == who:
                case.state, case.stage = (case.state, case.stage) if case.closed else ("withdrawn", 0)
                case.erased, case.reporter = True, ERASED
                case.first = ERASED if case.first == who else case.first
                case.holder = ERASED if case.holder == who else case.holder

    def _move(self, number: int, move: str, by: str, source: str, words: str, place: str = "") -> None:
        case = self.case(number)
        if case is None or source in self._made or not self._may(case, move, by, words, place):
            return
        if move == "take_further" and not self._second_fits(case):
            return
        self._made.add(source)
        case.state, case.stage = TABLE[case.state, move][0], 0
        self.happened[move] += 1
        if move == "take_further":
            assert case.second is not None
            case.handed_on = words
            case.writers.add(by)
            self._bring(case, case.second)
        elif words.strip():
            case.note = words
        if by != case.reporter:
            self.told[case.reporter] += 1

    def _may(self, case: Case, move: str, by: str, words: str, place: str) -> bool:
        if not self._is_next(case, move):
            return False
        _, whose, needs_words = TABLE[case.state, move]
        allowed = case.holds(by, place, self._barred(case)) if whose == "holder" else by == case.reporter
        return allowed and not (needs_words and not words.strip())

    def _barred(self, case: Case) -> frozenset[str]:
        """Whom it is about, as things are now: they can do nothing with it, whatever stands before them."""
        team = self.facts.teams.get(case.subject)
        meant = {*team} - {self.facts.lead(case.subject)} if team else {case.subject}
        return frozenset(meant - {case.reporter})

    def _is_next(self, case: Case, move: str) -> bool:
        return (case.state, move) in TABLE and not (move == "take_further" and case.second is None)

    def _second_fits(self, case: Case) -> bool:
        return case.second is not None and self.facts.may_be_second(case.second, case.reporter, case.subject)

    def _bring(self, case: Case, to: str) -> None:
        """Somebody has it on their desk now."""
        case.holder = to
        side = case.first_side if case.state == "with_manager" else case.second_side
        side.add(to)
        case.unreachable = not (to.startswith("C") or self.facts.people[to].active)
        self.arrivals[to, case.number] += 1

    def known(self, case: Case, number: int) -> None:
        """The database has given it its number."""
        case.number = number
        self.arrivals[case.holder, number] += 1

    def late(self, case: Case) -> None:
        """A reminder, and the next time one level up; at once from who left or joined the team meant."""
        gone = case.holder in self.facts.people and not self.facts.people[case.holder].active
        gone = gone or case.holder in self._barred(case)
        had = frozenset(case.first_side if case.state == "with_manager" else case.second_side)
        in_vain = bool(case.stage or gone)
        above = self.facts.above(case.holder, case.reporter, case.subject, had) if in_vain else None
        self.happened["remind" if above is None else "hand_up"] += 1
        if above is None:
            case.stage += 1
            self.reminders[case.holder] += 1
            return
        case.stage = 0
        if case.state == "acknowledged":  # by somebody else
            case.state = "with_service_manager"
        if case.state == "with_manager":
            case.first = above
        else:
            case.second = above
        case.second = None if case.second == case.first else case.second
        self._bring(case, above)
        self.told[case.reporter] += 1

    # Who may see what

    def leaks(self, sight: Sight) -> list[str]:
        """What the promises do not allow in what somebody was shown."""
        return [
            f"{viewer} saw {what} in {sight.where}: {sight.words[:1500]}"
            for viewer in sorted(sight.viewers)
            for what in self._leaked(sight, viewer)
        ]

    def _leaked(self, sight: Sight, viewer: str) -> list[str]:
        words = [mark for mark in sorted(sight.marks) if viewer not in self._allowed(mark)]
        known = [case for case in self.cases if viewer in self._knowing(case)]
        hidden = [number for number in sorted(sight.numbers) if number not in {c.number for c in known}]
        if viewer == LOG:
            return words
        about = sight.subjects - {self._name(case.subject) for case in known}
        state = STANDS.search(sight.told) and not self._asked_by(viewer, known)
        facts = [f"number {number}" for number in hidden] + [
            f"that it is about {one}" for one in sorted(about)
        ]
        return words + facts + (["where it stands"] if state else []) + self._names(sight, viewer, known)

    def _asked_by(self, viewer: str, known: list[Case]) -> bool:
        return any((viewer, case.number) in self.asked for case in known)

    def _names(self, sight: Sight, viewer: str, known: list[Case]) -> list[str]:
        """Names beside an escalation: the reporter's is not for the second side, unless they said so."""
        meant = [case for case in known if self._is_meant(case, sight)]
        if not meant:
            return []
        allowed: set[str] = set()
        for case in meant:
            holders = {case.first, case.second, *case.held_by} - {case.reporter}
            allowed |= {self._name(id) for id in (case.subject, *holders) if id}
            if case.named or viewer in self._people({case.reporter, *case.first_side}):
                allowed.add(self._name(case.reporter))
        return [f"the name {name}" for name in sorted(sight.names - allowed - {self._name(viewer)})]

    def _is_meant(self, case: Case, sight: Sight) -> bool:
        marks = {*MARK.findall(f"{case.report} {case.handed_on} {case.note}")}
        by_name = self._name(case.subject) in sight.subjects and (sight.is_list or not sight.numbers)
        return case.number in sight.numbers or bool(marks & sight.marks) or by_name

    def _allowed(self, mark: str) -> set[str]:
        """Everybody who may ever see these words; whoever typed them may, wherever they went."""
        allowed = {self.authors.get(mark, "")}
        for case in self.cases:
            if mark in case.report:
                allowed |= self._people({case.reporter, *case.first_side})
            if mark in (case.handed_on or ""):
                allowed |= self._people({*case.second_side, *case.writers})
            if mark in (case.note or ""):
                allowed |= self._people({case.reporter, *case.held_by})
        return allowed

    def _knowing(self, case: Case) -> set[str]:
        return self._people({case.reporter, *case.held_by})

    def _people(self, ids: set[str]) -> set[str]:
        """The people behind these, where one is a channel."""
        found: set[str] = set()
        for id in ids:
            found |= self.facts.inside.get(id, frozenset({id}))
        return found

    def _name(self, id: str) -> str:
        if id in self.facts.people:
            return self.facts.people[id].name
        return id.removeprefix("S0").removeprefix("U0").rstrip("0").capitalize()
