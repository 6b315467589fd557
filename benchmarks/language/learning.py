"""A linear model learnt from examples, by sums, products and comparisons only: the same on every machine.

Each label and each flag has support vector machines of its own with squared hinge loss, solved by dual
coordinate descent (Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM"). Sums
are rounded once, at their end, for newer versions of Python add up otherwise than older ones.
"""

from collections.abc import Iterator, Sequence
from math import fsum

Row = Sequence[int]
LEAST_STEP = 1e-4  # a smaller one is not worth the sums
STRETCH, STRETCHED = 3.0, 0.3  # how far what tells is stretched, and by how much such a row matters less


def shuffled(size: int, seed: int) -> list[int]:
    """Every number below `size`, in an order of our own making, so that no library can change it."""
    order = list(range(size))
    state = seed * 2 + 1
    for at in range(size - 1, 0, -1):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        other = (state >> 33) % (at + 1)
        order[at], order[other] = order[other], order[at]
    return order


def learn(
    rows: Sequence[Row],
    truth: Sequence[bool],
    cost: Sequence[float],
    rounds: int,
    tells: Sequence[float],
) -> list[float]:
    """Weights for features, such that the sum over a row's features tells the true from the others.

    A row's features are divided by the root of their number, so that long ones count as short ones do.
    `cost` says how much each row matters, `tells` how much each feature is worth beforehand.
    """
    weights = [0.0] * len(tells)
    alphas = [0.0] * len(rows)
    scales = list(lengths(rows))
    worth = [one * one for one in tells]
    squares = [
        scale * scale * fsum(map(worth.__getitem__, row)) for row, scale in zip(rows, scales, strict=True)
    ]
    diagonal = [1.0 / (2.0 * c) for c in cost]
    for turn in range(rounds):
        for at in shuffled(len(rows), turn):
            row, sign = rows[at], (1.0 if truth[at] else -1.0)
            margin = sign * scales[at] * fsum(map(weights.__getitem__, row))
            gradient = margin - 1.0 + diagonal[at] * alphas[at]
            old = alphas[at]
            new = old - gradient / (squares[at] + diagonal[at])
            new = max(new, 0.0)
            if abs(new - old) > LEAST_STEP:
                alphas[at] = new
                step = (new - old) * sign * scales[at]
                for feature in row:
                    weights[feature] += step * worth[feature]
    return weights


def lengths(rows: Sequence[Row]) -> Iterator[float]:
    """One over the root of each row's size; IEEE 754 says exactly what a root is."""
    return (len(row) ** 0.5 and 1.0 / len(row) ** 0.5 for row in rows)


def learn_twice(
    rows: Sequence[Row], truth: Sequence[bool], size: int, cost: Sequence[float], rounds: int
) -> list[float]:
    """The mean of two learners, who err in different places.

    One takes each feature as it comes; for the other those matter that tell the true from the others.
    """
    plainly = learn(rows, truth, cost, rounds, [1.0] * size)
    tells = [STRETCH * one for one in telling(rows, truth, size, cost)]
    apart = learn(rows, truth, [STRETCHED * one for one in cost], rounds, tells)
    return [(one + other) / 2.0 for one, other in zip(plainly, apart, strict=True)]


def telling(rows: Sequence[Row], truth: Sequence[bool], size: int, cost: Sequence[float]) -> list[float]:
    """By feature, how much more often it occurs among the true than among the others: from -1 to 1.

    Each feature counts once more, divided as the rows are, so that what is rare tells little (Wang and
    Manning 2012, "Baselines and Bigrams", with a ratio in the place of its logarithm).
    """
    whole = dict.fromkeys((True, False), 0.0)
    counts = {side: [0.0] * size for side in (True, False)}
    for row, is_true, c in zip(rows, truth, cost, strict=True):
        seen = counts[is_true]
        for feature in row:
            seen[feature] += c
        whole[is_true] += c * len(row)
    both = whole[True] + whole[False]
    parts = zip(counts[True], counts[False], strict=True)
    shares = (
        ((yes + whole[True] / both) / whole[True], (no + whole[False] / both) / whole[False])
        for yes, no in parts
    )
    return [(yes - no) / (yes + no) for yes, no in shares]
