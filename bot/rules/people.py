"""Who people are, as far as the rules ask: names, handles, groups, and whether somebody can be thanked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

NAMELESS = "a colleague"
"""How somebody is called who asked to be erased, in what is older than that."""
ERASED = "erased"
"""Stands where the id of somebody stood who asked to be erased; nobody's id is in small letters."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory. `home` is the id of the organisation (Slack team) they belong to.

    `email` is in lower case, and empty where Slack hides it. Whoever asked to be erased at `erased_at`
    is not shown by name or mention (`nameless`) in what is older.
    """

    id: str
    handle: str
    name: str
    home: str
    real_name: str = ""
    active: bool = True
    bot: bool = False
    guest: bool = False
    timezone: str = "UTC"
    email: str = ""
    admin: bool = False
    erased_at: datetime | None = None
    nameless: bool = False

    def at(self, moment: datetime) -> "Person":
        """The same person as they are shown in what is from then."""
        erased = self.erased_at is not None and moment <= self.erased_at
        return (
            replace(self, name=NAMELESS, handle="", real_name="", email="", nameless=True) if erased else self
        )

    def answers_to(self, handle: str) -> bool:
        """Whether a typed `@handle` may mean this person: by user name, display name or full name."""
        return plain(handle) in {plain(name) for name in (self.handle, self.name, self.real_name) if name}


def nobody(id: str, home: str) -> Person:
    """Somebody of whom nothing is known but that they were there."""
    return Person(id, "", NAMELESS, home, active=False, nameless=True)


@dataclass(frozen=True, slots=True)
class Group:
    """A user group such as @support-team, with the ids of its members."""

    id: str
    handle: str
    name: str
    active: bool = True
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """The few people and groups that one request is about, looked up at once."""

    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def named(self, handle: str) -> tuple[Person | Group, ...]:
        """Everybody a typed `@handle` may mean.

        An exact user name wins over display names, which are not unique in Slack; among those,
        somebody who has left is only meant where nobody else can be.
        """
        wanted = handle.casefold()
        groups = tuple(g for g in self.groups.values() if g.active and g.handle.casefold() == wanted)
        exact = tuple(p for p in self.people.values() if p.handle.casefold() == wanted)
        if exact or groups:
            return exact + groups
        like = tuple(p for p in self.people.values() if p.answers_to(handle))
        return tuple(p for p in like if p.active) or like


def plain(name: str) -> str:
    """The form in which names are compared: `Ada Lovell` may be typed as `@ada.lovell` or `@AdaLovell`."""
    return re.sub(r"[\s._\-]", "", name).casefold()


def listed(names: Iterable[str]) -> str:
    """Names as one says them: `Ben`, `Ben and Cy`, `Ben, Cy and Dee`."""
    *most, last = [*names] or [""]
    return f"{', '.join(most)} and {last}" if most else last
