"""The managers above somebody, each read by its key: never the whole chart, however large it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, Select, bindparam, literal, select

from bot.rules.routing import LONGEST_CHAIN
from storage.engine import batches
from storage.tables import Member, chart

AT_ONCE = 100  # people whose chains one statement reads


@dataclass(frozen=True, slots=True)
class Way:
    """From one member upward: the managers, nearest first, and whether they come round again."""

    start: str
    managers: tuple[str, ...]
    circular: bool


def upward(connection: Connection, workspace: str, members: Iterable[str]) -> Iterator[Way]:
    """Give the way of each member, in their order."""
    for some in batches(dict.fromkeys(members), AT_ONCE):
        steps: dict[str, list[str]] = {member: [] for member in some}
        for row in connection.execute(WALK, {"workspace": workspace, "members": some}):
            steps[row.start].append(row.manager)
        for member, managers in steps.items():
            yield _until_it_repeats(member, managers)


def _until_it_repeats(start: str, steps: Sequence[str]) -> Way:
    met = {start: None}
    for manager in steps:
        if manager in met or len(met) > LONGEST_CHAIN:
            return Way(start, tuple(met)[1:], circular=True)
        met[manager] = None
    return Way(start, tuple(met)[1:], circular=False)


def _walk() -> Select[tuple[str, str]]:
    ours = chart.c.workspace_id == bindparam("workspace")
    first = (
        select(
            chart.c.member_id.label("start"),
            chart.c.manager_id.label("manager"),
            literal(1, Integer).label("step"),
        )
        .where(ours, chart.c.member_id.in_(bindparam("members", expanding=True)))
        .cte("way", recursive=True)
    )
    # A subquery, not a join: for a join the planner may read the whole chart into a hash table.
    boss = chart.alias("boss")
    next_up = select(boss.c.manager_id).where(
        boss.c.workspace_id == bindparam("workspace"), boss.c.member_id == first.c.manager
    )
    further = select(first.c.start, next_up.correlate(first).scalar_subquery(), first.c.step + 1).where(
        first.c.manager.is_not(None), first.c.step <= LONGEST_CHAIN
    )
    way = first.union_all(further)
    found = select(way.c.start, way.c.manager.cast(Member).label("manager"))
    return found.where(way.c.manager.is_not(None)).order_by(way.c.start, way.c.step)


WALK = _walk()
