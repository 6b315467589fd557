"""The org chart as a CSV file: from bytes to rows, with every problem and the line it is in.

Format: RFC 4180 and what spreadsheets make of it: commas, semicolons or tabs, with or without a BOM.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.errors import Refusal
from bot.rules.sources import Problem, Row, quoted

NEEDED = ("email", "manager_email", "department", "title")
COLUMNS = (*NEEDED, "slack_id")
SEPARATORS = ",;\t"
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets

Cells = dict[str, str]


def _email(value: str) -> str:
    """An address as far as one can tell by looking at it; whether somebody has it, the directory knows."""
    if not value:
        raise ValueError("the e-mail is missing.")
    local, at, domain = value.lower().rpartition("@")
    odd = set(value) & set(' \t"(),:;<>[\\]') or "@" in local
    if not (local and at and "." in domain.strip(".")) or odd or len(value) > LONGEST_EMAIL:
        raise ValueError(f"{quoted(value)} is no e-mail address.")
    return value.lower()


def _email_if_any(value: str) -> str:
    return _email(value) if value else ""


Text = Annotated[str, StringConstraints(max_length=500)]


class Entry(BaseModel):
    """One row of the file, each cell without the space around it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    email: Annotated[str, AfterValidator(_email)]
    manager_email: Annotated[str, AfterValidator(_email_if_any)]
    department: Text
    title: Text
    slack_id: Annotated[str, StringConstraints(pattern=r"^([UW][A-Z0-9]{1,63})?$")] = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What could be read of a file. With problems it is not to be imported; the rows show further ones."""

    name: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_file(path: Path) -> Sheet:
    """Read a file, or refuse where there is none to be read."""
    try:
        return read(path.name, path.read_bytes())
    except FileNotFoundError:
        raise Refusal(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise Refusal(f"{path} is a folder, not a file.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from None


def read(name: str, content: bytes) -> Sheet:
    """Read the bytes of a file called `name`; refuse what is no such CSV at all."""
    text = _text(name, content)
    if not text.strip():
        raise Refusal(f"{name} is empty: its first line is to be {','.join(NEEDED)}.")
    records = _records(text, _separator(text))
    problems: list[Problem] = []
    header = _header(name, records)
    rows = list(_rows(records, header, problems))
    if not rows and not problems:
        raise Refusal(f"{name} has a header and nobody below it, so nothing was imported.")
    return Sheet(name, tuple(rows), tuple(problems))


def _text(name: str, content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal(f"{name} is a spreadsheet: save it as CSV (UTF-8), and import that.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refusal(f"{name} is not UTF-8 (line {line}): save it as CSV (UTF-8).") from None
    if "\0" in text:
        raise Refusal(f"{name} is no CSV file: it is not text.")
    return text


def _separator(text: str) -> str:
    """Whichever of the separators parts the most columns we know in the first line."""
    first = text.lstrip().splitlines()[0]
    return max(SEPARATORS, key=lambda one: (len({*_names(first.split(one))} & {*COLUMNS}), first.count(one)))


def _names(cells: list[str]) -> list[str]:
    plain = (cell.strip().strip('"').strip().lower() for cell in cells)
    return [name.replace(" ", "_").replace("-", "_") for name in plain]


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Give each record that is not empty with the line it begins in; a sentence where quoting goes wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # From here on nobody can tell what is quoted and what is not.
            yield (
                begins,
                "a quotation mark stands wrongly, so that this line and what follows cannot be read.",
            )
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _header(name: str, records: Iterator[tuple[int, list[str] | str]]) -> list[str]:
    _, cells = next(records)
    if isinstance(cells, str):
        raise Refusal(f"{name} cannot be read: in its first line {cells}")
    names = _names(cells)
    wrong = [_no_such_column(cell, names) for cell in names if cell not in COLUMNS]
    missing = [column for column in NEEDED if column not in names]
    twice = [column for column, count in Counter(names).items() if count > 1 and column in COLUMNS]
    if not {*names} & {*COLUMNS}:
        raise Refusal(f"{name} has no header: its first line is to be {','.join(NEEDED)}.")
    if missing:
        wrong.append(f"missing: {', '.join(missing)}")
    if twice:
        wrong.append(f"there twice: {', '.join(twice)}")
    if wrong:
        raise Refusal(f"The first line of {name} is to be {','.join(NEEDED)}; {'; '.join(wrong)}.")
    return names


def _no_such_column(cell: str, names: list[str]) -> str:
    near = get_close_matches(cell, [column for column in COLUMNS if column not in names], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"there is no column {quoted(cell) or 'without a name'}{hint}"


def _rows(
    records: Iterator[tuple[int, list[str] | str]], header: list[str], problems: list[Problem]
) -> Iterator[Row]:
    """Give every row somebody can be seen in; what is wrong with it goes to `problems`."""
    for line, cells in records:
        if isinstance(cells, str):
            problems.append(Problem(line, cells))
        elif len(cells) != len(header):
            said = f"{len(cells)} cells where the header has {len(header)} columns."
            problems.append(Problem(line, said))
        else:
            row = _row(line, dict(zip(header, cells, strict=True)), problems)
            if row:
                yield row


def _row(line: int, cells: Cells, problems: list[Problem]) -> Row | None:
    try:
        entry = Entry.model_validate(cells)
    except ValidationError as error:
        flaws = error.errors(include_url=False)
        problems += [Problem(line, _sentence(flaw)) for flaw in flaws]
        bad = {str(flaw["loc"][0]) for flaw in flaws}
        # Others may name this person as their manager, which is no further mistake.
        return None if "email" in bad else Row(line, cells["email"].strip().lower())
    return Row(line, **entry.model_dump())


def _sentence(flaw: Any) -> str:
    column = flaw["loc"][0]
    if flaw["type"] == "value_error":
        said = str(flaw["ctx"]["error"])
        return said if column == "email" else f"{column}: {said}"
    if column == "slack_id":
        return f"{quoted(str(flaw['input']))} is no id of somebody in Slack, such as U012AB3CD."
    return f"the {column} is longer than 500 characters."
