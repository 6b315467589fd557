"""Who works in a pretend company, and where they talk: plain data that tests may build smaller."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`manager` is the id of another person; `team` is set for people of another organisation."""

    id: str
    handle: str
    name: str
    display_name: str = ""
    title: str = ""
    department: str = ""
    manager: str | None = None
    tz: str = "Europe/London"
    colour: str = "4a6fa5"
    emoji: str = ""
    email: str = ""
    status: str = ""
    team: str | None = None
    is_admin: bool = False
    is_owner: bool = False
    is_guest: bool = False
    is_bot: bool = False
    deleted: bool = False

    @property
    def shown_name(self) -> str:
        return self.display_name or self.name


@dataclass(frozen=True)
class Group:
    """A user group such as @support-team."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]
    disabled: bool = False


@dataclass(frozen=True)
class Room:
    """A channel as the company begins; `shared` means with another organisation."""

    id: str
    name: str
    members: tuple[str, ...]
    private: bool = False
    archived: bool = False
    shared: bool = False
    topic: str = ""


@dataclass(frozen=True)
class Company:
    """Everything there is on the first morning. The app's bot user is one of the people."""

    people: tuple[Person, ...]
    channels: tuple[Room, ...]
    groups: tuple[Group, ...] = ()
    id: str = "T0GOODWRD1"
    name: str = "Kestrel Instruments"
    domain: str = "kestrel"
    app_id: str = "A0GOODWRD1"
    bot_id: str = "B0GOODWRD1"
    bot_user: str = "U0GOODWRD1"

    @property
    def bot(self) -> Person:
        return next(person for person in self.people if person.id == self.bot_user)
