"""Who hears an escalation, in every shape a company can have."""

import pytest

from bot.errors import Refusal
from bot.rules.people import Person
from bot.rules.routing import Chain, Fallback, Holder, Route, Subject, lead_of, next_up, route

# Eve leads Omar, and Omar leads Mo (sales), Ruth (support) and Hugo (back office).
BOSSES = {
    "ada": "mo",
    "abe": "mo",
    "mo": "omar",
    "ben": "ruth",
    "cy": "ruth",
    "dina": "ruth",
    "ruth": "omar",
    "fay": "hugo",
    "hugo": "omar",
    "omar": "eve",
}
SPARE = Fallback("C9", "People Operations")


def person(id: str, *, active: bool = True, bot: bool = False) -> Person:
    return Person(id, id, id.title(), "T1", active=active, bot=bot)


def chain(of: str, *, gone: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> Chain:
    above: list[str] = []
    at = of
    while at in BOSSES:
        at = BOSSES[at]
        above.append(at)
    known = tuple(person(id, active=id not in gone) for id in above if id not in unknown)
    return Chain(of, tuple(above), known)


def about(id: str, **more: tuple[str, ...]) -> Subject:
    return Subject(id, id.title(), frozenset({id}), chain(id, **more))


def team(*members: str, lead: str) -> Subject:
    return Subject("S1", "Support team", frozenset(members) - {lead}, chain(lead), person(lead))


def ask(reporter: str, subject: Subject, fallback: Fallback | None = SPARE, **more: bool) -> Route:
    return route(person(reporter), chain(reporter), subject, fallback, **more)


def hops(found: Route) -> tuple[str, ...]:
    return (found.first.id, found.second.id) if found.second else (found.first.id,)


@pytest.mark.parametrize(
    ("reporter", "subject", "heard_by"),
    [
        ("ada", "ben", ("mo", "ruth")),
        ("ada", "fay", ("mo", "hugo")),
        ("ada", "abe", ("mo",)),  # the same manager for both: one hop
        ("ada", "mo", ("omar",)),  # the subject is the manager: the chain goes on above
        ("ada", "omar", ("eve",)),  # Mo reports to Omar and is not asked to complain about him
        ("ada", "ruth", ("mo", "omar")),
        ("mo", "ada", ("omar", "omar")[:1]),  # a manager about somebody of their own: their own manager
        ("mo", "ben", ("omar", "ruth")),
        ("omar", "ben", ("eve", "ruth")),
        ("ada", "eve", ("C9",)),  # the top of the company: the fallback
        ("eve", "ben", ("C9", "ruth")),  # nobody above the reporter
        ("ruth", "ben", ("omar",)),  # the reporter is the subject's manager: the next above
    ],
)
def test_the_route_by_name(reporter: str, subject: str, heard_by: tuple[str, ...]) -> None:
    assert hops(ask(reporter, about(subject))) == heard_by


def test_nobody_on_the_route_is_the_subject_or_the_reporter() -> None:
    people = [*BOSSES, "eve"]
    for reporter in people:
        for subject in people:
            if reporter != subject:
                assert not {reporter, subject} & set(hops(ask(reporter, about(subject))))


def test_nobody_who_reports_to_the_subject_is_asked_to_take_it_on() -> None:
    for reporter in BOSSES:
        for subject in chain(reporter).managers:
            first = ask(reporter, about(subject)).first.id
            assert subject not in chain(first).managers if first in BOSSES else True


def test_whoever_has_left_is_passed_over_and_so_is_who_never_used_the_chat() -> None:
    found = route(person("ada"), chain("ada", gone=("mo",)), about("ben", unknown=("ruth",)), SPARE)
    assert hops(found) == ("omar",)


def test_a_manager_who_is_a_bot_is_no_manager() -> None:
    odd = Chain("ada", ("robot", "omar"), (person("robot", bot=True), person("omar")))
    assert route(person("ada"), odd, about("ben"), SPARE).first.id == "omar"


def test_a_circle_goes_to_the_fallback() -> None:
    circle = Chain("ada", ("mo", "abe"), (person("mo"), person("abe")), circular=True)
    found = route(person("ada"), circle, about("ben"), SPARE)
    assert found.first == Holder("C9", "People Operations", is_fallback=True)


def test_with_nobody_active_and_no_fallback_it_is_refused_before_anything_is_kept() -> None:
    with pytest.raises(Refusal, match="set a fallback"):
        route(person("ada"), chain("ada", gone=("mo", "omar", "eve")), about("ben"), None)


def test_a_fallback_who_is_the_subject_or_the_reporter_does_not_count() -> None:
    with pytest.raises(Refusal, match="set a fallback"):
        ask("ada", about("eve"), Fallback("eve", "Eve"))
    with pytest.raises(Refusal, match="set a fallback"):
        ask("eve", about("ben"), Fallback("eve", "Eve"))


def test_a_person_with_reports_may_be_their_own_first_hop_if_they_say_so() -> None:
    assert hops(ask("mo", about("ben"), own_first_hop=True)) == ("mo", "ruth")


def test_an_escalation_about_oneself_is_refused() -> None:
    with pytest.raises(Refusal, match="about somebody else"):
        ask("ada", about("ada"))


def test_a_team_is_heard_by_its_lead() -> None:
    assert hops(ask("ada", team("ben", "cy", "dina", lead="ruth"))) == ("mo", "ruth")
    assert hops(ask("ada", team("ben", "cy", "ruth", lead="ruth"))) == ("mo", "ruth")


def test_a_member_about_their_own_team_and_a_lead_about_theirs() -> None:
    assert hops(ask("ben", team("ben", "cy", "dina", lead="ruth"))) == ("ruth",)
    assert hops(ask("ruth", team("ben", "cy", "dina", lead="ruth"))) == ("omar",)


def test_the_lead_is_who_is_or_manages_every_member() -> None:
    def lead(*members: str) -> str | None:
        found = lead_of([chain(member) for member in members], person)
        return found.id if found else None

    assert lead("ben", "cy") == "ruth"
    assert lead("ben", "cy", "ruth") == "ruth"
    assert lead("ben", "fay") == "omar"
    assert lead("ben") == "ruth"
    assert lead() is None
    assert lead_of([chain("ben"), Chain("zoe")], person) is None


def test_overdue_it_goes_one_level_up_and_at_the_top_to_the_fallback() -> None:
    def up(holder: str, *barred: str) -> str | None:
        found = next_up(holder, chain(holder), frozenset(barred), SPARE)
        return found.id if found else None

    assert up("mo", "ben", "ada") == "omar"
    assert up("mo", "omar", "ada") == "eve"
    assert up("eve", "ben", "ada") == "C9"
    assert next_up("eve", chain("eve"), frozenset({"ben"}), None) is None


def test_a_team_whose_managers_form_a_circle_has_no_lead() -> None:
    circle = [Chain("ben", ("cy",), (person("cy"),), circular=True)]
    circle.append(Chain("cy", ("ben",), (person("ben"),), circular=True))

    assert lead_of(circle, person) is None
