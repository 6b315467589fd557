"""One table of everything people see: each view with nothing much in it, and with the most there may be.

A name is at most 80 characters, a reason 3,000, as Slack and our rules have it; so "longest" is longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import managers as bot_managers
from bot import outcomes as bot_outcomes
from bot import settings as bot_settings
from bot.escalations import LISTED, Planned, Told
from bot.kudos import Receipt, Record
from bot.managers import Told as Heard
from bot.messages import AND_SO_ON, ChartGaps, StandInUnfit
from bot.people import Standing
from bot.ports import Change, Counts
from bot.reviews import Recognition
from bot.rules.coach import Suggestion
from bot.rules.escalation import LONGEST_ANSWER, LONGEST_REPORT, Escalation, Report
from bot.rules.hearing import Hearing, Listener, Wish
from bot.rules.lifecycle import Move, State
from bot.rules.people import Group, Person
from bot.rules.recognition import LONGEST_REASON, Besides, Kudos, LeftOut, Place, ToPerson, Words
from bot.rules.routing import Chain, Holder, Route, Subject
from handlers.payloads import View
from handlers.views import (
    capture,
    coaching,
    directory,
    escalation_form,
    escalations,
    home,
    install,
    joining,
    kudos,
    kudos_form,
    managers,
    outcomes,
    privacy,
    report,
    reviews,
    settings,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LINK = "https://kestrel.slack.com/archives/C0KUDOS001/p1795190400000100"
LONGEST_NAME = 80


def words(length: int) -> str:
    """So many characters of ordinary words."""
    return ("so it went on and on " * (length // 20 + 1))[: length - 1] + "."


def person(number: int, name: str) -> Person:
    return Person(f"U{number:09}", f"p{number}", name, "T0HOME")


def long_name(number: int) -> str:
    return f"{number:04} {'Wolfeschlegelsteinhausen ' * 4}"[:LONGEST_NAME].replace(" ", "-")


ADA, BEN, CY, MO, RUTH = (person(at, name) for at, name in enumerate(("Ada", "Ben", "Cy", "Mo", "Ruth")))
LONG = tuple(person(number, long_name(number)) for number in range(100, 2100))
GIVER, TWENTY = LONG[0], LONG[1:21]
VALUES = tuple(f"{number:03}{'v' * 47}" for number in range(150))
GROUPS = [Group(f"S{number:09}", f"team-{number:04}-{'h' * 60}", long_name(number)) for number in range(1200)]


# Kudos


def given(reason: str, *recipients: Person, giver: Person = ADA, **more: Any) -> Kudos:
    return Kudos(7, giver, recipients, reason, more.pop("tags", ()), NOON, **more)


SHORT = given("for the long night", BEN, tags=("care",))
STORY = replace(
    given("for turning the ACME invoice round in an hour", BEN, CY),
    besides=Besides(above=True, customer="ACME", customer_words="We did not expect that on a Friday."),
    joined=(MO,),
)
LONGEST = Kudos(
    2**62,
    GIVER,
    TWENTY,
    words(LONGEST_REASON - 20 * len(" #000v")),  # in which the tags were typed
    tuple(value[:5] for value in VALUES[:20]),
    NOON,
    besides=Besides(
        above=True,
        customer="C" * kudos_form.LONGEST_NAME,
        customer_words=words(kudos_form.LONGEST_WORDS),
    ),
    joined=LONG[:40],
    outcome=words(bot_outcomes.LONGEST),
)
COMPANY = replace(LONGEST, recipients=LONG)
RECEIPTS = {
    "one": Receipt(7, (BEN,), (), "#kudos"),
    "one and a manager": Receipt(7, (BEN,), (), "#kudos", managers=(RUTH,)),
    "in private": Receipt(7, (BEN,), (), "#kudos", managers=(RUTH,), posted=0),
    "some would rather not, and again": Receipt(
        7, (BEN, CY), (), "#kudos", managers=(RUTH,), posted=1, repeated=True
    ),
    "left out": Receipt(7, (BEN,), (LeftOut("Ada", "you"), LeftOut("Goodword", "an app")), "C012AB3CD"),
    "longest": Receipt(
        2**62,
        LONG,
        tuple(LeftOut(one.name, "no longer active here") for one in LONG),
        "#" + "c" * 80,
        managers=LONG,
        posted=5,
        repeated=True,
    ),
}
RECORDS = {
    "nothing": Record(Counts(), (), ()),
    "some": Record(Counts(12, 1), (replace(STORY, outcome="They signed."), SHORT), (SHORT,)),
    "longest": Record(Counts(10**6, 10**6), (LONGEST,) * 5, (LONGEST,) * 5),
}


def heard(one: Kudos, passed_on: str | None = None, *, quiet: bool = False, private: bool = False) -> Heard:
    """As the manager hears of it to whom all of them report."""
    hushed = frozenset(each.id for each in one.recipients) if quiet else frozenset()
    shown = () if quiet else one.recipients
    named = () if private else shown
    listeners = {RUTH.id: Listener(RUTH, one.recipients)}
    return Heard(one, RUTH.id, one.recipients, Hearing(named, shown, shown, listeners, hushed), passed_on)


# Escalations


def about(
    state: State = State.WITH_MANAGER, *, note: str | None = None, two_hops: bool = True, **more: Any
) -> Told:
    one = Escalation(
        number=7,
        reporter=ADA.id,
        subject=BEN.id,
        is_team=False,
        state=state,
        holder=MO.id if state is State.WITH_MANAGER else RUTH.id,
        first=MO.id,
        second=RUTH.id if two_hops else None,
        named=False,
        report=Report("The contract was promised for Monday.", "It cannot open its shop.", link=LINK),
        handed_on="Can the contract go out today?",
        note=note,
        opened_at=NOON,
        moved_at=NOON,
        closed_at=None,
    )
    named = {each.id: each for each in (ADA, BEN, CY, MO, RUTH)}
    return Told(replace(one, **more), named, "Ben", frozenset({MO.id}), frozenset({RUTH.id}))


def longest_about(state: State = State.ACKNOWLEDGED) -> Told:
    """On the desk of somebody who had it first, took it further, and was handed it again."""
    fifth = words(LONGEST_REPORT // 5)
    one = replace(
        about(state).escalation,
        number=2**62,
        reporter=LONG[0].id,
        holder=LONG[1].id,
        first=LONG[1].id,
        second=LONG[2].id,
        named=True,
        report=Report(fifth, fifth, fifth, fifth, fifth, link=LINK),
        handed_on=words(LONGEST_ANSWER),
        note=words(LONGEST_ANSWER),
    )
    desk = frozenset(each.id for each in LONG[1:6])
    return Told(one, {each.id: each for each in LONG[:10]}, LONG[9].name, desk, desk)


def planned(*, longest: bool = False, **more: Any) -> Planned:
    first, second, subject = (LONG[1], LONG[2], LONG[3]) if longest else (MO, RUTH, BEN)
    route = Route(Holder(first.id, first.name), Holder(second.id, second.name))
    one = Planned(
        subject=Subject(subject.id, subject.name, frozenset({subject.id}), Chain(subject.id)),
        route=route,
        leads_people=longest,
        first_is_manager=True,
        balance=(10**6, 10**6) if longest else None,
    )
    return replace(one, **more)


def opened(view: Mapping[str, Any]) -> View:
    """A form as Slack gives it back."""
    return View(id="V1", **{name: each for name, each in view.items() if name != "type"})


ADVICE = (
    Suggestion((0, 9), "“always” invites an exception: when was it?", "", "absolute"),
    Suggestion((0, 9), "This names a person. What is missing, and by when was it promised?", "", "blame"),
)
NAMED_TEAM = Planned(
    subject=Subject("S1", "Support", frozenset({"U1"}), Chain("U1"), lead=RUTH),
    route=Route(Holder("C1", "the team that stands in", is_fallback=True), None),
    leads_people=False,
    first_is_manager=False,
    balance=(0, 1),
)

# Other things

ORDINARY_VALUES = {name: each.default for name, each in bot_settings.ALL.items()}
LISTS = {"values", "support_departments", "support_groups"}
LONGEST_VALUES = {
    name: ", ".join(f"{at:03}-{name}" for at in range(400))[: bot_settings.LONGEST_VALUE]
    if name in LISTS
    else words(100)
    for name in bot_settings.ALL
}
CHANGES = [
    Change("values", "care, craft", ADA.id, NOON),
    Change("fallback", None, ADA.id, NOON - timedelta(days=1)),
]
MANY_CHANGES = [Change("values", LONGEST_VALUES["values"], LONG[at].id, NOON) for at in range(1000)]
NAMES = {ADA.id: "Ada"} | {each.id: each.name for each in LONG}
SOMEBODY = bot_settings.ALL["fallback"]


def people_of(team: Sequence[Person], said: Sequence[Kudos], **more: Any) -> Recognition:
    return replace(Recognition(tuple(team), tuple(said), frozenset(), 30), **more)


GAPS = ChartGaps(ADA.id, (BEN.id,), ((MO.id, RUTH.id),), (CY.id,), (1, 1, 1))
LONGEST_GAPS = ChartGaps(
    ADA.id,
    tuple(each.id for each in LONG[:10]),
    tuple((*(each.id for each in LONG[:9]), AND_SO_ON) for _ in range(10)),
    tuple(each.id for each in LONG[:10]),
    (30_000, 12, 300),
)
CALLED = {each.id: each.name for each in (ADA, BEN, CY, MO, RUTH, *LONG)} | {AND_SO_ON: AND_SO_ON}
DOCUMENT = {
    "directory": {"name": "Ada", "email": "ada@kestrel.example"},
    "kudos": {"counts": {"received": 1, "given": 0}, "received": [{"reason": "for & <that>"}], "given": []},
    "joined_in": [],
}
LONGEST_DOCUMENT = {"kudos": {"given": [{"reason": "&" * LONGEST_REASON} for _ in range(5)]}}

LOOKS: dict[str, dict[str, Any]] = {
    "capture.question": {
        "one": capture.question(["Ben"], "C1:1.2"),
        "longest": capture.question([each.name for each in LONG], f"{'C' * 64}:{'1' * 32}"),
    },
    "capture.suggestion": {"the only one": capture.suggestion("C1:1.2")},
    "capture.answered": {
        **{name: capture.answered(name, None) for name in capture.ANSWERS},
        "recorded": capture.answered("recorded", RECEIPTS["one"]),
    },
    "coaching.advised": {
        "one thing": coaching.advised(
            opened(escalation_form.blank([])), "happened", "x", ADVICE[:1], "It is late."
        ),
        "longest": coaching.advised(
            opened(escalation_form.drawn(GROUPS, planned(longest=True))),
            "happened",
            words(LONGEST_ANSWER),
            ADVICE,
            words(LONGEST_ANSWER),
        ),
    },
    "coaching.used": {
        "a wording": coaching.used(opened(escalation_form.blank([])), "happened", "It is late."),
        "longest": coaching.used(opened(escalation_form.blank([])), "happened", words(4000)),
    },
    "directory.gaps": {
        "one of each": directory.gaps(GAPS, CALLED),
        "longest": directory.gaps(LONGEST_GAPS, CALLED),
    },
    "escalation_form.blank": {
        "no teams": escalation_form.blank([]),
        "from a long message, with many teams": escalation_form.blank(
            GROUPS, happened=words(4000), link=LINK
        ),
    },
    "escalation_form.drawn": {
        "two hops": escalation_form.drawn([], planned()),
        "a team, by who stands in": escalation_form.drawn(GROUPS[:1], NAMED_TEAM),
        "no way": escalation_form.drawn([], None, lost="Nobody can hear this yet."),
        "longest": escalation_form.drawn(GROUPS, planned(longest=True), happened=words(4000), turn=3),
    },
    "escalation_form.done": {
        "a manager": escalation_form.done(Holder(MO.id, "Mo"), "Ben"),
        "longest": escalation_form.done(Holder(MO.id, long_name(1)), long_name(2)),
    },
    "escalation_form.note": {
        "a note": escalation_form.note(
            "Resolve", "How was it resolved?", "Resolve", 7, Move.RESOLVE, [], "", needed=True
        ),
        "longest": escalation_form.note(
            "In your own words",
            f"What do you write to {long_name(1)}?",
            "Send",
            2**62,
            Move.TAKE_FURTHER,
            escalations.words_of(longest_about().escalation),
            words(LONGEST_REPORT),
            needed=True,
            hint=f"{long_name(1)} reads this, and not what stands above.",
        ),
    },
    "escalations.desk": {
        "the manager's": escalations.desk(about(), MO.id),
        "one hop": escalations.desk(about(two_hops=False), MO.id),
        "the service manager's": escalations.desk(about(State.WITH_SERVICE_MANAGER), RUTH.id),
        "acknowledged": escalations.desk(about(State.ACKNOWLEDGED), RUTH.id),
        "resolved, to the manager": escalations.desk(about(State.RESOLVED, note="It went out."), MO.id),
        "erased": escalations.desk(about(State.RESOLVED, report=None, handed_on=None), MO.id),
        "sealed": escalations.desk(about(report=None, handed_on=None, sealed=True), MO.id),
        "longest": escalations.desk(longest_about(), LONG[1].id),
    },
    "escalations.talk": {
        "two managers": escalations.talk(about(State.WITH_SERVICE_MANAGER)),
        "longest": escalations.talk(longest_about()),
    },
    "directory.stand_in": {
        "shared": directory.stand_in(StandInUnfit(ADA.id, "is shared with another organisation")),
    },
    "escalations.withheld": {"at the moment": escalations.withheld()},
    "escalations.moved": {
        **{str(move): escalations.moved(about(State.ACKNOWLEDGED), move) for move in Move},
        "hand_up": escalations.moved(about(State.WITH_SERVICE_MANAGER), "hand_up"),
        "held_back": escalations.moved(about(State.WITH_MANAGER, holder="C0PEOPLEOP"), "held_back"),
        "longest": escalations.moved(longest_about(State.RESOLVED), Move.RESOLVE),
    },
    "escalations.retold": {
        "resolved": escalations.retold(about(State.RESOLVED)),
        "withdrawn": escalations.retold(about(State.WITHDRAWN)),
        "longest": escalations.retold(longest_about(State.RESOLVED)),
    },
    "escalations.overdue": {
        "to a person": escalations.overdue(about(), MO.id),
        "in a channel": escalations.overdue(about(), "C0STANDIN"),
        "longest": escalations.overdue(longest_about(), LONG[1].id),
    },
    "escalations.status": {
        "nothing": escalations.status([], []),
        "one of each": escalations.status([about()], [about(State.ACKNOWLEDGED)]),
        "longest": escalations.status([longest_about()] * (LISTED + 1), [longest_about()] * (LISTED + 1)),
    },
    "escalations.outcome": {
        "nothing": escalations.outcome(about()),
        "a note": escalations.outcome(about(note="It went out by courier.")),
        "longest": escalations.outcome(longest_about()),
    },
    "escalations.refused": {"a sentence": escalations.refused("That cannot be done any more.")},
    "home.home": {
        "a newcomer": home.home(RECORDS["nothing"], [], [], Standing()),
        "a manager": home.home(RECORDS["some"], [about()], [], Standing(leads=3)),
        "an administrator": home.home(RECORDS["some"], [], [], Standing(administers=True)),
        "longest": home.home(
            RECORDS["longest"],
            [longest_about()] * (LISTED + 1),
            [longest_about()] * (LISTED + 1),
            Standing(administers=True, leads=10**6, thanked=Wish.THROUGH_MANAGER),
        ),
    },
    "install.done": {
        "one workspace": install.done("Kestrel", "https://kestrel.slack.com", org_wide=False),
        "an organisation, with a nasty name": install.done("<b>&" * 20, "javascript:x", org_wide=True),
    },
    "install.failed": {"a sentence": install.failed("Slack did not give a code.")},
    "joining.told": {
        "by the button": joining.told(7, ["button", "raised_hands"], "button"),
        "by the emoji only": joining.told(7, ["raised_hands"], "button"),
        "no more": joining.told(2**62, [], "button"),
    },
    "kudos.posted": {
        "one": kudos.posted(SHORT),
        "a story": kudos.posted(STORY),
        "longest": kudos.posted(LONGEST),
        "a whole company": kudos.posted(COMPANY),
    },
    "kudos.received": {
        "alone": kudos.received(SHORT, BEN.id),
        "with somebody": kudos.received(STORY, BEN.id),
        "longest": kudos.received(LONGEST, TWENTY[0].id),
    },
    "kudos.receipt": {name: kudos.receipt(one) for name, one in RECEIPTS.items()},
    "kudos.with_link": {
        "a post": kudos.with_link(kudos.posted(SHORT), LINK),
        "longest": kudos.with_link(kudos.posted(LONGEST), LINK),
    },
    "kudos.mine": {name: kudos.mine(one) for name, one in RECORDS.items()},
    "kudos.taken_back": {"one": kudos.taken_back(SHORT), "longest": kudos.taken_back(COMPANY)},
    "kudos.help_text": {"the only one": kudos.help_text()},
    "kudos.refused": {
        "nothing typed": kudos.refused("Whom would you like to thank?"),
        "what was typed": kudos.refused("What for?", (ToPerson("U1"), Words(" did it"))),
        "longest": kudos.refused("That is a little long.", (Words(words(8000)),)),
    },
    "kudos_form.blank": {
        "nothing chosen": kudos_form.blank(["care", "craft"]),
        "about a message": kudos_form.blank(
            ["care"], people=[BEN.id], reason="thanks a lot", about=Place("C1", "1.2")
        ),
        "longest": kudos_form.blank(
            VALUES,
            GROUPS,
            people=[each.id for each in TWENTY],
            teams=[each.id for each in GROUPS[:20]],
            reason=words(4000),
            before=escalations.outcome(longest_about()),
        ),
    },
    "kudos_form.done": {name: kudos_form.done(one) for name, one in RECEIPTS.items()},
    "managers.good_word": {
        "one": managers.good_word(heard(STORY)),
        "in private": managers.good_word(heard(SHORT, private=True)),
        "through the manager only": managers.good_word(heard(SHORT, quiet=True)),
        "passed on": managers.good_word(heard(SHORT, managers.READY)),
        "longest": managers.good_word(heard(COMPANY, words(bot_managers.LONGEST_WORDS), quiet=True)),
    },
    "managers.passed_on": {
        "one": managers.passed_on(SHORT, "Ruth", managers.READY, BEN),
        "longest": managers.passed_on(LONGEST, long_name(1), words(bot_managers.LONGEST_WORDS), TWENTY[0]),
    },
    "managers.form": {
        "one": managers.form(7, [BEN], "Ada"),
        "longest": managers.form(2**62, LONG, long_name(1)),
    },
    "outcomes.question": {
        "asked": outcomes.question(STORY, "4 March"),
        "answered": outcomes.question(replace(SHORT, outcome="They signed."), "4 March"),
        "longest": outcomes.question(LONGEST, "30 September"),
    },
    "outcomes.told": {
        "to somebody thanked": outcomes.told(replace(SHORT, outcome="They signed.")),
        "longest, to a manager": outcomes.told(LONGEST, LONG),
    },
    "outcomes.form": {"the only one": outcomes.form(SHORT)},
    "privacy.section": {"the only one": privacy.section()},
    "privacy.page": {
        "the only one": privacy.page(privacy.pages(DOCUMENT), 1, 1),
        "the last, with more by now": privacy.page(["one", "two"], 1, 1),
        "longest": privacy.page(privacy.pages(LONGEST_DOCUMENT), 2, 5),
    },
    "privacy.pages": {"short": privacy.pages(DOCUMENT), "longest": privacy.pages(LONGEST_DOCUMENT)},
    "privacy.erased": {"the only one": privacy.erased()},
    "report.about_teams": {
        "few": report.about_teams({}),
        "some": report.about_teams({"Support": 12, "Back Office": 5}),
    },
    "reviews.page": {
        "nobody": reviews.page(people_of([], [])),
        "nothing said": reviews.page(people_of([BEN, CY], [])),
        "some": reviews.page(people_of([BEN, CY], [STORY, SHORT], kept=frozenset({(7, BEN.id)}))),
        "longest": reviews.page(people_of(LONG[1:1000], [LONGEST] * 100, days=90, one=LONG[500].id)),
        "longest of everybody": reviews.page(people_of(LONG[1:1000], [LONGEST] * 100, days=90)),
    },
    "reviews.markdown": {"some": reviews.markdown(people_of([BEN, CY], [STORY, SHORT]))},
    "reviews.table": {
        "some": reviews.table(people_of([BEN, CY], [STORY, given("=1+1", BEN)])),
    },
    "settings.listing": {
        "defaults": settings.listing(ORDINARY_VALUES, {}),
        "longest": settings.listing(LONGEST_VALUES, {}),
    },
    "settings.form": {
        **{name: settings.form(one, one.default, []) for name, one in bot_settings.ALL.items()},
        "a person": settings.form(SOMEBODY, "U012AB3CD", []),
        "a private channel": settings.form(SOMEBODY, "C012AB3CD", []),
        "longest": settings.form(bot_settings.ALL["values"], LONGEST_VALUES["values"], []),
        "longest, groups": settings.form(
            bot_settings.ALL["support_groups"], ", ".join(each.id for each in GROUPS[:99]), GROUPS
        ),
    },
    "settings.history": {
        "nothing": settings.history([], {}, "UTC"),
        "two": settings.history(CHANGES, NAMES, "Europe/Berlin"),
        "longest": settings.history(MANY_CHANGES, NAMES, "UTC"),
    },
    "settings.channels": {
        "none": settings.channels({}, "suggest"),
        "one": settings.channels({"C1": "off"}, "auto"),
        "longest": settings.channels({f"C{at:09}": "suggest" for at in range(1000)}, "off"),
    },
}
