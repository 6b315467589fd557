"""What is asked of kudos again and again, built once: to build a statement takes as long as to run it."""

from typing import Any

from sqlalchemy import Integer, Select, bindparam, literal_column, null, select, type_coerce, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from storage.quick import Quick
from storage.tables import joined, kudos, recipients, reversals

EARLIEST = (joined.c.since, joined.c.person_id)
WITH_REVERSALS = kudos.outerjoin(reversals, reversals.c.kudos_number == kudos.c.number)

EVERY = select(kudos, reversals.c.kudos_number.label("reversed")).select_from(WITH_REVERSALS)


def _one(_dialect: str) -> Select[Any]:
    asked = (kudos.c.workspace_id == bindparam("workspace"), kudos.c.number == bindparam("number"))
    return EVERY.where(*asked)


ONE = Quick(_one, overtakes=False)
# By the numbers of kudos that were found to be this workspace's: SQLite would take its naming here for a
# reason to read all that it has of these.
THANKED = (
    select(recipients.c.kudos_number, recipients.c.person_id)
    .where(recipients.c.kudos_number.in_(bindparam("numbers", expanding=True)))
    .order_by(recipients.c.kudos_number, recipients.c.position)
)
JOINED = (
    select(joined).where(joined.c.kudos_number.in_(bindparam("numbers", expanding=True))).order_by(*EARLIEST)
)


def _beside_one(_dialect: str) -> Any:
    """Both at once, in their order: one way to the server."""
    number: Any = bindparam("number")
    nobody_joined = type_coerce(null(), joined.c.since.type)
    thanked = select(recipients.c.person_id, recipients.c.position, nobody_joined.label("since"))
    seconds = select(joined.c.person_id, literal_column("0"), joined.c.since)
    both = (
        thanked.where(recipients.c.kudos_number == number),
        seconds.where(joined.c.kudos_number == number),
    )
    # By their places, for that is all that can be named of such a pair.
    return union_all(*both).order_by(*(literal_column(place) for place in ("3", "2", "1")))


BESIDE_ONE = Quick(_beside_one, overtakes=False)


def _under_this_source() -> tuple[ColumnElement[bool], ...]:
    return kudos.c.workspace_id == bindparam("workspace"), kudos.c.source == bindparam("source")


def _recorded(_dialect: str) -> Select[Any]:
    return select(kudos.c.number).where(*_under_this_source())


def _so_far(dialect: str) -> Any:
    """Both at once: what is recorded under a source, and what its giver gave since, each with which it is."""
    known = (kudos.c.number, kudos.c.reason, kudos.c.given_at)
    own = select(*known, literal_column("1").label("own")).where(*_under_this_source())
    given = (
        select(*known, literal_column("0").label("own"))
        .select_from(WITH_REVERSALS)
        .where(
            kudos.c.workspace_id == bindparam("workspace"),
            kudos.c.giver_id == bindparam("giver"),
            kudos.c.given_at >= bindparam("moment", type_=kudos.c.given_at.type),
            reversals.c.kudos_number.is_(None),
        )
        .order_by(kudos.c.number.desc())
        .limit(bindparam("limit", type_=Integer))
    )
    # SQLite takes no limit for a part of them, and PostgreSQL needs no other query around it.
    return union_all(own, select(given.subquery()) if dialect == "sqlite" else given)


def _record(dialect: str) -> Any:
    # RETURNING, not rowcount: rowcount does not see the duplicate on psycopg.
    names = ("workspace_id", "giver_id", "reason", "tags", "source", "given_at", "above", "private")
    besides = ("customer", "customer_words", "about_channel", "about_ts")
    row = {name: bindparam(name, type_=kudos.c[name].type) for name in names + besides}
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(kudos).values(row)
    return statement.on_conflict_do_nothing().returning(kudos.c.number)


RECORDED = Quick(_recorded)
SO_FAR = Quick(_so_far, alike=["limit"])
RECORD = Quick(_record, tells=["workspace_id", "source"])
