"""The table of docs/reliability.md: what each trial came to, printed where the tests end."""

from collections.abc import Callable, Iterable
from dataclasses import asdict

from tests.faults.trial import Row

HEAD = ("Trouble", "Database", "Provoked", "Acknowledged", "Lost", "Doubled", "Seconds to recover")
NOTE = "trouble"
Record = Callable[[str, object], None]


def note(row: Row) -> tuple[str, object]:
    """What a test records of itself, so that it is known where the tests end, whichever process ran it."""
    return NOTE, asdict(row)


def drawn(rows: Iterable[Row]) -> str:
    lines = [HEAD, ("---", "---", *["--:"] * 5), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
