"""The weights that ship are those that the messages give: nothing else, and the same every time."""

from pathlib import Path

from benchmarks.language import corpus, roles, train
from bot.rules.language.weights import Weights

LEAST_TRAINED, LEAST_VALIDATED = 3000, 500
LARGEST = 2_000_000  # bytes


def test_the_weights_are_made_of_the_messages_and_the_code_as_they_stand() -> None:
    shipped = train.WEIGHTS.read_text(encoding="utf-8")
    assert shipped.split(" ", 2)[1] == train.fingerprint(), "run `make train`"
    assert len(shipped.encode()) < LARGEST


def test_who_is_credited_among_several_is_learnt_from_the_messages_as_they_stand() -> None:
    assert roles.WEIGHTS.read_text(encoding="utf-8") == roles.learnt(corpus.load("training")), (
        "run `make train`"
    )


def test_the_same_messages_give_the_same_weights() -> None:
    some = corpus.load("training")[::24]
    assert train.learnt(some) == train.learnt(some)


def test_there_are_enough_messages_and_none_is_in_both_sets() -> None:
    learnt = corpus.load("training") + corpus.with_deeds()
    validated = corpus.load("validation")
    assert len(learnt) >= LEAST_TRAINED
    assert len(validated) >= LEAST_VALIDATED
    assert not {one.text for one in learnt} & {one.text for one in validated}


def test_nothing_in_the_trainer_reaches_outside_the_repository() -> None:
    for path in Path(train.__file__).parent.glob("*.py"):
        assert "shared" not in path.read_text(encoding="utf-8")


def test_every_weight_is_found_where_it_lies_and_nothing_else_is() -> None:
    lines = train.WEIGHTS.read_text(encoding="utf-8").splitlines()[1:]
    assert lines == sorted(lines, key=lambda line: line.partition("\t")[0])
    shipped = Weights(train.WEIGHTS.read_bytes())
    for line in lines:
        feature, _, numbers = line.partition("\t")
        assert shipped.get(feature) == tuple(int(one or 0) for one in numbers.split(" ")), feature
        assert f"{feature} " not in shipped
    for unknown in ("", " ", "\t", "1 2", "\ud800", "zzz", lines[0].partition("\t")[0][:-1]):
        assert unknown not in shipped
