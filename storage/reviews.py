"""Who reports to a manager, and which kudos that manager keeps for their reviews."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select

from bot.ports import ForReview
from bot.rules.people import Person
from storage.engine import inserting
from storage.people import PeopleShelf
from storage.tables import chart, kept, people

DEEPEST = 10  # managers in a row who have left, across whom a team is looked for


class ReviewShelf:
    def __init__(self, connection: Connection, workspace: str, directory: PeopleShelf) -> None:
        self._connection = connection
        self._workspace = workspace
        self._directory = directory

    def people_of(self, manager: str) -> list[Person]:
        """Whoever reports to them, and to managers below them who have left, as in their digest."""
        ids: set[str] = set()
        above = seen = {manager}
        for _ in range(DEEPEST):
            rows = self._reports(above)
            ids |= {str(row.person_id) for row in rows if row.active}
            above = {row.member_id for row in rows if not (row.active or row.bot or row.guest)} - seen
            if not above:
                break
            seen = seen | above
        found = self._directory.look_up(ids - {manager}, (), ()).people.values()
        return sorted(found, key=lambda person: (person.name.casefold(), person.id))

    def _reports(self, managers: Collection[str]) -> list[Row[Any]]:
        """Everybody directly below, in Slack or not yet."""
        theirs = and_(people.c.workspace_id == chart.c.workspace_id, people.c.person_id == chart.c.member_id)
        query = (
            select(chart.c.member_id, people.c.person_id, people.c.active, people.c.bot, people.c.guest)
            .select_from(chart.outerjoin(people, theirs))
            .where(chart.c.workspace_id == self._workspace, chart.c.manager_id.in_(managers))
        )
        found: list[Row[Any]] = []
        found.extend(self._connection.execute(query))
        return found

    def kept_by(self, manager: str) -> frozenset[ForReview]:
        query = select(kept.c.kudos_number, kept.c.person_id).where(
            kept.c.workspace_id == self._workspace, kept.c.manager_id == manager
        )
        return frozenset((row.kudos_number, row.person_id) for row in self._connection.execute(query))

    def keep(self, manager: str, what: ForReview, now: datetime) -> None:
        number, person = what
        row = {
            "workspace_id": self._workspace,
            "manager_id": manager,
            "kudos_number": number,
            "person_id": person,
            "kept_at": now,
        }
        self._connection.execute(inserting(self._connection, kept).on_conflict_do_nothing(), row)

    def let_go(self, manager: str, what: ForReview) -> None:
        number, person = what
        ours = (
            kept.c.workspace_id == self._workspace,
            kept.c.manager_id == manager,
            kept.c.kudos_number == number,
            kept.c.person_id == person,
        )
        self._connection.execute(delete(kept).where(*ours))
