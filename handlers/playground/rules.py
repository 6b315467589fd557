"""Small checks that Block Kit's shapes are put together from; each yields Slack's own complaints."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def line(most: int, least: int = 1) -> Rule:
    """A string of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"must provide a string [json-pointer:{at}]"
        elif len(value) > most:
            yield f"must be less than {most + 1} characters [json-pointer:{at}]"
        elif len(value) < least:
            yield f"must be more than {least - 1} characters [json-pointer:{at}]"

    return check


def text(most: int, *kinds: str, least: int = 1) -> Rule:
    """A text object of one of the kinds."""
    shapes: dict[str, Rule] = {
        "plain_text": shape({"text": line(most, least)}, {"emoji": flag}),
        "mrkdwn": shape({"text": line(most, least)}, {"verbatim": flag}),
    }
    return by_type({kind: shapes[kind] for kind in kinds})


def many(rule: Rule, most: int, least: int = 1) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"must provide an array [json-pointer:{at}]"
            return
        if len(value) > most:
            yield f"no more than {most} items allowed [json-pointer:{at}]"
        if len(value) < least:
            yield f"no fewer than {least} items allowed [json-pointer:{at}]"
        for number, item in enumerate(value):
            yield from rule(item, f"{at}/{number}")

    return check


def flag(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"must provide a boolean [json-pointer:{at}]"


def number(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"must provide a number [json-pointer:{at}]"


def whole(least: int, most: int) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"must provide an integer [json-pointer:{at}]"
        elif not least <= value <= most:
            yield f"must be between {least} and {most} [json-pointer:{at}]"

    return check


def one_of(*values: Any) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            offered = ", ".join(str(each) for each in values)
            yield f"must be one of: {offered} [json-pointer:{at}]"

    return check


def anything(_value: Any, _at: str) -> Iterator[str]:
    return iter(())


def url(most: int) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        yield from line(most)(value, at)
        if isinstance(value, str) and "://" not in value and not value.startswith("mailto:"):
            yield f"invalid url [json-pointer:{at}]"

    return check


def shape(needs: Mapping[str, Rule], may: Mapping[str, Rule] | None = None) -> Rule:
    """An object with these fields and no others; `type` is looked at by `by_type`."""
    known = {**needs, **(may or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"must provide an object [json-pointer:{at}]"
            return
        for name in needs:
            if value.get(name) is None:
                yield f"missing required field: {name} [json-pointer:{at}]"
        for name, inner in value.items():
            if name in known and inner is not None:
                yield from known[name](inner, f"{at}/{name}")
            elif name not in known and name != "type":
                yield f"invalid additional property: {name} [json-pointer:{at}]"

    return check


def by_type(shapes: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which shape it has."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"must provide an object [json-pointer:{at}]"
        elif not isinstance(value.get("type"), str):
            yield f"missing required field: type [json-pointer:{at}]"
        elif value["type"] not in shapes:
            yield f"unsupported type: {value['type']} [json-pointer:{at}/type]"
        else:
            yield from shapes[value["type"]](value, at)

    return check


def both(*rules: Rule) -> Rule:
    def check(value: Any, at: str) -> Iterator[str]:
        for rule in rules:
            yield from rule(value, at)

    return check
