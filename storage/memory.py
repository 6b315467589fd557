"""What one process remembers of the database from one transaction to the next, and for how long.

Settings, people with their groups, and how people like to be thanked are read for nearly every request and
seldom change. Whatever changes one of them, here, in another replica or by hand, also changes the row of
`revisions` for that workspace and subject, by triggers of the database and within the same transaction. A
transaction reads that row before it remembers anything: what was remembered under another mark is forgotten.
So nothing older is ever seen than what that transaction could have read itself, when it read the mark.

A mark is the number of the transaction that changed something (PostgreSQL) or a count (SQLite), so none
comes twice. What a transaction reads is remembered only once it is committed, and what it has changed itself
it does not remember at all.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.drafts import Drafts
from storage.quick import Quick
from storage.tables import revisions

SETTINGS, PEOPLE, PREFERENCES = "settings", "people", "preferences"
MOST = 20_000  # entries; then all of it is forgotten, so that it takes no more than about 20 MB
UNKNOWN: Any = object()

_MARKS = Quick(
    lambda _dialect: select(revisions.c.subject, revisions.c.mark).where(
        revisions.c.workspace_id == bindparam("workspace")
    ),
    alike=["workspace"],
)


class Memory:
    """For all transactions of a process; entries are replaced and never changed."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[int, dict[Any, Any]]] = {}
        self._count = 0
        self.drafts = Drafts()

    def under(self, workspace: str, subject: str, mark: int) -> Mapping[Any, Any]:
        kept = self._kept.get((workspace, subject))
        return kept[1] if kept and kept[0] == mark else {}

    def keep(self, workspace: str, subject: str, mark: int, found: Mapping[Any, Any]) -> None:
        if self._count > MOST:
            self._kept, self._count = {}, 0
        kept = self._kept.get((workspace, subject))
        if kept and kept[0] == mark:
            kept[1].update(found)
        else:
            self._kept[workspace, subject] = (mark, {**found})
        self._count += len(found)


class Recall:
    """What one transaction remembers, learns and changes."""

    def __init__(self, connection: Connection | None, memory: Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._marks: dict[str, dict[str, int]] = {}
        self._fresh: dict[tuple[str, str], dict[Any, Any]] = {}
        self._changed: set[tuple[str, str]] = set()
        self._afterwards: list[Callable[[], None]] = []

    @property
    def drafts(self) -> Drafts:
        return self._memory.drafts

    def find(self, workspace: str, subject: str, key: Any) -> Any:
        """Give what is remembered, or `UNKNOWN`."""
        if self._connection is None or (workspace, subject) in self._changed:
            return UNKNOWN
        mark = self._mark(workspace, subject)
        if (workspace, subject) in self._changed:
            return UNKNOWN
        known = self._memory.under(workspace, subject, mark).get(key, UNKNOWN)
        if known is UNKNOWN:
            return self._fresh.get((workspace, subject), {}).get(key, UNKNOWN)
        return known

    def learn(self, workspace: str, subject: str, found: Mapping[Any, Any]) -> None:
        """Remember what was just read, unless this transaction has changed it.

        The mark was read before, by `find`: what changed between the two is then read once more, and not
        remembered under the mark of its change.
        """
        if workspace in self._marks and (workspace, subject) not in self._changed:
            self._fresh.setdefault((workspace, subject), {}).update(found)

    def changed(self, workspace: str, subject: str) -> None:
        """This transaction changes it: from now on it is read."""
        self._changed.add((workspace, subject))
        self._fresh.pop((workspace, subject), None)

    def once_committed(self, do: Callable[[], None]) -> None:
        self._afterwards.append(do)

    def forget_fresh(self) -> None:
        """Something was rolled back, and what was read may have been a part of it."""
        self._afterwards.clear()
        self._fresh.clear()
        self._marks.clear()

    def publish(self) -> None:
        """After the commit: let the transactions that follow remember it."""
        for (workspace, subject), found in self._fresh.items():
            self._memory.keep(workspace, subject, self._marks[workspace].get(subject, 0), found)
        for do in self._afterwards:
            do()

    def _mark(self, workspace: str, subject: str) -> int:
        if workspace not in self._marks and self._connection is not None:
            rows: list[Any] = _MARKS.rows(self._connection, {"workspace": workspace})
            now = dict(rows)
            # Of parts side by side, one may have read it already; what is newer is not remembered then.
            before = self._marks.setdefault(workspace, now)
            for one in before.keys() | now.keys():
                if before.get(one, 0) != now.get(one, 0):
                    self.changed(workspace, one)
        return self._marks[workspace].get(subject, 0)


NOTHING = Recall(None, Memory())
