"""The directory: keep what Slack says about people and user groups."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.messages import HomeOpened
from bot.ports import Work
from bot.rules.people import Group, Person


def meet(work: Work, people: Sequence[Person], groups: Sequence[Group], now: datetime) -> None:
    """Keep people and groups as they are now; whoever was known is brought up to date."""
    work.people.put(people, now)
    for group in groups:
        work.people.put_group(group, now)


def members_changed(
    work: Work, group: str, added: Sequence[str], removed: Sequence[str], now: datetime
) -> None:
    """Follow a user group's members; a group we do not know yet is met when it is first thanked."""
    work.one_at_a_time(f"group:{group}")
    known = work.people.look_up((), (group,), ()).groups.get(group)
    if known:
        members = [id for id in dict.fromkeys((*known.members, *added)) if id not in removed]
        work.people.put_group(replace(known, members=tuple(members)), now)


def home_opened(work: Work, person: str, now: datetime) -> None:
    work.outbox.put(f"home:{person}", HomeOpened(person), now)
