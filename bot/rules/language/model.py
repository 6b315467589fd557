"""The learnt weights, and what they make of a message's features: one number for each label and each flag."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

LABELS = ("shoutout", "complaint_person", "complaint_process", "request", "neutral")
LEARNT_FLAGS = ("ordering", "absolute", "sarcasm", "threat", "shouting", "insult")
CLASSES = LABELS + LEARNT_FLAGS
SCALE = 48  # a weight of one is written as this; all are whole numbers, so that every machine reads the same


@cache
def weights() -> Mapping[str, tuple[int, ...]]:
    """By feature, the weight for each of `CLASSES`; read once, from what `make train` wrote."""
    text = files(__package__).joinpath("data/weights.txt").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {feature: tuple(map(int, numbers.split())) for feature, numbers in lines}


def score(features: Iterable[str]) -> dict[str, float]:
    """Above zero a class is likelier than not; the scale is that of the margins the model was learnt with."""
    known = weights()
    rows = [known[feature] for feature in features if feature in known]
    if not rows:
        return dict.fromkeys(CLASSES, -1.0)
    length = SCALE * len(rows) ** 0.5
    return {
        name: total / length for name, total in zip(CLASSES, map(sum, zip(*rows, strict=True)), strict=True)
    }
