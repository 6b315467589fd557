"""Small random companies: trees and circles, leavers, guests, strangers, teams with and without a lead."""

from dataclasses import replace
from random import Random

from handlers.playground import Company, Group, Person, Room

BIRDS = (
    "Avocet",
    "Bittern",
    "Curlew",
    "Dunlin",
    "Egret",
    "Fulmar",
    "Godwit",
    "Heron",
    "Ibis",
    "Jackdaw",
    "Linnet",
    "Merlin",
)
TREES = ("Alder", "Birch", "Cedar")
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo")
LEADS = 2  # of the people right below the top, at least
APP = "U0GOODWRD1"
ELSEWHERE = "T0ELSEWHER"
PRIVATE = "C0PEOPLEOP"
NAMES = (*BIRDS, *TREES)


def company(chance: Random) -> Company:
    """Draw a company in which everything that is odd somewhere is likely to occur."""
    people = [_person(at, chance) for at in range(chance.randint(7, len(BIRDS)))]
    people = _with_managers(people, chance)
    people = _with_odd_ones(people, chance)
    app = Person(APP, "goodword", "Goodword", "Goodword", is_bot=True)
    inside = [one.id for one in people if one.team is None]
    private = (*chance.sample(inside, 3), APP)
    rooms = (
        Room("C0GENERAL1", "general", (*inside, APP)),
        Room("C0KUDOS001", "kudos", (*inside, APP)),
        Room(PRIVATE, "people-ops", private, private=True),
        Room("C0SHARED01", "shared", (*(one.id for one in people), APP), shared=True),
    )
    groups = tuple(_team(tree, people, chance) for tree in TREES)
    return Company(people=(*people, app), channels=rooms, groups=groups)


def _person(at: int, chance: Random) -> Person:
    bird = BIRDS[at]
    email = f"{bird.lower()}@birds.example"
    # With a department their profile is never empty, so that Slack tells when a manager is taken away.
    return Person(
        f"U0{bird.upper():0<8}",
        bird.lower(),
        bird,
        bird,
        department="Birds",
        email=email,
        tz=chance.choice(ZONES),
        is_admin=at == 0,
    )


def _with_managers(people: list[Person], chance: Random) -> list[Person]:
    """A tree, as a rule; sometimes with a gap, sometimes biting its tail."""
    led = [people[0]]
    for at, person in enumerate(people[1:], start=1):
        # Two or three below the top, and most of the others below these, so that there are two sides.
        near = led[1:4] if at > LEADS and chance.random() < 0.7 else led
        boss = led[0] if at <= LEADS else chance.choice(near)
        led.append(person if chance.random() < 0.08 else replace(person, manager=boss.id))
    if chance.random() < 0.2:
        led[0] = replace(led[0], manager=chance.choice(led[1:]).id)
    return led


def _with_odd_ones(people: list[Person], chance: Random) -> list[Person]:
    odd: list[Person] = []
    for person in people:
        drawn = chance.random()
        if drawn < 0.06:
            odd.append(replace(person, deleted=True))
        elif drawn < 0.12:
            odd.append(replace(person, is_guest=True))
        elif drawn < 0.16:
            odd.append(replace(person, team=ELSEWHERE))
        else:
            odd.append(person)
    here = [one for one in odd if one.team is None and not one.deleted]
    return odd if len(here) > len(people) / 2 else people


def _team(tree: str, people: list[Person], chance: Random) -> Group:
    """People of one manager, with or without that manager; or any people at all."""
    leads = [one.id for one in people if any(other.manager == one.id for other in people)]
    lead = chance.choice(leads) if leads else people[0].id
    members = [one.id for one in people if one.manager == lead]
    if chance.random() < 0.4:
        members.append(lead)
    if not members or chance.random() < 0.3:
        members = [one.id for one in chance.sample(people, chance.randint(1, 3))]
    return Group(f"S0{tree.upper()}", tree.lower(), tree, tuple(dict.fromkeys(members)))
