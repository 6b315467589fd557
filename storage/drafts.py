"""What a digest tells, kept while its messages go out, so that it is read once and not for each of them.

Each is kept with all the marks of its workspace (see `storage.memory`) as they were before it was read, and
given back only as long as none has changed: what was taken back or reworded, who was erased and how people
like to be thanked is obeyed by the very next message. What was only added since, such as somebody who joined
in, may be left out.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.rules.digest import Digest
from storage.tables import revisions

Key = tuple[str, str, str, str]
"""Workspace, kind, addressee, period."""
Marks = tuple[tuple[str, int], ...]
MOST = 4  # at a time, of all workspaces; one of 5,000 kudos takes some 10 MB


@dataclass(frozen=True, slots=True)
class _Draft:
    marks: Marks
    told: Digest
    since: datetime


class Drafts:
    """For all transactions of a process."""

    def __init__(self) -> None:
        self._kept: dict[Key, _Draft] = {}
        self._lock = threading.Lock()

    def find(self, key: Key, marks: Marks) -> Digest | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept and kept.marks != marks:
                del self._kept[key]
                return None
            return kept.told if kept else None

    def keep(self, key: Key, marks: Marks, told: Digest, now: datetime) -> None:
        with self._lock:
            kept = self._kept.pop(key, None)
            since = kept.since if kept and kept.marks == marks else now
            self._kept[key] = _Draft(marks, told, since)
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]

    def let_go(self, key: Key) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def let_old_ones_go(self, before: datetime) -> None:
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept.since >= before}

    def __len__(self) -> int:
        return len(self._kept)


def marks_of(connection: Connection, workspace: str) -> Marks:
    """Read after all that this transaction has written so far, that of others in its commit included."""
    query = select(revisions.c.subject, revisions.c.mark).where(revisions.c.workspace_id == workspace)
    return tuple((row.subject, row.mark) for row in connection.execute(query.order_by(revisions.c.subject)))
