"""What stands around each of several people mentioned, and the learnt weights that tell who is praised."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from bot.rules.language.markup import MENTIONS, Token

SCALE = 100  # a weight of one is written as this; all are whole numbers, so that every machine reads the same
MOST = 24  # mentions; in a longer list everybody is meant, and to weigh each against each would take too long
_NEAR, _WIDE = (-3, -2, -1, 1, 2, 3), 6
_OPENING = frozenset({".", "!", "?", ":", ";", "-", "\u2013", "\u2014", "(", ")"})


@cache
def weights() -> Mapping[str, int]:
    """By feature; read once, from what `make train` wrote."""
    text = files(__package__).joinpath("data/roles.txt").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    return {feature: int(weight) for feature, weight in lines}


def praised(found: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Of the people in `found`, those for whom their features speak, or else the one least spoken against."""
    known = weights()
    scores = {one: sum(known.get(feature, 0) for feature in features) for one, features in found.items()}
    best = max(scores.values())
    return frozenset(one for one, score in scores.items() if score > 0 or score == best)


def extract(
    tokens: Sequence[Token], places: Sequence[int], kept: Collection[int], parts: Mapping[int, Sequence[str]]
) -> dict[str, set[str]]:
    """The features of each person mentioned at `places`, by id; `kept` and `parts` are what the rules say."""
    ids = list(dict.fromkeys(id_of(tokens[at]) for at in places))
    times = [id_of(tokens[at]) for at in places]
    found: dict[str, set[str]] = {}
    for order, one in enumerate(ids):
        many, turn = min(len(ids), 4), min(order, 3)
        found[one] = {f"order:{turn}", f"of:{many}", f"of:{many}{turn}", f"times:{min(times.count(one), 3)}"}
    credited = {id_of(tokens[at]) for at in kept}
    for at in places:
        one = id_of(tokens[at])
        found[one].add(f"kept:{one in credited:d}")
        found[one].update(f"part:{part}" for part in parts[at])
        found[one].update(_around(tokens, at))
        found[one].update(_opening(tokens, at, places))
    return found


def id_of(token: Token) -> str:
    return token.form.partition("|")[0]


def _form(tokens: Sequence[Token], at: int) -> str:
    if not 0 <= at < len(tokens):
        return "^" if at < 0 else "$"
    return "@" if tokens[at].kind in MENTIONS else tokens[at].form


def _around(tokens: Sequence[Token], at: int) -> Iterator[str]:
    """The words beside it, by their distance, in twos, and as a bag on either side within the sentence."""
    before, after = _form(tokens, at - 1), _form(tokens, at + 1)
    for far in _NEAR:
        yield f"{far}:{_form(tokens, at + far)}"
    yield f"<<:{_form(tokens, at - 2)} {before}"
    yield f">>:{after} {_form(tokens, at + 2)}"
    yield f"<>:{before} {after}"
    for other in range(max(0, at - _WIDE), min(len(tokens), at + _WIDE + 1)):
        if other != at and tokens[other].sentence == tokens[at].sentence:
            yield f"{'<' if other < at else '>'}:{_form(tokens, other)}"


def _opening(tokens: Sequence[Token], at: int, places: Sequence[int]) -> Iterator[str]:
    """Whether it opens the message, a sentence or a clause, the word after it, and whether that asks."""
    first = at == places[0]
    opens = not at or tokens[at - 1].sentence != tokens[at].sentence or tokens[at - 1].form in _OPENING
    asks = any(token.form == "?" for token in tokens[at:] if token.sentence == tokens[at].sentence)
    yield f"kind:{tokens[at].kind}"
    yield f"start:{not at:d}"
    yield f"last:{at == places[-1]:d}"
    yield f"opens:{opens:d}{first:d}"
    yield f"asks:{asks:d}{opens:d}"
    if opens:
        yield f"opens:{_form(tokens, at + 1)}"
        yield f"opens:{first:d}:{_form(tokens, at + 1)}"
