"""Learns the weights that ship with Goodword from the messages in `training/` and `slots/`: `make train`.

The same messages give the same file, byte for byte, on every machine: see `learning.py`.
"""

import hashlib
from collections import Counter
from pathlib import Path

from benchmarks.language import corpus, learning, roles
from bot.rules.language import features, lexicon, markup, model

SEEN_LEAST = 2  # messages in which a feature must occur
# Rows and pairs of words are many, and tell little unless they come back.
ROWS, ROWS_SEEN_LEAST = ("t:", "b:", "o:"), 7
COST = 1.2
# What is made out of other messages, or is nearly all of the hard kind, counts for less.
LIGHTER = {"again": 0.5, "deeds": 0.4, "tenth": 0.5, "eleventh": 0.5, "twelfth": 0.5}
ROUNDS = 12
LARGEST = 999
DRESSED = 2.5  # how much more a complaint in words of praise matters for that than a shout-out
WEIGHTS = Path(model.__file__).parent / "data" / "weights.txt"


def main() -> None:
    written = corpus.load("training")
    examples = written + corpus.with_others(written) + corpus.with_deeds()
    text = learnt(examples)
    WEIGHTS.write_text(text, encoding="utf-8")
    roles.WEIGHTS.write_text(roles.learnt(written), encoding="utf-8")
    print(f"{len(examples)} messages, {text.count(chr(10)) - 1} features, {len(text.encode())} bytes")


def learnt(examples: list[corpus.Example]) -> str:
    """The whole text of the weights' file."""
    found = [extract(one.text) for one in examples]
    seen = Counter(feature for some in found for feature in some)
    names = sorted(feature for feature, times in seen.items() if times >= _least(feature))
    numbers = {feature: at for at, feature in enumerate(names)}
    rows = [sorted(numbers[feature] for feature in some if feature in numbers) for some in found]
    cost = [COST * _share(one) for one in examples]
    size = len(names)
    columns = [learning.learn_twice(rows, truth, size, cost, ROUNDS) for truth in truths(examples)]
    columns.append(second_opinion(examples, rows, size))
    lines = [_line(name, [column[at] for column in columns]) for at, name in enumerate(names)]
    head = f"# {fingerprint()} {' '.join(model.CLASSES)}"
    return "\n".join([head, *filter(None, lines)]) + "\n"


def second_opinion(examples: list[corpus.Example], rows: list[list[int]], size: int) -> list[float]:
    """Tells praise that is meant from a complaint that is dressed as praise."""
    chosen = [at for at, one in enumerate(examples) if one.label == "shoutout" or is_dressed(one)]
    truth = [examples[at].label == "shoutout" for at in chosen]
    shares = [
        _share(examples[at]) * (1.0 if meant else DRESSED) for at, meant in zip(chosen, truth, strict=True)
    ]
    return learning.learn_twice([rows[at] for at in chosen], truth, size, shares, ROUNDS)


def is_dressed(one: corpus.Example) -> bool:
    """Whether it is a complaint at a person in words of praise."""
    page = markup.read(one.text)
    glad = features.evidence(page, lexicon.find(page.tokens))[0] != "none"
    return one.label == "complaint_person" and ("sarcasm" in one.flags or glad)


def _least(feature: str) -> int:
    return ROWS_SEEN_LEAST if feature.startswith(ROWS) else SEEN_LEAST


def _share(example: corpus.Example) -> float:
    return next((share for mark, share in LIGHTER.items() if mark in example.id), 1.0)


def fingerprint() -> str:
    """Of everything that the weights are made of, so that a test can tell that `make train` was forgotten."""
    language = Path(model.__file__).parent
    sources = [
        language / name for name in ("features.py", "outline.py", "markup.py", "lexicon.py", "model.py")
    ]
    sources += [language / "data" / name for name in ("lexicon.txt", "words.txt")]
    sources += [corpus.HERE / name for name in ("corpus.py", "learning.py", "train.py")]
    sources += sorted((corpus.HERE / "training").glob("*.txt")) + sorted(
        (corpus.HERE / "slots").glob("*.txt")
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def extract(text: str) -> set[str]:
    page = markup.read(text)
    return features.extract(page, lexicon.find(page.tokens))


def truths(examples: list[corpus.Example]) -> list[list[bool]]:
    labels = [[one.label == label for one in examples] for label in model.LABELS]
    return labels + [[flag in one.flags for one in examples] for flag in model.LEARNT_FLAGS]


def _line(name: str, weights: list[float]) -> str:
    whole = [max(-LARGEST, min(LARGEST, round(weight * model.SCALE))) for weight in weights]
    return name + "\t" + " ".join(str(one or "") for one in whole) if any(whole) else ""


if __name__ == "__main__":
    main()
