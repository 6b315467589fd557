"""Nothing about an escalation reaches anybody but those whom the promises name, whatever anybody does.

A few hundred steps with a fixed seed in every test run; `make faults` sets GOODWORD_LEAK_STEPS to many.
"""

import asyncio
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot import escalations, hops, privacy
from bot.errors import Refusal
from bot.escalations import Told
from bot.ports import Work
from bot.rules import routing
from bot.rules.escalation import Escalation
from bot.rules.people import Person
from bot.rules.routing import Chain, Holder, Route, Subject
from handlers.views import blocks, home
from handlers.views import escalations as escalation_view
from handlers.views.blocks import Block
from tests.faults.model import TABLE
from tests.faults.player import Player
from tests.postgres import Server

STEPS = int(os.environ.get("GOODWORD_LEAK_STEPS", "45"))
MANY = 5000  # steps, in which everything that can happen happens
FIND_WITHIN, A_SEARCH = 600, 60  # steps until a planted leak is found, and with one company
A_PLAY = min(STEPS // 3, 60)  # steps with one company
SEEDS = st.integers(0, 2**32 - 1)
# What may be played: the words are methods of the player, those named more often are played more often.
ACTS = (
    *("compose", "compose", "compose", "compose", "send", "word"),
    *["press"] * 8,
    *("forge_click", "forge_words", "forge_form", "repeat", "repeat"),
    *("reorganise", "reorganise", "regroup", "stand_in"),
    *("wait", "wait", "hush", "restart"),
    *("look", "look", "praise", "tidy", "ask"),
)
BEGIN = ("stand_in", "compose", "compose")
Lend = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def lend(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Lend:
    """A migrated database for each play."""

    @contextmanager
    def on_sqlite() -> Iterator[str]:
        copy = tmp_path / "play.db"
        shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
        for file in tmp_path.glob("play.db*"):
            file.unlink()

    @contextmanager
    def on_postgresql() -> Iterator[str]:
        server: Server = request.getfixturevalue("postgres")
        url = server.database(request.getfixturevalue("_migrated_postgres"))
        yield url
        server.drop(url)

    return on_sqlite if engine_name == "sqlite" else on_postgresql


class Company(RuleBasedStateMachine):
    """One company for one play."""

    steps = 0
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self, lend: Lend) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._lent = lend()
        self._url = self._lent.__enter__()
        self._player: Player | None = None
        self._acts = 0

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        self._player = Player(self._url, Random(seed))
        self._runner.run(self._player.start())
        for what in BEGIN:
            self._step(what, seed)

    def _step(self, what: str, seed: int) -> None:
        assert self._player
        type(self).steps += 1
        self._acts += 1
        # The simplest example has the same seed everywhere; even so no two of its steps are alike.
        chance = Random(seed + self._acts)
        self._runner.run(self._player.act(getattr(self._player, what), chance))

    @rule(seed=SEEDS, what=st.sampled_from(ACTS))
    def act(self, what: str, seed: int) -> None:
        """One rule with a choice in it: of several, hypothesis would leave some out of each play."""
        self._step(what, seed)

    def teardown(self) -> None:
        if self._player:
            type(self).happened += self._player.model.happened
            self._runner.run(self._player.stop())
        self._runner.close()
        self._lent.__exit__(None, None, None)


def play(lend: Lend, steps: int, *phases: Phase) -> int:
    """Play about so many steps, always the same; gives how many they were."""
    Company.steps, Company.happened = 0, Counter()
    chosen = settings(
        max_examples=-(-steps * 11 // (10 * A_PLAY)),  # now and then a play ends early
        stateful_step_count=A_PLAY,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases or (Phase.generate,),
        print_blob=False,
    )
    run_state_machine_as_test(partial(Company, lend), settings=chosen)  # type: ignore[arg-type]
    return Company.steps


def test_nobody_is_shown_what_the_promises_do_not_allow(lend: Lend) -> None:
    steps = play(lend, STEPS)

    print(f"{steps} steps; of these {dict(sorted(Company.happened.items()))}")  # noqa: T201
    assert steps >= STEPS
    if steps >= MANY:
        everything = {"file", "remind", "hand_up", "another second", "erase", *(move for _, move in TABLE)}
        assert everything <= Company.happened.keys()


# Leaks planted on purpose, each of which the player has to find.


def subject_s_own_inbox(patch: pytest.MonkeyPatch) -> None:
    """The route begins at the person whom it is about, and nobody looks again before it is brought."""
    route = routing.route

    def leaky(reporter: Person, chain: Chain, subject: Subject, *given: Any, **more: Any) -> Route:
        found = route(reporter, chain, subject, *given, **more)
        return found if subject.is_team else replace(found, first=Holder(subject.id, subject.name))

    patch.setattr(routing, "route", leaky)
    patch.setattr(hops, "is_shut_out", lambda *_: False)


def name_for_the_second_holder(patch: pytest.MonkeyPatch) -> None:
    """Every desk says whose complaint it is."""

    def leaky(told: Told, _viewer: str) -> str:
        return f"From {told.name(told.escalation.reporter)}."

    patch.setattr(escalation_view, "_source", leaky)


def words_in_a_log_line(patch: pytest.MonkeyPatch) -> None:
    """What is sent is logged with its words, at DEBUG."""
    read = escalations.read

    def leaky(work: Work, number: int) -> Told | None:
        told = read(work, number)
        if told and told.escalation.report:
            logging.getLogger("goodword.delivery").debug("to say: %s", told.escalation.report.happened)
        return told

    patch.setattr(escalations, "read", leaky)


def words_in_the_home_tab(patch: pytest.MonkeyPatch) -> None:
    """The Home tab shows the reporter what the managers write to each other."""
    section = home._escalations  # noqa: SLF001 - the leak is planted in it

    def leaky(mine: list[Told], held: list[Told]) -> list[Block]:
        words = [one.escalation.handed_on for one in mine if one.escalation.handed_on]
        return [*section(mine, held), *(blocks.rich(blocks.line(blocks.text(each))) for each in words)]

    patch.setattr(home, "_escalations", leaky)


def escalations_about_oneself_in_an_export(patch: pytest.MonkeyPatch) -> None:
    """What is kept about somebody includes what others escalated about them."""
    export = privacy.export

    def leaky(work: Work, member: str) -> privacy.Document:
        words = [
            one.report.happened
            for number in range(1, 100)
            if (one := work.escalations.read(number)) and one.subject == member and one.report
        ]
        return {**export(work, member), "about_you": words}

    patch.setattr(privacy, "export", leaky)


def words_in_an_error(patch: pytest.MonkeyPatch) -> None:
    """A refused click is answered with what the click was about."""

    def leaky(_work: Work, escalation: Escalation, _by: str, _in_channel: str) -> Refusal:
        return Refusal(f"That is not yours: {escalation.report and escalation.report.happened}")

    patch.setattr(escalations, "_not_theirs", leaky)


PLANTED = (
    subject_s_own_inbox,
    name_for_the_second_holder,
    words_in_a_log_line,
    words_in_the_home_tab,
    words_in_an_error,
    escalations_about_oneself_in_an_export,
)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_leak_is_found(
    lend: Lend, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    found = 0
    for seed in range(FIND_WITHIN // A_SEARCH):
        with lend() as url:
            found = asyncio.run(search(url, seed))
        if found:
            break

    print(f"found after {seed * A_SEARCH + found} steps")  # noqa: T201
    assert found


async def search(database_url: str, seed: int) -> int:
    """Play with one company; gives the step that showed a leak, or a state that no promise allows, or 0."""
    chance = Random(seed)
    player = Player(database_url, chance)
    await player.start()
    try:
        for step, what in enumerate(_drawn(chance), start=1):
            await player.act(getattr(player, what), chance)
            if step == A_SEARCH:
                return 0
    except AssertionError:
        return step
    finally:
        await player.stop()
    return 0


def _drawn(chance: Random) -> Iterator[str]:
    yield from BEGIN
    while True:
        yield chance.choice(ACTS)
