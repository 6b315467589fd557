"""Whether thanks reach everybody: balance, spread and rings, in numbers, and never by person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

ENOUGH = 8  # people thanked; of fewer a spread would be about persons
MUTUAL = 2  # thanks in each direction, for a pair that thanks each other
MAINLY = 0.5  # of what they gave


class Placed(Protocol):
    """Somebody in a department, which is support or not."""

    @property
    def department(self) -> str: ...
    @property
    def support(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Balance:
    """A department, what it gave to others or got from them, each with the number of thanks, by name."""

    department: str
    gave: tuple[tuple[str, int], ...] = ()
    got: tuple[tuple[str, int], ...] = ()

    @property
    def given(self) -> int:
        return sum(number for _, number in self.gave)

    @property
    def received(self) -> int:
        return sum(number for _, number in self.got)


@dataclass(frozen=True, slots=True)
class Spread:
    """Of so many people, how many share one half of the thanks."""

    people: int
    half: int


@dataclass(frozen=True, slots=True)
class Rings:
    """Groups of people who mainly thank each other: how many, of how many people, with how many thanks."""

    groups: int = 0
    people: int = 0
    thanks: int = 0


def across(pairs: Iterable[tuple[str, str]]) -> tuple[Balance, ...]:
    """What each department got from others, of (giver's, recipient's) departments, where both are known."""
    got: dict[str, Counter[str]] = defaultdict(Counter)
    for giving, thanked in pairs:
        if giving and thanked and giving != thanked:
            got[thanked][giving] += 1
    return tuple(Balance(name, got=_sorted(got[name])) for name in sorted(got))


def front_to_back(pairs: Iterable[tuple[str, str]], people: Mapping[str, Placed]) -> tuple[Balance, ...]:
    """What each department of the front office gave to the back office's, and got from them."""
    gave: dict[str, Counter[str]] = defaultdict(Counter)
    got: dict[str, Counter[str]] = defaultdict(Counter)
    for giver, recipient in pairs:
        a, b = people[giver], people[recipient]
        if not a.department or not b.department or a.support == b.support:
            continue
        if b.support:
            gave[a.department][b.department] += 1
        else:
            got[b.department][a.department] += 1
    names = sorted(gave.keys() | got.keys())
    return tuple(Balance(name, _sorted(gave[name]), _sorted(got[name])) for name in names)


def spread(recipients: Iterable[str]) -> Spread | None:
    """How many people share one half of the thanks; nothing where too few were thanked to say so."""
    shares = sorted(Counter(recipients).values(), reverse=True)
    if len(shares) < ENOUGH:
        return None
    half, so_far = 0, 0
    for share in shares:
        if so_far * 2 >= sum(shares):
            break
        half, so_far = half + 1, so_far + share
    return Spread(len(shares), half)


def rings(pairs: Sequence[tuple[str, str]]) -> Rings:
    """Find people who thank each other, in both directions and mainly: each group of them is one ring."""
    gave = Counter(giver for giver, _ in pairs)
    between = Counter(pairs)
    friends: dict[str, set[str]] = defaultdict(set)
    for (a, b), number in between.items():
        if number >= MUTUAL and between[b, a] >= MUTUAL:
            friends[a].add(b)
    groups = [group for group in _connected(friends) if _is_mainly_among(group, between, gave)]
    among = sum(number for (a, b), number in between.items() if any(a in g and b in g for g in groups))
    return Rings(len(groups), sum(map(len, groups)), among)


def _connected(friends: Mapping[str, set[str]]) -> list[set[str]]:
    found: list[set[str]] = []
    left = {*friends}
    while left:
        group, edge = set[str](), {left.pop()}
        while edge:
            group |= edge
            edge = set().union(*(friends[id] for id in edge)) - group
        left -= group
        found.append(group)
    return found


def _is_mainly_among(group: set[str], between: Counter[tuple[str, str]], gave: Counter[str]) -> bool:
    inside = Counter(
        {a: sum(between[a, b] for b in group) for a in group},
    )
    return all(inside[id] > MAINLY * gave[id] for id in group)


def _sorted(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items()))
