"""Spoils JSON as somebody would who knows what it is for: other types, other people, too much of it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from hypothesis import strategies as st

Json = Any
Pool = Mapping[str, Sequence[Json]]
"""What was seen under each key anywhere: ids of other people, numbers, names of buttons and forms."""

DEEP = 60  # levels; Slack's own views have six
LONG = 3000
WORDS = (
    "",
    " ",
    "0",
    "-1",
    "9" * 40,
    "1e999",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    '{"number": 1, "move": "resolve"}',
    '{"number": "1"}',
    "<@U0BENOKAFR>",
    "<!channel> <!subteam^S0|@x> <https://a.example|b> <@",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE outbox; --",
    "../../etc/passwd",
    "%s %d {0} {self.__class__}",
    "\u202e\u0007\x1b[31m\ufeff\u2028",
    "e\u0301" * 200,
    "👩‍👩‍👧‍👦🏽" * 20,
    "İıſK",
    "\ud800",
    "a\x00b",
    "x" * LONG,
    "@" * LONG,
    "T0OTHERS",
    "https://goodword.example.invalid/x",
)
NUMBERS = (0, -1, 1, 2, 2**31, 2**63, 2**200, 10**400, 0.1, -0.0, 1e308, float("inf"), float("nan"))


class Packed(dict[str, Json]):
    """JSON that stood in a string, such as a form's private metadata."""


class Change(NamedTuple):
    """One thing to do at one place; each number is taken modulo what there is."""

    what: int
    where: int
    which: int
    value: Json


def changes() -> st.SearchStrategy[list[Change]]:
    number = st.integers(0, 10_000)
    value = st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(NUMBERS),
        st.sampled_from([None, True, False, [], {}, [None], {"": None}, [[]], [{}]]),
        st.text(max_size=20),
        st.recursive(st.none() | st.text(max_size=3), lambda each: st.lists(each, max_size=3), max_leaves=4),
    )
    return st.just([]) | st.lists(st.builds(Change, number, number, number, value), max_size=3)


def spoilt(body: Json, changed: Sequence[Change], pool: Pool) -> Json:
    whole: dict[str, Json] = {"": _opened(deepcopy(body))}
    for change in changed:
        places = [place for place in _places(whole) if place != (id(whole), "")]
        if places:
            _spoil(whole, places[change.where % len(places)], change, pool)
    return _closed(whole[""])


def pool_of(bodies: Sequence[Json]) -> dict[str, list[Json]]:
    found: dict[str, dict[str, Json]] = {}
    for body in bodies:
        for holder, key in _walk({"": _opened(body)}):
            if isinstance(key, str) and not isinstance(holder[key], dict | list):
                found.setdefault(key, {})[repr(holder[key])] = holder[key]
    return {key: list(values.values()) for key, values in found.items()}


def _spoil(whole: Json, place: tuple[int, Any], change: Change, pool: Pool) -> None:
    holder = next(found for found, key in _walk(whole) if (id(found), key) == place)
    key = place[1]
    ways: tuple[Callable[[], None], ...] = (
        *[lambda: _as_elsewhere(holder, key, change, pool)] * 4,
        lambda: holder.__setitem__(key, deepcopy(change.value)),
        lambda: holder.__delitem__(key),
        lambda: holder.__setitem__(key, [holder[key]] * (change.which % 5)),
        lambda: holder.__setitem__(key, {str(change.value)[:20]: holder[key]}),
        lambda: holder.__setitem__(key, str(holder[key])),
        lambda: holder.__setitem__(key, _nested(holder[key], change.which % DEEP)),
    )
    ways[change.what % len(ways)]()


def _as_elsewhere(holder: Json, key: Any, change: Change, pool: Pool) -> None:
    """Under the same key as in another request, which is how things are forged."""
    known = pool.get(str(key)) or [deepcopy(change.value)]
    holder[key] = known[change.which % len(known)]


def _nested(thing: Json, levels: int) -> Json:
    for level in range(levels):
        thing = [thing] if level % 2 else {"text": thing}
    return thing


def _walk(thing: Json) -> Iterator[tuple[Any, Any]]:
    """Every place, as what holds it and the key under which."""
    keys: Any = list(thing) if isinstance(thing, dict) else range(len(thing))
    for key in keys:
        yield thing, key
        if isinstance(thing[key], dict | list):
            yield from _walk(thing[key])


def _places(whole: Json) -> list[tuple[int, Any]]:
    return [(id(holder), key) for holder, key in _walk(whole)]


def _opened(thing: Json) -> Json:
    if isinstance(thing, dict):
        return {key: _opened(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_opened(value) for value in thing]
    if isinstance(thing, str) and thing[:1] in {"{", "["}:
        try:
            return Packed({"packed": _opened(json.loads(thing))})
        except ValueError:
            return thing
    return thing


def _closed(thing: Json) -> Json:
    if isinstance(thing, Packed):
        return json.dumps(_closed(thing.get("packed")))
    if isinstance(thing, dict):
        return {key: _closed(value) for key, value in thing.items()}
    return [_closed(value) for value in thing] if isinstance(thing, list) else thing
