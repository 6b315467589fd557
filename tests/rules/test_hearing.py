"""Who hears of a kudos: as those thanked like it, as the giver wishes, and never twice."""

from datetime import UTC, datetime
from itertools import product

import pytest

from bot.rules.hearing import Hearing, Wish, hearing, manager_of, without_names
from bot.rules.people import Person
from bot.rules.recognition import Besides, Kudos
from bot.rules.routing import Chain

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def person(name: str, *, active: bool = True, bot: bool = False) -> Person:
    return Person(f"U{name.upper()}", name.lower(), name, "T0HOME", active=active, bot=bot)


ADA, BEN, CY, FAY, RUTH, HUGO, OMAR = map(person, ("Ada", "Ben", "Cy", "Fay", "Ruth", "Hugo", "Omar"))
LEFT = person("Lea", active=False)
CHAINS = {
    BEN.id: Chain(BEN.id, (RUTH.id, OMAR.id), (RUTH, OMAR)),
    CY.id: Chain(CY.id, (RUTH.id, OMAR.id), (RUTH, OMAR)),
    FAY.id: Chain(FAY.id, (HUGO.id,), (HUGO,)),
    RUTH.id: Chain(RUTH.id, (OMAR.id,), (OMAR,)),
    OMAR.id: Chain(OMAR.id),
}


def heard(
    *recipients: Person,
    giver: Person = ADA,
    wishes: dict[str, Wish] | None = None,
    above: bool = False,
    private: bool = False,
) -> Hearing:
    kudos = Kudos(
        1, giver, recipients, "for all of it", (), NOON, besides=Besides(above=above, private=private)
    )
    return hearing(kudos, wishes or {}, CHAINS)


def test_by_default_the_channel_and_those_thanked() -> None:
    assert heard(BEN, CY) == Hearing((BEN, CY), (BEN, CY), (BEN, CY))


def test_above_and_beyond_the_managers_hear_each_of_their_own() -> None:
    found = heard(BEN, FAY, CY, above=True)
    assert found.named == found.told == (BEN, FAY, CY)
    assert {id: one.people for id, one in found.managers.items()} == {RUTH.id: (BEN, CY), HUGO.id: (FAY,)}


def test_what_is_private_is_in_no_channel() -> None:
    found = heard(BEN, private=True)
    assert (found.named, found.told, list(found.managers)) == ((), (BEN,), [RUTH.id])


@pytest.mark.parametrize("wish", [Wish.PRIVATELY, Wish.THROUGH_MANAGER])
def test_who_would_rather_not_is_named_neither_in_the_channel_nor_to_the_others(wish: Wish) -> None:
    found = heard(BEN, CY, wishes={BEN.id: wish})
    assert found.named == (CY,)
    assert found.beside(CY.id) == ()
    assert found.beside(BEN.id) == (CY,)
    assert found.managers[RUTH.id].people == (BEN,)


def test_through_the_manager_means_only_through_them() -> None:
    found = heard(BEN, CY, wishes={BEN.id: Wish.THROUGH_MANAGER})
    assert found.told == (CY,)
    assert found.quiet == {BEN.id}


@pytest.mark.parametrize(
    ("giver", "recipients"),
    [(RUTH, (BEN,)), (ADA, (BEN, RUTH)), (ADA, (OMAR,))],
    ids=["gave", "thanked", "none"],
)
def test_where_no_manager_is_left_to_tell_them_they_hear_it_themselves(
    giver: Person, recipients: tuple[Person, ...]
) -> None:
    found = heard(*recipients, giver=giver, wishes={recipients[0].id: Wish.THROUGH_MANAGER})
    assert recipients[0] in found.told
    assert RUTH.id not in found.managers
    assert found.named == recipients[1:]


def test_everybody_thanked_hears_it_one_way_or_another_and_no_manager_who_knows_is_told() -> None:
    wishes = [*Wish]
    for mine, theirs, above, private in product(wishes, wishes, (False, True), (False, True)):
        for giver in (ADA, RUTH, OMAR):
            recipients = [one for one in (BEN, FAY, RUTH) if one != giver]
            found = heard(
                *recipients, giver=giver, wishes={BEN.id: mine, RUTH.id: theirs}, above=above, private=private
            )
            through = {each.id for one in found.managers.values() for each in one.people}
            assert {one.id for one in found.told} | (through & found.quiet) == {one.id for one in recipients}
            assert not found.managers.keys() & {giver.id, *(one.id for one in recipients)}
            assert found.named == (() if private else found.shown)


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (Chain("UBEN", ("ULEA", "URUTH"), (LEFT, RUTH)), RUTH),
        (Chain("UBEN", ("UBOT", "URUTH"), (person("Bot", bot=True), RUTH)), RUTH),
        (Chain("UBEN", ("URUTH", "UBEN"), (RUTH, BEN), circular=True), RUTH),
        (Chain("UBEN", ("UBEN",), (BEN,), circular=True), None),
        (Chain("UBEN", ("mail:x@y.example",)), None),
    ],
)
def test_the_manager_is_the_nearest_who_is_there(chain: Chain, expected: Person | None) -> None:
    assert manager_of("UBEN", chain) == expected


def test_a_reason_names_nobody_who_would_rather_not_be() -> None:
    bennett = person("Bennett")
    kudos = Kudos(1, ADA, (BEN, bennett, CY), "@Ben, @Bennett and @Cy, well done, Ben", (), NOON)
    assert without_names(kudos.reason, kudos, (CY,)) == "a colleague, a colleague and @Cy, well done, Ben"
    assert without_names(kudos.reason, kudos, (BEN, CY)) == "@Ben, a colleague and @Cy, well done, Ben"
    assert without_names(kudos.reason, kudos, kudos.recipients) == kudos.reason
