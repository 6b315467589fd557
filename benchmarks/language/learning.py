"""A linear model learnt from examples, by sums, products and comparisons only: the same on every machine.

Each label and each flag has its own support vector machine with squared hinge loss, solved by dual coordinate
descent (Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM").
"""

from collections.abc import Iterator, Sequence

Row = Sequence[int]
LEAST_STEP = 1e-4  # a smaller one is not worth the sums


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
    rows: Sequence[Row], truth: Sequence[bool], size: int, cost: Sequence[float], rounds: int
) -> list[float]:
    """Weights for `size` features, such that the sum over a row's features tells the true from the others.

    A row counts as if it had length one, however many features it has. `cost` says how much each row matters.
    """
    weights = [0.0] * size
    alphas = [0.0] * len(rows)
    scales = list(lengths(rows))
    diagonal = [1.0 / (2.0 * c) for c in cost]
    for turn in range(rounds):
        for at in shuffled(len(rows), turn):
            row, sign = rows[at], (1.0 if truth[at] else -1.0)
            margin = sign * scales[at] * sum(map(weights.__getitem__, row))
            gradient = margin - 1.0 + diagonal[at] * alphas[at]
            old = alphas[at]
            new = old - gradient / (1.0 + diagonal[at])
            new = max(new, 0.0)
            if abs(new - old) > LEAST_STEP:
                alphas[at] = new
                step = (new - old) * sign * scales[at]
                for feature in row:
                    weights[feature] += step
    return weights


def lengths(rows: Sequence[Row]) -> Iterator[float]:
    """One over the root of each row's size; IEEE 754 says exactly what a root is."""
    return (len(row) ** 0.5 and 1.0 / len(row) ** 0.5 for row in rows)
