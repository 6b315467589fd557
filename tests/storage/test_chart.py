"""The org chart in the database: chains read by key only, facts and what is in force always in step."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, event

from bot.ports import Changes
from bot.rules.chart import SOURCES, Fact, Field, by_mail, in_force
from bot.rules.people import Person
from bot.rules.routing import LONGEST_CHAIN, Chain
from storage.tables import chart, chart_facts
from storage.work import Store, Work

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
T = "T1"
TITLE: tuple[Field, ...] = ("title",)


def person(id: str, **more: Any) -> Person:
    one = Person(id=id, handle=id.lower(), name=id.title(), home=T, email=f"{id.lower()}@x.example")
    return replace(one, **more)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    yield store
    await store.close()


async def kept(store: Store, *people: Person, **managers: str | None) -> None:
    """Keep these people, and who is whose manager."""

    def keep(work: Work) -> None:
        work.people.put(people, NOW)
        work.chart.say("csv", [Fact(member, manager) for member, manager in managers.items()])

    await store.transact(T, keep)


async def test_a_chain_names_everybody_on_the_way_and_knows_who_is_in_slack(store: Store) -> None:
    await kept(store, person("MO"), person("EVE"), ADA="MO", MO=by_mail("vp@x.example"))
    await store.transact(T, lambda work: work.chart.say("csv", [Fact(by_mail("vp@x.example"), "EVE")]))

    found = await store.transact(T, lambda work: work.people.chain("ADA"))
    assert found == Chain("ADA", ("MO", "mail:vp@x.example", "EVE"), (person("MO"), person("EVE")))
    assert await store.transact(T, lambda work: work.people.chain("EVE")) == Chain("EVE")
    assert await store.transact(T, lambda work: work.people.chain("NOBODY")) == Chain("NOBODY")
    assert (await store.transact("T2", lambda work: work.people.chain("ADA"))).managers == ()


async def test_a_circle_ends_the_chain_and_is_said(store: Store) -> None:
    await kept(store, ADA="MO", MO="EVE", EVE="MO", SELF="SELF")
    chains = await store.transact(T, lambda work: work.people.chains(["ADA", "MO", "SELF"]))
    assert chains["ADA"] == Chain("ADA", ("MO", "EVE"), circular=True)
    assert chains["MO"] == Chain("MO", ("EVE",), circular=True)
    assert chains["SELF"] == Chain("SELF", (), circular=True)


async def test_a_chain_taller_than_any_company_is_a_circle_and_a_tall_one_is_not(store: Store) -> None:
    await kept(store, **{f"P{at}": f"P{at + 1}" for at in range(60)})
    tall = await store.transact(T, lambda work: work.people.chain("P10"))
    assert (len(tall.managers), tall.circular) == (LONGEST_CHAIN, False)
    taller = await store.transact(T, lambda work: work.people.chain("P9"))
    assert (len(taller.managers), taller.circular) == (LONGEST_CHAIN, True)


async def test_chains_of_many_are_the_chains_of_each(store: Store) -> None:
    await kept(store, **{f"P{at}": f"P{at // 3}" for at in range(1, 400)})
    many = [f"P{at}" for at in range(1, 400)]
    at_once = await store.transact(T, lambda work: work.people.chains(many))
    assert list(at_once) == many
    one_by_one = await store.transact(T, lambda work: {id: work.people.chain(id) for id in many})
    assert at_once == one_by_one


async def test_reports_are_counted_without_those_who_left(store: Store) -> None:
    people = person("A"), person("B", active=False)
    await kept(store, *people, A="MO", B="MO", C="MO", D="EVE")
    assert await store.transact(T, lambda work: work.chart.reports_of("MO")) == 2


async def test_an_import_replaces_what_its_source_said_and_says_how_that_differs(store: Store) -> None:
    def replaced(*facts: Fact) -> Callable[[Work], Changes]:
        return lambda work: work.chart.replace("csv", facts)

    await store.transact(T, lambda work: work.chart.say("slack", [Fact("A", "S", title="From Slack")]))
    first = await store.transact(T, replaced(Fact("A", "M", "Sales"), Fact("B", "M")))
    assert first == Changes(total=2, new=2, changed=0, gone=0)
    assert await store.transact(T, lambda work: work.chart.of("A")) == Fact("A", "M", "Sales", "From Slack")

    again = await store.transact(T, replaced(Fact("A", "M", "Sales"), Fact("B", "M")))
    assert again == Changes(total=2, new=0, changed=0, gone=0)

    second = await store.transact(T, replaced(Fact("B", "N"), Fact("C")))
    assert second == Changes(total=2, new=1, changed=1, gone=1)
    assert await store.transact(T, lambda work: work.chart.of("A")) == Fact("A", "S", title="From Slack")
    assert await store.transact(T, lambda work: work.chart.of("B")) == Fact("B", "N")


async def test_a_source_may_speak_of_one_field_and_leave_the_others(store: Store) -> None:
    await store.transact(T, lambda work: work.chart.say("slack", [Fact("A", "M", "Sales", "Old")]))
    await store.transact(T, lambda work: work.chart.say("slack", [Fact("A", title="New")], TITLE))
    assert await store.transact(T, lambda work: work.chart.of("A")) == Fact("A", "M", "Sales", "New")


async def test_who_is_met_later_takes_the_place_kept_under_their_e_mail(store: Store) -> None:
    await kept(store, person("CEO"), **{"A": by_mail("boss@x.example"), by_mail("boss@x.example"): "CEO"})
    await store.transact(
        T, lambda work: work.chart.say("scim", [Fact(by_mail("boss@x.example"), None, "Board")])
    )

    await store.transact(T, lambda work: work.people.put([person("BOSS")], NOW))

    chain = await store.transact(T, lambda work: work.people.chain("A"))
    assert chain == Chain("A", ("BOSS", "CEO"), (person("BOSS"), person("CEO")))
    assert await store.transact(T, lambda work: work.chart.of("BOSS")) == Fact("BOSS", "CEO", "Board")
    assert await store.transact(T, lambda work: work.chart.said_of(by_mail("boss@x.example"))) == {}


async def test_a_place_under_an_e_mail_goes_to_a_colleague_and_to_whoever_is_active(store: Store) -> None:
    mail = by_mail("boss@x.example")
    await kept(store, A=mail)
    strangers = [
        person("X", email="boss@x.example", home="T2"),
        person("Y", email="boss@x.example", bot=True),
    ]
    await store.transact(T, lambda work: work.people.put(strangers, NOW))
    assert (await store.transact(T, lambda work: work.people.chain("A"))).managers == (mail,)

    both = [person("NEW", email="boss@x.example"), person("OLD", email="boss@x.example", active=False)]
    await store.transact(T, lambda work: work.people.put(both, NOW))
    assert (await store.transact(T, lambda work: work.people.chain("A"))).managers == ("NEW",)
    emails = await store.transact(T, lambda work: work.people.with_emails(["boss@x.example", "no@x.example"]))
    assert emails == {"boss@x.example": "NEW"}


async def test_taking_a_place_makes_nobody_their_own_manager_and_keeps_what_was_said_of_them(
    store: Store,
) -> None:
    await kept(store, BOSS=by_mail("boss@x.example"), **{by_mail("boss@x.example"): "CEO"})
    await store.transact(T, lambda work: work.people.put([person("BOSS")], NOW))
    assert await store.transact(T, lambda work: work.chart.of("BOSS")) == Fact("BOSS")


async def test_an_e_mail_that_slack_leaves_out_is_not_forgotten(store: Store) -> None:
    await store.transact(T, lambda work: work.people.put([person("A")], NOW))
    await store.transact(T, lambda work: work.people.put([replace(person("A"), email="", name="New")], NOW))
    found = await store.transact(T, lambda work: work.people.known(["A"]))
    assert (found["A"].email, found["A"].name) == ("a@x.example", "New")


async def test_administrators_are_those_who_are_still_here(store: Store) -> None:
    people = person("A", admin=True), person("B"), person("C", admin=True, active=False)
    await kept(store, *people)
    found = await store.transact(T, lambda work: work.people.administrators())
    assert [one.id for one in found] == ["A"]


STEP = some.tuples(
    some.sampled_from(["say", "replace", "meet"]),
    some.sampled_from(SOURCES),
    some.lists(some.tuples(some.integers(0, 5), some.integers(0, 5) | some.none()), max_size=5),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(STEP, max_size=8))
async def test_whatever_happens_the_chart_is_what_the_facts_say(store: Store, steps: list[Any]) -> None:
    def fact(member: int, manager: int | None) -> Fact:
        other = None if manager in {None, member} else by_mail(f"p{manager}@x.example")
        return Fact(by_mail(f"p{member}@x.example"), other, f"D{manager}" if manager else None)

    def do(work: Work) -> None:
        for table in (chart, chart_facts):
            work._connection.execute(table.delete())  # noqa: SLF001
        for what, source, pairs in steps:
            facts = list({one.member: one for one in (fact(*pair) for pair in pairs)}.values())
            if what == "meet":
                work.people.put([person(f"P{member}") for member, _ in pairs], NOW)
            elif what == "say":
                work.chart.say(source, facts)
            else:
                work.chart.replace(source, facts)
        rows = work._connection.execute(chart_facts.select()).all()  # noqa: SLF001
        in_chart = {row.member_id for row in work._connection.execute(chart.select())}  # noqa: SLF001
        assert in_chart == {row.member_id for row in rows}
        for member in in_chart:
            assert work.chart.of(member) == in_force(member, work.chart.said_of(member))

    await store.transact(T, do)


GROWING = ("people", "chart", "chart_facts")


async def test_no_look_up_reads_a_growing_table_from_end_to_end(store: Store) -> None:
    many = [person(f"P{at}") for at in range(5000)]
    facts = [Fact(f"P{at}", f"P{at // 8}") for at in range(1, 5000)]

    def keep(work: Work) -> None:
        work.people.put(many, NOW)
        work.chart.replace("csv", facts)

    await store.transact(T, keep)
    team = [f"P{at}" for at in range(4000, 4100)]

    def look(work: Work) -> list[str]:
        with explained(work._connection) as plans:  # noqa: SLF001
            work.people.chains(team)
            work.people.chain("P4321")
            work.chart.reports_of("P7")
            work.chart.of("P7")
            work.chart.said_of("P7")
            work.people.with_emails(["p7@x.example"])
            work.people.administrators()
            work.people.known(["P7", "P8"])
            work.chart.adopt([person("P7")])
        return plans

    plans = await store.transact(T, look)
    assert len(plans) >= 9
    for plan in plans:
        for table in GROWING:
            assert f"Seq Scan on public.{table} " not in plan, plan
            assert not any(line.split()[:2] == ["SCAN", table] for line in plan.splitlines()), plan
        # By the key, not by the workspace with all its people and a filter.
        assert "Filter: ((member_id" not in plan, plan
        assert "Filter: ((person_id" not in plan, plan
        assert not re.search(r"\(workspace_id=\?\)$", plan, re.MULTILINE), plan


@contextmanager
def explained(connection: Connection) -> Iterator[list[str]]:
    """Give the plan of every question that is asked meanwhile."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    plans: list[str] = []
    event.listen(connection, "before_cursor_execute", hear)
    yield plans
    event.remove(connection, "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN (VERBOSE)"
    for statement, parameters in asked:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        plans.append("\n".join(str(row[-1]) for row in rows))
