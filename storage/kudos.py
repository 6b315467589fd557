"""Kudos, their append-only ledger, and the totals kept beside it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from bot.ports import Counts, Given
from bot.rules.people import Person, nobody
from bot.rules.recognition import BY_MARK, Besides, Decision, Kudos, Place
from storage import agreement, turn
from storage.engine import inserting
from storage.people import PeopleShelf
from storage.statements import (
    BESIDE_ONE,
    EVERY,
    JOINED,
    ONE,
    RECORD,
    RECORDED,
    SO_FAR,
    THANKED,
    WITH_REVERSALS,
)
from storage.tables import kudos, ledger, passed_on, people, recipients, reversals, totals

GIVEN, RECEIVED = "given", "received"
_Second = tuple[str, datetime]  # who joined in, and since when


class KudosShelf:
    def __init__(self, connection: Connection, workspace: str, everybody: PeopleShelf) -> None:
        self._connection = connection
        self._workspace = workspace
        self._people = everybody

    def record(self, giver: Person, decision: Decision, source: str, now: datetime) -> tuple[int, bool]:
        row = {
            "workspace_id": self._workspace,
            "giver_id": giver.id,
            "reason": decision.reason,
            "tags": " ".join(decision.tags),
            "source": source,
            "given_at": now,
            **_besides(decision.besides),
        }
        number: int | None = RECORD.value(self._connection, row)
        if number is None:
            return self._recorded(source), False
        ids = [person.id for person in decision.recipients]
        thanked = [
            {"workspace_id": self._workspace, "kudos_number": number, "person_id": id, "position": at}
            for at, id in enumerate(ids)
        ]
        turn.later(self._connection, recipients, thanked)
        self._enter(number, giver.id, ids, 1, now)
        return number, True

    def recorded(self, source: str) -> Kudos | None:
        asked = {"workspace": self._workspace, "source": source}
        number = RECORDED.value(self._connection, asked)
        return None if number is None else self.read(number)

    def so_far(
        self, giver: str, source: str, since: datetime, limit: int
    ) -> tuple[Kudos | None, list[Given]]:
        asked = {"workspace": self._workspace, "source": source, "giver": giver}
        found = SO_FAR.rows(self._connection, asked | {"moment": since, "limit": limit})
        own = next((row[0] for row in found if row[3]), None)
        given = sorted((row for row in found if not row[3]), key=itemgetter(0), reverse=True)
        return None if own is None else self.read(own), [Given(*row[:3]) for row in given]

    def read(self, number: int) -> Kudos | None:
        asked = {"workspace": self._workspace, "number": number}
        return next(iter(self._whole(ONE.named(self._connection, asked))), None)

    def latest_by(self, giver: str) -> Kudos | None:
        standing = reversals.c.kudos_number.is_(None)
        return next(iter(self._read(kudos.c.giver_id == giver, standing, limit=1)), None)

    def take_back(self, number: int, source: str, now: datetime) -> bool:
        taken = self.read(number)
        if taken is None:
            return False
        row = {
            "workspace_id": self._workspace,
            "kudos_number": number,
            "source": source,
            "reversed_at": now,
        }
        statement = inserting(self._connection, reversals).on_conflict_do_nothing()
        returning = statement.returning(reversals.c.kudos_number)
        if self._connection.execute(returning, row).scalar_one_or_none() is None:
            return False
        self._enter(number, taken.giver.id, [p.id for p in taken.recipients], -1, now)
        return True

    def erase(self, person: str) -> tuple[list[int], list[int]]:
        """Erase the words somebody gave, and those that thanked nobody but them; the ledger stays.

        Gives the numbers of these, and of those in which others were thanked beside them.
        """
        ours = kudos.c.workspace_id == self._workspace
        theirs = select(recipients.c.kudos_number).where(
            recipients.c.workspace_id == self._workspace, recipients.c.person_id == person
        )
        shared = select(recipients.c.kudos_number).where(
            recipients.c.workspace_id == self._workspace, recipients.c.person_id != person
        )
        beside = select(kudos.c.number).where(
            ours, kudos.c.giver_id != person, kudos.c.number.in_(theirs), kudos.c.number.in_(shared)
        )
        kept = list(self._connection.execute(beside.order_by(kudos.c.number)).scalars())
        whose = or_(kudos.c.giver_id == person, kudos.c.number.in_(theirs))
        blank = update(kudos).where(ours, whose, kudos.c.number.not_in(beside), kudos.c.reason != "")
        words = dict.fromkeys(("customer", "customer_words", "outcome", "about_channel", "about_ts"))
        erased = blank.values(reason="", tags="", **words).returning(kudos.c.number)
        return sorted(self._connection.execute(erased).scalars()), kept

    def taken_back_by(self, source: str) -> int | None:
        query = select(reversals.c.kudos_number).where(
            reversals.c.workspace_id == self._workspace, reversals.c.source == source
        )
        return self._connection.execute(query).scalar_one_or_none()

    def received_by(self, person: str, limit: int) -> list[Kudos]:
        # In two steps, for SQLite would else read all kudos of the workspace.
        theirs = (
            select(recipients.c.kudos_number)
            .select_from(recipients.join(WITH_REVERSALS, kudos.c.number == recipients.c.kudos_number))
            .where(recipients.c.workspace_id == self._workspace, recipients.c.person_id == person, *_STANDING)
            .order_by(recipients.c.kudos_number.desc())
            .limit(limit)
        )
        return self._read(kudos.c.number.in_([*self._connection.execute(theirs).scalars()]))

    def given_by(self, person: str, limit: int) -> list[Kudos]:
        return self._read(kudos.c.giver_id == person, *_STANDING, limit=limit)

    def all_of(self, person: str) -> list[Kudos]:
        """Every kudos somebody gave or was thanked by, those taken back too, the latest first."""
        theirs = select(recipients.c.kudos_number).where(
            recipients.c.workspace_id == self._workspace, recipients.c.person_id == person
        )
        return self._read(or_(kudos.c.giver_id == person, kudos.c.number.in_(theirs)))

    def received_by_any(self, people: Collection[str], since: datetime, limit: int) -> list[Kudos]:
        to_them = select(recipients.c.kudos_number).where(
            recipients.c.workspace_id == self._workspace, recipients.c.person_id.in_(people)
        )
        return self._read(kudos.c.number.in_(to_them), *_STANDING, kudos.c.given_at >= since, limit=limit)

    def counts(self, person: str) -> Counts:
        query = select(totals).where(totals.c.workspace_id == self._workspace, totals.c.person_id == person)
        found = {row.role: row.tally for row in self._connection.execute(query)}
        return Counts(received=found.get(RECEIVED, 0), given=found.get(GIVEN, 0))

    def following(self, place: Place, *beginnings: str) -> list[Kudos]:
        begins = or_(*(kudos.c.source.startswith(one, autoescape=True) for one in beginnings))
        return self._read(*_about(place), begins, reversals.c.kudos_number.is_(None))

    def by_mark(self, giver: str, place: Place) -> Kudos | None:
        # Of what was sent over the shortcut, the same giver may have given another about the same message.
        marked = kudos.c.source.startswith(BY_MARK, autoescape=True)
        standing = reversals.c.kudos_number.is_(None)
        found = self._read(*_about(place), kudos.c.giver_id == giver, marked, standing)
        return next(iter(found), None)

    def reword(self, number: int, reason: str, tags: Sequence[str], at: datetime) -> bool:
        newer = or_(kudos.c.reworded_at.is_(None), kudos.c.reworded_at < at)
        values = {"reason": reason, "tags": " ".join(tags), "reworded_at": at}
        return self._change(number, newer, **values)

    def pass_on(self, number: int, manager: str, words: str, now: datetime) -> bool:
        row = {
            "workspace_id": self._workspace,
            "kudos_number": number,
            "manager_id": manager,
            "words": words,
            "passed_at": now,
        }
        statement = inserting(self._connection, passed_on).on_conflict_do_nothing()
        returning = statement.returning(passed_on.c.kudos_number)
        return self._connection.execute(returning, row).scalar_one_or_none() is not None

    def passed_on(self, number: int, manager: str) -> str | None:
        query = select(passed_on.c.words).where(
            passed_on.c.workspace_id == self._workspace,
            passed_on.c.kudos_number == number,
            passed_on.c.manager_id == manager,
        )
        return self._connection.execute(query).scalar_one_or_none()

    def to_ask(self, since: datetime, until: datetime, limit: int) -> list[int]:
        giver = and_(people.c.workspace_id == kudos.c.workspace_id, people.c.person_id == kudos.c.giver_id)
        query = (
            select(kudos.c.number)
            .select_from(WITH_REVERSALS.join(people, giver))
            .where(
                kudos.c.workspace_id == self._workspace,
                text("kudos.asked_at IS NULL"),  # in the words of the partial index
                kudos.c.given_at > since,
                kudos.c.given_at <= until,
                *_STANDING,
                people.c.active.is_(True),
            )
            .order_by(kudos.c.given_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def asked(self, number: int, now: datetime) -> bool:
        return self._change(number, kudos.c.asked_at.is_(None), asked_at=now)

    def yielded(self, number: int, outcome: str, now: datetime) -> bool:
        return self._change(number, kudos.c.outcome.is_(None), outcome=outcome, outcome_at=now)

    def _change(self, number: int, where: ColumnElement[bool], **values: Any) -> bool:
        """Change a row where it still is as it should be; of two at once only one finds it so.

        What was erased gets no words again.
        """
        ours = (kudos.c.workspace_id == self._workspace, kudos.c.number == number, kudos.c.reason != "")
        statement = update(kudos).where(*ours, where).values(**values).returning(kudos.c.number)
        return self._connection.execute(statement).scalar_one_or_none() is not None

    def given_to(self, giver: str, people: Iterable[str], since: datetime) -> int:
        to_them = select(recipients.c.kudos_number).where(
            recipients.c.workspace_id == self._workspace, recipients.c.person_id.in_([*people])
        )
        query = (
            select(func.count())
            .select_from(WITH_REVERSALS)
            .where(
                kudos.c.workspace_id == self._workspace,
                kudos.c.giver_id == giver,
                kudos.c.given_at >= since,
                reversals.c.kudos_number.is_(None),
                kudos.c.number.in_(to_them),
            )
        )
        return self._connection.execute(query).scalar_one()

    def size(self) -> int:
        query = select(func.count()).select_from(kudos).where(kudos.c.workspace_id == self._workspace)
        return self._connection.execute(query).scalar_one()

    def disagreements(self) -> list[str]:
        return agreement.disagreements(self._connection, self._workspace)

    def _recorded(self, source: str) -> int:
        asked = {"workspace": self._workspace, "source": source}
        number: int = RECORDED.value(self._connection, asked)
        return number

    def _enter(self, number: int, giver: str, thanked: Iterable[str], amount: int, now: datetime) -> None:
        """Write the ledger and keep the totals in step, in the same transaction."""
        parts = [(giver, GIVEN), *((person, RECEIVED) for person in thanked)]
        entries = [
            {
                "workspace_id": self._workspace,
                "kudos_number": number,
                "person_id": person,
                "role": role,
                "amount": amount,
                "entered_at": now,
            }
            for person, role in parts
        ]
        turn.later(self._connection, ledger, entries)
        tallies = [
            {"workspace_id": self._workspace, "person_id": person, "role": role, "tally": amount}
            for person, role in parts
        ]
        turn.later(self._connection, totals, tallies)

    def _read(self, *which: ColumnElement[bool], limit: int | None = None) -> list[Kudos]:
        """Read kudos, latest first, with the people in them."""
        query = (
            EVERY.where(kudos.c.workspace_id == self._workspace, *which)
            .order_by(kudos.c.number.desc())
            .limit(limit)
        )
        return self._whole(self._connection.execute(query).all())

    def _whole(self, rows: Sequence[Any]) -> list[Kudos]:
        """The kudos of these rows, with the people in them."""
        if not rows:
            return []
        thanked, seconds = self._beside([row.number for row in rows])
        ids = {row.giver_id for row in rows}.union(
            *thanked.values(), *(dict(each) for each in seconds.values())
        )
        # Whom nobody knows any more is named no more: the workspace had left, and is back.
        known = {id: nobody(id, self._workspace) for id in ids} | self._people.known(ids)
        return [
            Kudos(
                number=row.number,
                giver=known[row.giver_id].at(row.given_at),
                recipients=tuple(known[id].at(row.given_at) for id in thanked[row.number]),
                reason=row.reason,
                tags=tuple(row.tags.split()),
                given_at=row.given_at,
                taken_back=row.reversed is not None,
                besides=_besides_of(row),
                outcome=row.outcome or "",
                joined=tuple(known[id].at(since) for id, since in seconds[row.number]),
            )
            for row in rows
        ]

    def _beside(
        self, numbers: list[int]
    ) -> tuple[dict[int, list[str]], dict[int, list[tuple[str, datetime]]]]:
        """Who is thanked, and who joined in and since when. A single kudos, as letters read it, is quick."""
        thanked: dict[int, list[str]] = {number: [] for number in numbers}
        seconds: dict[int, list[_Second]] = {number: [] for number in numbers}
        if len(numbers) == 1:
            found = BESIDE_ONE.named(self._connection, {"number": numbers[0]})
            seconds[numbers[0]] = [(row.person_id, row.since) for row in found if row.since]
            thanked[numbers[0]] = [row.person_id for row in found if not row.since]
            return thanked, seconds
        for row in self._connection.execute(THANKED, {"numbers": numbers}):
            thanked[row.kudos_number].append(row.person_id)
        for row in self._connection.execute(JOINED, {"numbers": numbers}):
            seconds[row.kudos_number].append((row.person_id, row.since))
        return thanked, seconds


def _besides(said: Besides) -> dict[str, Any]:
    return {
        "above": said.above,
        "private": said.private,
        "customer": said.customer or None,
        "customer_words": said.customer_words or None,
        "about_channel": said.about.channel if said.about else None,
        "about_ts": said.about.ts if said.about else None,
    }


def _besides_of(row: Row[Any]) -> Besides:
    return Besides(
        above=row.above,
        private=row.private,
        customer=row.customer or "",
        customer_words=row.customer_words or "",
        about=Place(row.about_channel, row.about_ts) if row.about_channel else None,
    )


_STANDING = (reversals.c.kudos_number.is_(None), kudos.c.reason != "")  # not taken back, nor erased


def _about(place: Place) -> tuple[ColumnElement[bool], ...]:
    return kudos.c.about_channel == place.channel, kudos.c.about_ts == place.ts
