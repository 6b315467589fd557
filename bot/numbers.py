"""How many escalations there were about a team; few are not told, for that would point at somebody."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.ports import Work

LEAST = 5  # fewer are not shown, and people never are
COUNTED = timedelta(days=90)


def about_teams(work: Work, now: datetime) -> Mapping[str, int]:
    """Give the names of teams in order, each with its number; only teams that stand in the directory."""
    found = work.numbers.about_teams(now - COUNTED, LEAST)
    groups = work.people.look_up((), found, ()).groups
    return dict(sorted((groups[id].name, many) for id, many in found.items() if id in groups))
