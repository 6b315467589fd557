"""The learnt weights, and what they make of a message's features: one number for each of `CLASSES`."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from bot.rules.language.weights import Weights

LABELS = ("shoutout", "complaint_person", "complaint_process", "request", "neutral")
LEARNT_FLAGS = ("ordering", "absolute", "sarcasm", "threat", "shouting", "insult")
# A second opinion, learnt from shout-outs and from complaints that are dressed as such, and nothing else.
MEANT = "praise_meant"
CLASSES = (*LABELS, *LEARNT_FLAGS, MEANT)
SCALE = 48  # a weight of one is written as this; all are whole numbers, so that every machine reads the same


@cache
def weights() -> Weights:
    """By feature, the weight for each of `CLASSES`; read once, from what `make train` wrote."""
    return Weights(files(__package__).joinpath("data/weights.txt").read_bytes())


def score(features: Iterable[str]) -> dict[str, float]:
    """Above zero a class is likelier than not; the scale is that of the margins the model was learnt with."""
    known = weights()
    rows = [row for feature in features if (row := known.get(feature))]
    if not rows:
        return dict.fromkeys(CLASSES, -1.0)
    length = SCALE * len(rows) ** 0.5
    return {
        name: total / length for name, total in zip(CLASSES, map(sum, zip(*rows, strict=True)), strict=True)
    }
