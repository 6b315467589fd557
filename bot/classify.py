"""`goodword classify`: JSON Lines in, JSON Lines out, to try the reading of messages on one's own."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import Refusal
from bot.rules import language

EXAMPLE = '{"id": "1", "text": "Thanks @ben for the quick fix"}'


class Asked(BaseModel):
    """A line that comes in; what else stands in it is left alone."""

    model_config = ConfigDict(strict=True)

    id: str | int
    text: str


class Answered(BaseModel):
    """A line that goes out, for the line with the same id."""

    id: str | int
    label: str
    recipients: tuple[str, ...]
    flags: tuple[str, ...]
    suggestion: str


def classify(lines: Iterable[bytes]) -> Iterator[str]:
    """Answer each line as soon as it is read, but for empty ones; a bad line is a Refusal that names it."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(_asked(number, line)).model_dump_json()


def _asked(number: int, line: bytes) -> Asked:
    try:
        return Asked.model_validate_json(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        raise Refusal(
            f"Line {number}: {_what(first['type'], first['loc'])}; one such as {EXAMPLE} is expected."
        ) from None


def _what(kind: str, place: tuple[int | str, ...]) -> str:
    if kind == "json_invalid":
        return "this is no JSON"
    if not place:
        return "this is no JSON object"
    if kind == "missing":
        return f"there is no {place[0]}"
    return "the id must be a text or a whole number" if place[0] == "id" else f"the {place[0]} must be a text"


def _answer(asked: Asked) -> Answered:
    reading = language.read(asked.text)
    return Answered(
        id=asked.id,
        label=reading.label,
        recipients=reading.recipients,
        flags=reading.flags,
        suggestion=reading.suggestion,
    )
