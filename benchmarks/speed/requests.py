"""Requests: /kudos and messages, ours beside the baselines, visited one after another in short bursts."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.speed import load, programs
from benchmarks.speed.load import Burst
from benchmarks.speed.programs import Program
from benchmarks.speed.report import Line, at_least, at_most, ratios, spread

CYCLES = 9
BUSY = 0.9
MOST = {"bare": 30_000, "talk": 30_000}  # requests signed for a burst of a second; of others fewer are taken
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
Bursts = Mapping[str, Sequence[Burst]]


def burst(folder: Path, name: str, program: Program, kind: str, connections: int) -> Burst:
    given, most = _given(program, kind), MOST.get(kind, MOST.get(name, 12_000))
    sent = load.send(folder, program.port, kind, most=most, connections=connections, cpu=program.cpu)
    if sent.refused or sent.broken:
        raise RuntimeError(f"{name} refused {sent.refused} requests and lost {sent.broken}")
    # What is cut off at the end of this burst or the one before is kept, and not counted by its sender.
    if kind == "kudos" and program.database:
        kept = _given(program, kind) - given
        if not sent.requests <= kept <= sent.requests + 2 * connections:
            raise RuntimeError(f"{name} acknowledged {sent.requests} and kept {kept}")
    return sent


def _given(program: Program, kind: str) -> int:
    return programs.rows(program.database, "kudos") if program.database and kind == "kudos" else 0


def cycles(
    folder: Path, visited: Mapping[str, Program], kind: str, connections: int, number: int = CYCLES
) -> Bursts:
    """Visit each once in every cycle, in another order each time; the first cycle warms up and counts not."""
    found: dict[str, list[Burst]] = {name: [] for name in visited}
    for cycle in range(number + 1):
        for name in random.sample([*visited], len(visited)):
            one = burst(folder, name, visited[name], kind, connections)
            if cycle:
                found[name].append(one)
            elif visited[name].database:
                programs.analyse(visited[name].database)
    return found


def of(bursts: Sequence[Burst], what: Callable[[Burst], float]) -> list[float]:
    return [what(one) for one in bursts]


def everything(folder: Path, closing: ExitStack, *names: str) -> dict[str, Program]:
    """Start the baselines, and ours on both engines."""
    slack = closing.enter_context(programs.slack(folder))
    visited = {name: closing.enter_context(programs.baseline(name, folder)) for name in names}
    urls = {SQLITE: f"sqlite:///{folder / 'requests.db'}"}
    urls[POSTGRES] = closing.enter_context(programs.postgres()).database()
    for name, url in urls.items():
        visited[name] = closing.enter_context(programs.ours(url, slack.port, folder))
    return visited


def kudos(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        visited = everything(folder, closing, "bare", "bolt", "pbr")
        many = cycles(folder, visited, "kudos", 16)
        one = cycles(folder, {name: visited[name] for name in visited if name != "bare"}, "kudos", 1, 5)
        for name in (SQLITE, POSTGRES):
            _counted(name, visited[name])
    base = of(many["pbr"], lambda burst: burst.rate)
    lines = [
        Line("kudos", f"{what}, rate to Bolt's no-op", spread(ratios(of(many[name], lambda b: b.rate), base)))
        for name, what in (("bare", "bare endpoint"), ("bolt", "Bolt's no-op as it comes"))
    ]
    for name, least in ((SQLITE, 0.5), (POSTGRES, 0.35)):
        rate = ratios(of(many[name], lambda b: b.rate), base)
        lines.append(at_least("kudos", f"durable /kudos on {name}, rate to Bolt's no-op", rate, least))
        slow = ratios(of(many[name], lambda b: b.p99), of(many["pbr"], lambda b: b.p99))
        lines.append(at_most("kudos", f"… its p99 to the no-op's, {name}", slow, 4))
        busy = ratios(of(many[name], lambda b: b.cpu), of(many["pbr"], lambda b: b.cpu))
        lines.append(Line("kudos", f"… its processor time to the no-op's, {name}", spread(busy)))
        alone = ratios(of(one[name], lambda b: b.p50), of(one["bolt"], lambda b: b.p50))
        lines.append(
            at_most("kudos", f"… its median to Bolt's default at one connection, {name}", alone, 0.2)
        )
    busiest = max(max(of(bursts, lambda b: b.generator)) for bursts in many.values())
    lines.append(
        Line(
            "kudos",
            "how busy the load generator's core was at the most",
            f"{busiest:.2f}",
            f"below {BUSY}",
            busiest < BUSY,
        )
    )
    return lines


def _counted(name: str, program: Program) -> None:
    """Every kudos that was acknowledged stands, with its ledger and its totals."""
    database = program.database
    given = programs.rows(database, "kudos")
    for table, which, each in (("ledger", "1 = 1", 2), ("recipients", "1 = 1", 1)):
        found = programs.rows(database, table, which)
        if found != given * each:
            raise RuntimeError(f"{name}: {given} kudos and {found} rows of {table}")
    totals = programs.ask(database, "SELECT sum(tally) FROM totals WHERE role = 'given'")
    if int(totals) != given:
        raise RuntimeError(f"{name}: {given} kudos and {totals} in the totals")


def events(folder: Path) -> list[Line]:
    with ExitStack() as closing:
        visited = everything(folder, closing, "pbr")
        found = {kind: cycles(folder, visited, kind, 16, 7) for kind in ("talk", "mention")}
    lines: list[Line] = []
    for kind, what, least in (
        ("talk", "a message that mentions nobody", 0.85),
        ("mention", "a message that mentions somebody", 0.4),
    ):
        base = of(found[kind]["pbr"], lambda b: b.rate)
        lines += [
            at_least(
                "events",
                f"{what}, rate to Bolt's no-op, {name}",
                ratios(of(found[kind][name], lambda b: b.rate), base),
                least,
            )
            for name in (SQLITE, POSTGRES)
        ]
    return lines


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
