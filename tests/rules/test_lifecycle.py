"""The table of states and moves: what it allows, and that everything else is refused with a sentence."""

from itertools import product

import pytest

from bot.errors import Refusal
from bot.rules.lifecycle import FINAL, SAID, TABLE, By, Move, State, drawn, moves, step


def test_every_state_has_its_words_and_every_open_one_a_way_out() -> None:
    assert set(SAID) == set(State)
    assert {at for at, _ in TABLE} == set(State) - FINAL


@pytest.mark.parametrize(("state", "move"), [*product(State, Move)])
def test_what_the_table_does_not_hold_is_refused(state: State, move: Move) -> None:
    def make() -> State:
        return step(state, move, by_holder=True, by_reporter=True, one_hop=False).to

    if (state, move) in TABLE:
        assert make() is TABLE[state, move].to
    else:
        with pytest.raises(Refusal, match=SAID[state]):
            make()


@pytest.mark.parametrize(("at", "found"), [*TABLE.items()])
def test_only_the_holder_or_the_reporter_may_make_a_move(at: tuple[State, Move], found: object) -> None:
    entry = TABLE[at]
    assert found is entry
    with pytest.raises(Refusal, match="on their desk"):
        step(*at, by_holder=entry.by is not By.HOLDER, by_reporter=entry.by is not By.REPORTER, one_hop=False)


def test_with_one_hop_there_is_nobody_to_take_it_to() -> None:
    assert Move.TAKE_FURTHER not in moves(State.WITH_MANAGER, By.HOLDER, one_hop=True)
    with pytest.raises(Refusal):
        step(State.WITH_MANAGER, Move.TAKE_FURTHER, by_holder=True, by_reporter=False, one_hop=True)


def test_the_drawing_shows_every_state_and_every_move() -> None:
    drawing = drawn()
    for (at, move), found in TABLE.items():
        assert f"{at} --> {found.to}: {move} ({found.by})" in drawing
    assert drawing.count("[*]") == len(FINAL) + 1
