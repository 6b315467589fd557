"""Escalations: rows to and from the bot's `Escalation`; their words are locked on the way in."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from bot.errors import Refusal
from bot.ports import Noted
from bot.rules.escalation import Escalation, Report
from bot.rules.lifecycle import State
from bot.rules.people import ERASED
from storage.engine import inserting
from storage.secrets import Cipher
from storage.tables import escalation_moves, escalations


class EscalationShelf:
    def __init__(self, connection: Connection, workspace: str, cipher: Cipher) -> None:
        self._connection = connection
        self._workspace = workspace
        self._cipher = cipher

    def open(self, escalation: Escalation, source: str) -> tuple[int, bool]:
        """Keep a new one (its number is chosen here); the same `source` again gives the first and False."""
        row = _row(escalation) | self._words(escalation)
        row |= {"workspace_id": self._workspace, "source": source}
        statement = inserting(self._connection, escalations).on_conflict_do_nothing()
        added = statement.returning(escalations.c.number)
        number = self._connection.execute(added, row).scalar_one_or_none()
        if number is not None:
            return number, True
        known = select(escalations.c.number).where(
            escalations.c.workspace_id == self._workspace, escalations.c.source == source
        )
        first: int = self._connection.execute(known).scalar_one()
        return first, False

    def read(self, number: int, *, for_change: bool = False) -> Escalation | None:
        """Read one; `for_change` lets no other transaction change it until this one ends."""
        query = select(escalations).where(
            escalations.c.workspace_id == self._workspace, escalations.c.number == number
        )
        row = self._connection.execute(query.with_for_update() if for_change else query).one_or_none()
        return self._escalation(row) if row else None

    def change(self, escalation: Escalation) -> None:
        """Keep it as it is now; words that cannot be read stay as they are."""
        which = and_(escalations.c.workspace_id == self._workspace, escalations.c.number == escalation.number)
        values = _row(escalation) | ({} if escalation.sealed else self._words(escalation))
        self._connection.execute(update(escalations).where(which).values(values))

    def note_move(self, escalation: Escalation, move: str, by: str, source: str, now: datetime) -> bool:
        """Write down a move or a look; False when this very request did so before."""
        row = {
            "workspace_id": self._workspace,
            "escalation_number": escalation.number,
            "move": move,
            "by_id": by,
            "holder_id": escalation.holder,
            "state": escalation.state,
            "source": source,
            "moved_at": now,
        }
        statement = inserting(self._connection, escalation_moves).on_conflict_do_nothing()
        added = statement.returning(escalation_moves.c.id)
        return self._connection.execute(added, row).scalar_one_or_none() is not None

    def made(self, source: str) -> bool:
        query = select(escalation_moves.c.id).where(
            escalation_moves.c.workspace_id == self._workspace, escalation_moves.c.source == source
        )
        return self._connection.execute(query).first() is not None

    def opened_by(self, number: int, person: str, holder: str) -> bool:
        """Whether this person opened it while this holder had it (how a channel's members are known)."""
        query = select(escalation_moves.c.id).where(
            escalation_moves.c.workspace_id == self._workspace,
            escalation_moves.c.escalation_number == number,
            escalation_moves.c.by_id == person,
            escalation_moves.c.holder_id == holder,
            escalation_moves.c.move == "open",
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def held(self, number: int) -> list[tuple[str, State]]:
        """Everybody who had it on their desk so far, with the states in which they did."""
        query = select(escalation_moves.c.holder_id, escalation_moves.c.state).where(
            escalation_moves.c.workspace_id == self._workspace,
            escalation_moves.c.escalation_number == number,
        )
        return [(row.holder_id, State(row.state)) for row in self._connection.execute(query.distinct())]

    def reported_by(self, person: str, limit: int | None) -> list[Escalation]:
        return self._read(escalations.c.reporter_id == person, limit=limit)

    def held_by(self, holder: str, limit: int | None) -> list[Escalation]:
        return self._read(escalations.c.holder_id == holder, escalations.c.closed_at.is_(None), limit=limit)

    def about(self, subject: str, reporter: str, since: datetime) -> int:
        """How many escalations the reporter opened about a person or team since then."""
        query = select(func.count()).where(
            escalations.c.workspace_id == self._workspace,
            escalations.c.subject_id == subject,
            escalations.c.reporter_id == reporter,
            escalations.c.opened_at >= since,
        )
        number: int = self._connection.execute(query).scalar_one()
        return number

    def due(self, now: datetime, limit: int) -> list[int]:
        """Numbers of open escalations whose holder has let the time pass."""
        query = (
            select(escalations.c.number)
            .where(
                escalations.c.workspace_id == self._workspace,
                escalations.c.closed_at.is_(None),
                escalations.c.due_at <= now,
            )
            .order_by(escalations.c.due_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def erase_closed_before(self, moment: datetime, now: datetime, limit: int) -> list[int]:
        """Erase the words of some that were closed before then; the counts remain. Gives their numbers."""
        which = and_(
            escalations.c.workspace_id == self._workspace,
            escalations.c.closed_at < moment,
            escalations.c.erased_at.is_(None),
        )
        some = select(escalations.c.number).where(which).order_by(escalations.c.number).limit(limit)
        numbers = list(self._connection.execute(some).scalars())
        self._erase(numbers, now)
        return numbers

    def erase_reported_by(self, person: str, now: datetime) -> list[int]:
        """Erase the words of all that this person reported, and who reported it. Gives the numbers."""
        ours = escalations.c.workspace_id == self._workspace
        theirs = select(escalations.c.number).where(ours, escalations.c.reporter_id == person)
        numbers = list(self._connection.execute(theirs.order_by(escalations.c.number)).scalars())
        self._erase(numbers, now)
        # Who took the first step themselves stands there as a holder as well.
        for table, number, names in (
            (escalations, escalations.c.number, ("reporter_id", "first_id", "holder_id")),
            (escalation_moves, escalation_moves.c.escalation_number, ("by_id", "holder_id")),
        ):
            for name in names:
                meant = and_(
                    table.c.workspace_id == self._workspace, number.in_(numbers), table.c[name] == person
                )
                self._connection.execute(update(table).where(meant).values({name: ERASED}))
        return numbers

    def moves_by(self, person: str) -> list[Noted]:
        """Every move somebody made and every look they took, in their order."""
        query = select(escalation_moves).where(
            escalation_moves.c.workspace_id == self._workspace, escalation_moves.c.by_id == person
        )
        rows = self._connection.execute(query.order_by(escalation_moves.c.id))
        return [Noted(row.escalation_number, row.move, row.moved_at) for row in rows]

    def unreadable(self) -> int:
        """How many there are whose words cannot be read with the keys at hand."""
        return sum(1 for one in self._read(escalations.c.report.is_not(None), limit=None) if one.sealed)

    def _erase(self, numbers: list[int], now: datetime) -> None:
        blank = {"report": None, "handed_on": None, "note": None, "erased_at": now}
        which = and_(
            escalations.c.workspace_id == self._workspace,
            escalations.c.number.in_(numbers),
            escalations.c.erased_at.is_(None),
        )
        self._connection.execute(update(escalations).where(which).values(blank))

    def _read(self, *which: ColumnElement[bool], limit: int | None) -> list[Escalation]:
        query = (
            select(escalations)
            .where(escalations.c.workspace_id == self._workspace, *which)
            .order_by(escalations.c.number.desc())
            .limit(limit)
        )
        return [self._escalation(row) for row in self._connection.execute(query)]

    def _words(self, escalation: Escalation) -> dict[str, str | None]:
        report = json.dumps(asdict(escalation.report)) if escalation.report else None
        return {
            "report": self._cipher.lock(report),
            "handed_on": self._cipher.lock(escalation.handed_on),
            "note": self._cipher.lock(escalation.note),
        }

    def _escalation(self, row: Row[Any]) -> Escalation:
        try:
            report, handed_on, note = map(self._cipher.unlock, (row.report, row.handed_on, row.note))
            sealed = False
        except Refusal:  # what is readable of it is enough for the others to be dealt with
            report, handed_on, note, sealed = None, None, None, True
        return Escalation(
            number=row.number,
            reporter=row.reporter_id,
            subject=row.subject_id,
            is_team=row.is_team,
            state=State(row.state),
            holder=row.holder_id,
            first=row.first_id,
            second=row.second_id,
            named=row.named,
            report=Report(**json.loads(report)) if report else None,
            handed_on=handed_on,
            note=note,
            opened_at=row.opened_at,
            moved_at=row.moved_at,
            closed_at=row.closed_at,
            stage=row.stage,
            due_at=row.due_at,
            sealed=sealed,
        )


def relock_all(connection: Connection, cipher: Cipher) -> int:
    """Encrypt every row's words with the newest key, in one transaction; gives the number of rows."""
    words = (escalations.c.report, escalations.c.handed_on, escalations.c.note)
    query = select(escalations.c.number, *words).where(or_(*(column.is_not(None) for column in words)))
    rows = connection.execute(query).all()
    for row in rows:
        held = {"report": row.report, "handed_on": row.handed_on, "note": row.note}
        locked = {name: cipher.relock(value) for name, value in held.items() if value is not None}
        connection.execute(update(escalations).where(escalations.c.number == row.number).values(locked))
    return len(rows)


def _row(escalation: Escalation) -> dict[str, Any]:
    return {
        "reporter_id": escalation.reporter,
        "subject_id": escalation.subject,
        "is_team": escalation.is_team,
        "state": escalation.state.value,
        "holder_id": escalation.holder,
        "first_id": escalation.first,
        "second_id": escalation.second,
        "named": escalation.named,
        "opened_at": escalation.opened_at,
        "moved_at": escalation.moved_at,
        "closed_at": escalation.closed_at,
        "stage": escalation.stage,
        "due_at": escalation.due_at,
    }
