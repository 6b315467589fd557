"""Parts of one transaction side by side: what they ask at the same moment goes to the server together.

Longer than its purpose, for speed. A kudos asks PostgreSQL for its lock, the marks of what is remembered,
what was given so far and its number, and each of them is a way to the server and back. Here every part runs
until it asks something, and waits; once all of them wait, those who ask the same are asked with one
statement, and go on with their answers. So sixteen kudos take as many ways as one. The parts know nothing of
it: each is a greenlet, which stops in the middle of a function.

They see what they would see in transactions of their own that run at the same time: of two that want the
same lock, the second waits until the first has ended, and the rows that a part writes late are seen by others
once it has ended. A part may only ask what is `Quick`; for whatever else it asks it is run once more, not in
here.
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from greenlet import getcurrent, greenlet
from sqlalchemy import Connection

from storage.quick import Given, Quick, Row
from storage.turn import Alone, Late, Turn, try_locks


@dataclass(slots=True, eq=False)
class Part:
    """One of them: how it ended, and how long it took of the thread's time, in seconds."""

    fn: Callable[[], Any]
    value: Any = None
    error: BaseException | None = None
    took: float = 0.0
    changed: bool = False
    asks: "_Lock | _Question | None" = None
    late: list[Late] = field(default_factory=list)
    runner: greenlet = field(init=False)

    def __post_init__(self) -> None:
        self.runner = greenlet(self._run)

    def _run(self, _: None) -> None:
        try:
            self.value = self.fn()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for this part
            self.error = error


@dataclass(frozen=True, slots=True)
class _Lock:
    key: int


@dataclass(frozen=True, slots=True)
class _Question:
    quick: Quick
    given: Sequence[Given]  # each of them is to be answered

    @property
    def kind(self) -> Hashable:
        """Those of one kind can be asked together."""
        return self.quick, tuple(self.given[0][name] for name in self.quick.alike)


class Beside:
    """Runs parts of one transaction."""

    def __init__(self, connection: Connection, turn: Turn) -> None:
        self._connection = connection
        self._turn = turn
        self._hub = getcurrent()
        self._running: Part | None = None
        self._owners: dict[int, Part] = {}
        self._held: set[int] = set()

    def run(self, fns: Sequence[Callable[[], Any]]) -> list[Part]:
        """Run all of them to their ends; raises what the database does, and then none of them is kept."""
        parts = [Part(fn) for fn in fns]
        self._turn.begin_beside()
        try:
            for part in parts:
                self._go_on(part)
            while waiting := [part for part in parts if part.asks]:
                self._answer(waiting)
        finally:
            for part in parts:
                if part.runner:  # it waits for an answer that will not come
                    part.runner.throw()
        return parts

    # What a part asks, from within it (storage.turn, storage.quick)

    def ask(self, quick: Quick, given: Sequence[Given]) -> list[list[Row]]:
        # It would have to see its own rows, and they are not written before it ends.
        unwritten = not quick.overtakes and self._running and self._running.late
        if unwritten or not quick.shared:
            raise Alone
        answer: list[list[Row]] = self._hub.switch(_Question(quick, given))
        return answer

    def lock(self, key: int) -> None:
        self._hub.switch(_Lock(key))

    def later(self, rows: Sequence[Late]) -> None:
        if self._running:
            self._running.late += rows

    # The hub

    def _go_on(self, part: Part, answer: Any = None, *, refused: bool = False) -> None:
        began = time.perf_counter()
        self._running, self._turn.beside = part, self
        try:
            part.asks = part.runner.throw(Alone) if refused else part.runner.switch(answer)
        finally:
            self._running = self._turn.beside = None
            part.took += time.perf_counter() - began
        if part.runner.dead:
            self._end(part)

    def _end(self, part: Part) -> None:
        part.asks = None
        for key in [key for key, owner in self._owners.items() if owner is part]:
            del self._owners[key]
        if part.error is None:
            self._turn.later(part.late)

    def _answer(self, waiting: Sequence[Part]) -> None:
        kinds: dict[Hashable, list[tuple[Part, _Question]]] = {}
        locks: dict[int, Part] = {}
        writing = [part for part in waiting if part.late]
        for part in waiting:
            match part.asks:
                case _Question(quick) if not quick.overtakes and writing not in ([], [part]):
                    pass  # it would see a part of what another has not written yet, and waits for its end
                case _Question() as question:
                    kinds.setdefault(question.kind, []).append((part, question))
                case _Lock(key) if self._owners.get(key, part) is part:
                    locks.setdefault(key, part)
        if not kinds and not locks:  # they wait for each other crosswise
            for part in waiting:
                self._go_on(part, refused=True)
        self._lock(locks)
        for asking in kinds.values():
            self._ask(asking)

    def _lock(self, wanted: Mapping[int, Part]) -> None:
        began = time.perf_counter()
        new = [key for key in wanted if key not in self._held]
        if new:
            self._held |= try_locks(self._connection, new)
        share = (time.perf_counter() - began) / max(len(wanted), 1)
        for key, part in wanted.items():
            part.took += share
            if key in self._held:
                self._owners[key] = part
            self._go_on(part, refused=key not in self._held)

    def _ask(self, asking: Sequence[tuple[Part, _Question]]) -> None:
        began = time.perf_counter()
        quick = asking[0][1].quick
        given = [one for _, question in asking for one in question.given]
        answers = iter(quick.rows_of_each(self._connection, given))
        share = (time.perf_counter() - began) / len(asking)
        for part, question in asking:
            part.took += share
            part.changed |= not quick.reads(self._connection)
            self._go_on(part, list(islice(answers, len(question.given))))
