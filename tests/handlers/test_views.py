"""What people see keeps within Block Kit's limits, whatever is in it, and says the same in plain words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.kudos import Receipt, Record
from bot.managers import LONGEST_WORDS, Told
from bot.people import Standing
from bot.ports import Counts
from bot.rules.hearing import Hearing, Listener
from bot.rules.people import Group, Person
from bot.rules.recognition import (
    LONGEST_REASON,
    Besides,
    Draft,
    Kudos,
    LeftOut,
    Piece,
    ToGroup,
    ToPerson,
    Words,
)
from handlers import markup
from handlers.payloads import Submission
from handlers.playground.blocks import problems, view_problems
from handlers.playground.content import UPDATE_MOST
from handlers.views import blocks, home, joining, kudos, kudos_form, managers, outcomes
from handlers.views import kudos as view

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EMOJI = "👩🏽‍🚒"
NASTY = "<!channel> *bold* _it_ ~no~ `code` &amp; &lt;b&gt; @everyone <@U0EVE> <https://x.example|y> \u202e"


def person(number: int, name: str) -> Person:
    return Person(f"U{number:09}", f"p{number}", name, "T0HOME")


GIVER = person(0, "Ada")
CROWD = tuple(person(number, f"Person {number}") for number in range(1, 61))
LONG_NAMES = tuple(person(number, f"{number:02} {'Wolfeschlegelstein' * 4}"[:80]) for number in range(1, 61))
# The longest values there may be; a reason, in which they are typed, has room for 57 of them.
TAGS = tuple(f"{number:02}{'v' * 48}" for number in range(100))


COMPANY = tuple(person(number, f"Person number {number}") for number in range(1, 2001))


def given(
    reason: str = "for the long night",
    recipients: tuple[Person, ...] = CROWD[:1],
    tags: tuple[str, ...] = (),
    giver: Person = GIVER,
) -> Kudos:
    return Kudos(7, giver, recipients, reason, tags, NOON)


STORY = Besides(above=True, customer="ACME", customer_words="You saved our quarter. " + NASTY)
KUDOS = {
    "an ordinary one": given(tags=("care",)),
    "three recipients": given(recipients=CROWD[:3]),
    "sixty recipients": given(recipients=CROWD),
    "sixty long names": given(recipients=LONG_NAMES, giver=LONG_NAMES[0]),
    "the longest reason": given("x" * LONGEST_REASON),
    "the longest reason to escape": given("&" * LONGEST_REASON),
    "the longest reason in emoji": given((EMOJI * LONGEST_REASON)[:LONGEST_REASON]),
    "a reason of lines": given("line\n" * 599 + "end"),
    "nasty words": given(NASTY, giver=person(1, NASTY), recipients=(person(2, NASTY),)),
    "as many values as fit": given("x" * 20, tags=TAGS[:57]),
    "everything at once": given("&" * LONGEST_REASON, LONG_NAMES, TAGS[:57], LONG_NAMES[0]),
    "a whole company": given(recipients=COMPANY),
    "above and beyond, with a customer": replace(given(), besides=STORY),
    "a customer without words": replace(given(), besides=Besides(customer=NASTY)),
    "words of a customer without a name": replace(given(), besides=Besides(customer_words=NASTY)),
    "one who joins in": replace(given(), joined=CROWD[5:6]),
    "a company that joins in": replace(given(), joined=COMPANY),
    "really everything": replace(
        given("&" * LONGEST_REASON, LONG_NAMES, TAGS[:57], LONG_NAMES[0]),
        besides=replace(STORY, customer="&" * 150, customer_words="&" * 2000),
        joined=LONG_NAMES,
        outcome="&" * 2000,
    ),
    "a taken one": Kudos(7, GIVER, CROWD[:2], "r", (), NOON, taken_back=True),
}


def told(one: Kudos, passed_on: str | None = None, *, quiet: bool = False) -> Told:
    """As a manager hears of it who manages everybody in it."""
    manager = person(0, NASTY)
    listener = Listener(manager, one.recipients)
    hushed = frozenset(each.id for each in one.recipients) if quiet else frozenset()
    shown = () if quiet else one.recipients
    heard = Hearing(shown, shown, shown, {manager.id: listener}, hushed)
    return Told(one, manager.id, one.recipients, heard, passed_on)


LEFT = tuple(LeftOut(one.name, "no longer active here") for one in LONG_NAMES)
RECEIPTS = {
    "one": Receipt(7, CROWD[:1], (), "#kudos"),
    "sixty": Receipt(7, CROWD, (), "#kudos"),
    "sixty and sixty left out": Receipt(7, LONG_NAMES, LEFT, "#kudos"),
    "a whole company": Receipt(7, COMPANY, tuple(LeftOut(one.name, "a bot") for one in COMPANY), "#kudos"),
    "a channel by id": Receipt(2**62, CROWD[:2], LEFT[:1], "C012AB3CD"),
    "one and a manager": Receipt(7, CROWD[:1], (), "#kudos", managers=CROWD[1:2]),
    "in private": Receipt(7, CROWD[:1], (), "#kudos", managers=CROWD[1:2], posted=0),
    "some in private": Receipt(7, CROWD[:2], (), "#kudos", managers=CROWD[2:4], posted=1, repeated=True),
    "a company and its managers": Receipt(7, COMPANY, LEFT, "#kudos", managers=COMPANY, posted=5),
}
RECORDS = {
    "nothing": Record(Counts(), (), ()),
    "one of each": Record(Counts(1, 1), (given(),), (given(),)),
    "everything": Record(Counts(10**6, 10**6), tuple(KUDOS.values()), tuple(KUDOS.values())),
}
TYPED: dict[str, tuple[Piece, ...]] = {
    "nothing": (),
    "words": (Words(NASTY),),
    "mentions": (ToPerson("U1", "ada"), ToGroup("S1", "@team"), Words(" did it")),
    "as much as can be typed": (Words("x" * 12_000),),
    "three hundred mentions": tuple(ToPerson(one.id) for one in CROWD * 5),
    "a megabyte": (Words("&" * 1_000_000),),
}

MESSAGES: dict[str, dict[str, Any]] = {
    **{f"posted, {what}": view.posted(one) for what, one in KUDOS.items()},
    **{f"received, {what}": view.received(one, one.recipients[0].id) for what, one in KUDOS.items()},
    **{f"taken back, {what}": view.taken_back(one) for what, one in KUDOS.items()},
    **{f"receipt, {what}": view.receipt(one) for what, one in RECEIPTS.items()},
    **{f"mine, {what}": view.mine(one) for what, one in RECORDS.items()},
    **{f"refused, {what}": view.refused("No. " * 20 + what, one) for what, one in TYPED.items()},
    "help": view.help_text(),
    **{f"good word, {what}": managers.good_word(told(one)) for what, one in KUDOS.items()},
    **{
        f"good word, {what}, passed on": managers.good_word(told(one, "&" * LONGEST_WORDS))
        for what, one in KUDOS.items()
    },
    **{
        f"good word through them, {what}": managers.good_word(told(one, quiet=True))
        for what, one in KUDOS.items()
    },
    **{
        f"passed on, {what}": managers.passed_on(one, NASTY, NASTY, one.recipients[0])
        for what, one in KUDOS.items()
    },
    **{f"question, {what}": outcomes.question(one, "4 March") for what, one in KUDOS.items()},
    **{f"outcome, {what}": outcomes.told(replace(one, outcome=NASTY)) for what, one in KUDOS.items()},
    **{
        f"outcome to a manager, {what}": outcomes.told(replace(one, outcome=NASTY), one.recipients)
        for what, one in KUDOS.items()
    },
    "joined in": joining.told(2**62, ["button", "raised_hands"], "button"),
    "joined in by emoji only": joining.told(7, ["raised_hands"], "button"),
    "joined in no more": joining.told(7, [], "button"),
}
VALUES = {
    "one": ["care"],
    "a hundred long ones": list(TAGS),
    "more than Slack takes": [f"v{number}" for number in range(300)],
    "of many scripts": ["sorgfalt", "مساعدة", "責任", "ответственность"],
}
TEAMS = [Group(f"S{number}", f"team-{number}", NASTY * 3) for number in range(300)]
VIEWS: dict[str, dict[str, Any]] = {
    **{f"form, {what}": kudos_form.blank(values) for what, values in VALUES.items()},
    "form with teams": kudos_form.blank(["care"], TEAMS, people=["U1"], teams=["S7"], reason="x" * 2000),
    **{f"pass on, {what}": managers.form(7, one.recipients, NASTY) for what, one in KUDOS.items()},
    **{f"outcome form, {what}": outcomes.form(one) for what, one in KUDOS.items()},
    **{f"form done, {what}": kudos_form.done(one) for what, one in RECEIPTS.items()},
    **{
        f"home, {what}": home.home(one, [], [], Standing(administers=True, leads=3))
        for what, one in RECORDS.items()
    },
}
all_messages = pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
all_views = pytest.mark.parametrize("shown", VIEWS.values(), ids=VIEWS.keys())


def test_every_function_that_makes_something_to_see_is_looked_at() -> None:
    made = {"posted", "received", "receipt", "mine", "taken_back", "help_text", "refused", "tags"}
    made |= {"with_link", "story", "spoken"}  # parts of those
    public = {
        name
        for name, thing in vars(kudos).items()
        if callable(thing) and getattr(thing, "__module__", "") == kudos.__name__ and not name.startswith("_")
    }
    assert public == made


@all_messages
def test_slack_takes_every_message(message: dict[str, Any]) -> None:
    assert problems(message["blocks"], "message") == []
    for block in message["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


@all_messages
def test_the_words_beside_the_blocks_are_there_and_not_cut_off_by_slack(message: dict[str, Any]) -> None:
    assert 0 < len(message["text"]) <= UPDATE_MOST
    assert not re.search(r"&(?!(amp|lt|gt);)", message["text"])


@all_views
def test_slack_takes_every_view(shown: dict[str, Any]) -> None:
    assert view_problems(shown) == []
    View(**shown).validate_json()
    for block in shown["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


# The words say it all


@pytest.mark.parametrize("one", KUDOS.values(), ids=KUDOS.keys())
def test_who_hears_the_post_read_out_hears_all_of_it(one: Kudos) -> None:
    heard = spoken(view.posted(one))
    assert heard.startswith(f"{one.giver.name} thanks ")
    assert hears(heard, one.reason)
    assert all(who.name in heard for who in one.recipients[: blocks.MOST_NAMES])
    assert all(hears(heard, tag) for tag in one.tags)


@pytest.mark.parametrize("one", KUDOS.values(), ids=KUDOS.keys())
def test_who_hears_the_private_word_hears_all_of_it(one: Kudos) -> None:
    heard = spoken(view.received(one, one.recipients[0].id))
    assert heard.startswith(f"{one.giver.name} thanks you")
    assert hears(heard, one.reason)
    assert all(who.name in heard for who in one.recipients[1 : blocks.MOST_NAMES])
    assert all(hears(heard, tag) for tag in one.tags)


@pytest.mark.parametrize("one", RECEIPTS.values(), ids=RECEIPTS.keys())
def test_who_hears_the_receipt_hears_who_was_left_out_and_why(one: Receipt) -> None:
    heard = spoken(view.receipt(one))
    many = blocks.MOST_NAMES
    assert all(hears(heard, who.name) for who in one.recipients[:many])
    assert all(hears(heard, f"{left.name} ({left.why})") for left in one.left_out[:many])


def test_who_hears_the_help_hears_every_command() -> None:
    heard = spoken(view.help_text())
    assert all(command in heard for command in ("/kudos @ben", "/kudos mine", "/kudos undo", "a form"))


@pytest.mark.parametrize("one", RECORDS.values(), ids=RECORDS.keys())
def test_who_hears_their_record_hears_what_is_shown(one: Record) -> None:
    message = view.mine(one)
    heard = spoken(message)
    for words in texts(message["blocks"]):
        assert hears(heard, words)


def spoken(message: dict[str, Any]) -> str:
    """What a screen reader reads: the text, as a person sees it; no markup of ours may be left in it."""
    text = message["text"]
    assert not re.search(r"[<>]", text)
    (words,) = markup.pieces(text)
    assert isinstance(words, Words)
    return words.text


def hears(heard: str, words: str) -> bool:
    """All of it; or, where there is more than Slack takes, that the rest stands in the message."""
    return words in heard or (len(heard) > 700 and heard.endswith(blocks.REST))


def texts(part: Any) -> Iterator[str]:
    """Every text of a person's or ours in some blocks."""
    if isinstance(part, dict):
        if part.get("type") == "text":
            yield part["text"].strip()
        for inner in part.values():
            yield from texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from texts(inner)


# Nobody is called who was not thanked


@all_messages
def test_words_of_people_are_in_rich_text_only_which_shows_them_as_they_are(message: dict[str, Any]) -> None:
    def formatted(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if part.get("type") in {"mrkdwn", "broadcast", "link"}:
                yield str(part)
            for inner in part.values():
                yield from formatted(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from formatted(inner)

    assert list(formatted(message["blocks"])) == []


@pytest.mark.parametrize("one", KUDOS.values(), ids=KUDOS.keys())
def test_the_post_calls_those_who_are_thanked_and_nobody_else(one: Kudos) -> None:
    assert called(view.posted(one)["blocks"]) == [who.id for who in one.recipients[: blocks.MOST_MENTIONS]]
    assert called(view.received(one, one.recipients[0].id)["blocks"]) == []


def called(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [part["user_id"]] if part.get("type") == "user" else called(list(part.values()))
    return [id for inner in part for id in called(inner)] if isinstance(part, list) else []


def test_several_are_listed_as_one_says_them() -> None:
    assert spoken(view.posted(given(recipients=CROWD[:3]))) == (
        "Ada thanks Person 1, Person 2 and Person 3: for the long night"
    )
    assert spoken(view.received(given(recipients=CROWD[:3]), CROWD[1].id)) == (
        "Ada thanks you, Person 1 and Person 3: for the long night"
    )


def test_of_a_large_group_as_many_are_named_as_anybody_reads_and_the_others_counted() -> None:
    everybody = given(recipients=COMPANY)
    assert "Person number 20 and 1,980 more: for the long night" in spoken(view.posted(everybody))
    assert "Person number 20 and 1,980 more: for the long night" in spoken(
        view.received(everybody, COMPANY[0].id)
    )
    assert view.posted(everybody)["blocks"][0]["elements"][0]["elements"][-1]["text"] == "1,850 more"


# The form


def test_what_is_entered_in_the_form_is_read_as_if_it_had_been_typed() -> None:
    sent = Submission.model_validate(
        {
            "user": {"id": "U1"},
            "team": {"id": "T1"},
            "view": {
                "id": "V1",
                "state": {
                    "values": {
                        "recipients": {"recipients": {"selected_users": ["U2", "U3"]}},
                        "reason": {"reason": {"value": "for <this> & that"}},
                        "value": {"value": {"selected_option": {"value": "care"}}},
                    }
                },
            },
        }
    )
    assert kudos_form.read(sent) == Draft(
        (ToPerson("U2"), ToPerson("U3")), (Words("for <this> & that #care"),)
    )


def test_an_empty_form_is_read_as_nothing() -> None:
    sent = Submission.model_validate({"user": {"id": "U1"}, "team": {"id": "T1"}, "view": {"id": "V1"}})
    assert kudos_form.read(sent) == Draft((), (Words(""),))


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())
def test_what_fits_into_the_form_fits_into_a_kudos(values: list[str]) -> None:
    (element,) = [
        block["element"]
        for block in kudos_form.blank(values)["blocks"]
        if block["block_id"] == kudos_form.REASON
    ]
    longest_value = max(len(value) for value in values)
    assert element["max_length"] + len(f" #{'x' * longest_value}") <= LONGEST_REASON


@pytest.mark.parametrize("words", [NASTY, "", "&", "&amp;", "<", "a" * 10])
def test_escaping_is_undone_by_reading(words: str) -> None:
    assert markup.unescaped(blocks.escaped(words)) == words


def test_the_link_to_a_message_is_the_only_one_and_stands_after_the_opening() -> None:
    url = "https://kestrel.slack.com/archives/C1/p1"
    linked = view.with_link(view.posted(given()), url)
    assert problems(linked["blocks"], "message") == []
    assert linked["blocks"][1]["elements"][0]["elements"] == [
        {"type": "link", "url": url, "text": "The message it is about"}
    ]
    assert "It is about a message." in linked["text"]
