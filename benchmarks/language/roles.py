"""Learns which of several people mentioned are praised, from the shout-outs in `training/`: `make train`."""

from collections import Counter
from pathlib import Path

from benchmarks.language import learning
from benchmarks.language.corpus import Example
from bot.rules.language import markup, recipients, roles

SEEN_LEAST = 2  # people around whom a feature must occur
COST = 1.5
ROUNDS = 12
WEIGHTS = Path(roles.__file__).parent / "data" / "roles.txt"


def learnt(examples: list[Example]) -> str:
    """The whole text of the weights' file."""
    people = [one for example in examples if example.label == "shoutout" for one in _people(example)]
    seen = Counter(feature for features, _ in people for feature in features)
    names = sorted(feature for feature, times in seen.items() if times >= SEEN_LEAST)
    numbers = {feature: at for at, feature in enumerate(names)}
    rows = [sorted(numbers[one] for one in features if one in numbers) for features, _ in people]
    truth = [praised for _, praised in people]
    weights = learning.learn(rows, truth, [COST] * len(rows), ROUNDS, [1.0] * len(names))
    whole = [round(weight * roles.SCALE) for weight in weights]
    return "".join(f"{name}\t{weight}\n" for name, weight in zip(names, whole, strict=True) if weight)


def _people(example: Example) -> list[tuple[set[str], bool]]:
    """Everybody who may be credited where there are several, and whether they are."""
    page = markup.read(example.text)
    left = recipients.candidates(page)
    if len({roles.id_of(page.tokens[at]) for at in left}) < 2:  # noqa: PLR2004 - one alone is always credited
        return []
    found = roles.extract(page.tokens, left, *recipients.judged(page.tokens, left))
    return [(features, one in example.recipients) for one, features in found.items()]
