"""The table of docs/reliability.md: what each trial came to, printed where the tests end, and written there.

`make faults` sets GOODWORD_FAULTS_TABLE to `write`; a run in which a trouble is missing writes nothing.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from tests.faults.trial import Row

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
WANTED = os.environ.get("GOODWORD_FAULTS_TABLE") == "write"
HEAD = ("Trouble", "Database", "Provoked", "Acknowledged", "Lost", "Doubled", "Seconds to recover")
TABLE = re.compile(r"(?<=<!-- table: troubles -->\n)(?:\|.*\n)+")
NOTE = "trouble"
Record = Callable[[str, object], None]


def note(row: Row) -> tuple[str, object]:
    """What a test records of itself, so that it is known where the tests end, whichever process ran it."""
    return NOTE, asdict(row)


def drawn(rows: Iterable[Row]) -> str:
    lines = [HEAD, ("---", "---", *["--:"] * 5), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def written(rows: list[Row], page: Path = PAGE) -> str:
    """Put the table in place of the one before; gives the sentence that says what was done, or why not."""
    text = page.read_text()
    found = TABLE.search(text)
    assert found, f"{page.name} has no table of troubles"
    before = {tuple(line.split(" | ")[:2]) for line in found.group().splitlines()[2:]}
    missing = before - {(f"| {row.trouble}", row.engine) for row in rows}
    if missing:
        return f"{page.name} is left as it was: {len(missing)} of its lines were not tried in this run."
    page.write_text(TABLE.sub(lambda _: f"{drawn(rows)}\n", text))
    return f"{page.name} has this table now."
