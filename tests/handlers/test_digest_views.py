"""Every digest as it is read, kept beside this test, and within Slack's limits whatever is in it.

`make snapshots` writes them anew; read them aloud.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.digests import Fairness
from bot.rules import digest
from bot.rules.digest import (
    Digest,
    ExecutiveDigest,
    Gathered,
    ManagerDigest,
    Member,
    Period,
    Thanks,
    WeeklyDigest,
)
from bot.rules.fairness import Balance, Rings, Spread
from handlers.playground.blocks import problems
from handlers.views import digest as view
from handlers.views import pieces, report

SNAPSHOTS = Path(__file__).with_name("snapshots")
NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
WEEK = Period("2026-W47", SINCE, NOW, "Europe/London")
MONTH = Period("2026-12", datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC), "UTC")
LINK = "https://kestrel.slack.com/archives/C0KUDOS001/p1795190400000100"
NASTY = "<!channel> *bold* & <@U0EVE> <https://x.example|y> \u202e " + "&" * 2900


def member(id: str, name: str, department: str, **more: Any) -> Member:
    return Member(id, name, department, support=department in {"Support", "Back Office"}, **more)


ADA, GRETA = member("A", "Ada", "Sales"), member("G", "Greta", "Sales")
MIRA, HUGO = member("M", "Mira", "Marketing"), member("H", "Hugo", "Back Office")
BEN, CY, DINA = (member(name[0], name, "Support") for name in ("Ben", "Cy", "Dina"))
FAY = member("F", "Fay", "Back Office")
PEOPLE = {one.id: one for one in (ADA, GRETA, MIRA, HUGO, BEN, CY, DINA, FAY)}


def thanks(number: int, giver: str, to: str, reason: str, **more: Any) -> Thanks:
    at = SINCE + timedelta(hours=9 * number)
    return replace(Thanks(number, giver, tuple(to.split()), reason, at), **more)


THANKS = (
    thanks(
        1,
        "A",
        "B",
        "for turning the ACME invoice round in an hour",
        above=True,
        customer="ACME",
        customer_words="We did not expect that on a Friday.",
        outcome="They signed for another two years.",
        joined=("G", "H"),
        tags=("ownership",),
        post=LINK,
    ),
    thanks(
        2, "M", "B C", "for the migration weekend: not one customer noticed", tags=("teamwork",), post=LINK
    ),
    thanks(3, "H", "D", "She explained the return form for the third time, and was kind about it", post=LINK),
    thanks(
        4,
        "G",
        "F",
        "for tables that add up",
        customer="Borealis",
        customer_words="Please tell her that the tables were a pleasure.",
        tags=("care", "craft"),
        post=LINK,
        about=LINK,
    ),
)
QUIET = Gathered((), PEOPLE)
WHOLE = Gathered(THANKS, PEOPLE, frozenset("DF"))
LONG_AGO = dict.fromkeys(PEOPLE, NOW - timedelta(days=61))


def company(size: int, letters: str = "Person") -> dict[str, Member]:
    departments = [f"Department of {chr(65 + n % 26)}{n} and a long name" for n in range(40)]
    return {
        f"U{n:05}": Member(f"U{n:05}", f"{letters} {n:05}"[:80], departments[n % 40], support=n % 40 < 25)
        for n in range(size)
    }


def huge(
    size: int, people: dict[str, Member], words: str = "for the deed with number {}", **more: Any
) -> Gathered:
    ids = [*people]
    given = tuple(
        Thanks(
            n,
            ids[n * 7 % len(ids)],
            tuple({ids[(n * 13 + k) % len(ids)]: None for k in range(1 + n % 3)}),
            words.format(n),
            SINCE + timedelta(minutes=n),
            tags=(f"value{n % 7}",),
            above=n % 50 == 0,
            **more,
        )
        for n in range(1, size + 1)
    )
    return Gathered(given, people, frozenset(ids[::3]))


def of_manager(gathered: Gathered, team: Iterable[Member], last: dict[str, datetime] | None = None) -> Digest:
    return digest.manager(WEEK, team, gathered, dict.fromkeys(gathered.people, NOW) | (last or {}))


CROWD = company(1000)
HUGE = huge(5000, CROWD)
NASTY_ONES = {id: replace(one, name=("<&>" * 30)[:80]) for id, one in company(60).items()}
STAFF = [one.id for one in PEOPLE.values() if one.support]

READ: dict[str, Digest] = {
    "week": digest.weekly(WEEK, WHOLE),
    "week-quiet": digest.weekly(WEEK, QUIET),
    "week-one-person": digest.weekly(WEEK, Gathered(THANKS[2:3], PEOPLE, frozenset("D"))),
    "week-made-up-for": digest.weekly(replace(WEEK, since=SINCE - timedelta(days=7), missed=SINCE), WHOLE),
    "manager": of_manager(WHOLE, (BEN, CY, DINA)),
    "manager-one-person": of_manager(Gathered(THANKS[2:3], PEOPLE), (DINA,)),
    "manager-private": of_manager(
        Gathered((replace(THANKS[0], private=True),), PEOPLE), (replace(BEN, preference="privately"),)
    ),
    "manager-unthanked": of_manager(QUIET, (BEN, CY, DINA), LONG_AGO),
    "manager-both": of_manager(
        Gathered(THANKS[:1], PEOPLE), (BEN, CY, DINA), {"C": NOW - timedelta(days=70)}
    ),
    "month": digest.executive(MONTH, WHOLE, STAFF),
    "month-quiet": digest.executive(MONTH, QUIET, STAFF),
}
LARGE: dict[str, Digest] = {
    "week of 5,000 kudos": digest.weekly(WEEK, HUGE),
    "week just below brief": digest.weekly(WEEK, huge(digest.IN_FULL, CROWD)),
    "week of long and nasty words": digest.weekly(
        WEEK, huge(20, NASTY_ONES, NASTY.replace("{", ""), customer="&" * 200, customer_words="<" * 3000)
    ),
    "week of one word without an end": digest.weekly(WEEK, huge(20, CROWD, "x" * 3000)),
    "manager of a thousand": of_manager(huge(60, CROWD), CROWD.values()),
    "manager of nobody thanked": of_manager(
        Gathered((), CROWD), CROWD.values(), dict.fromkeys(CROWD, NOW - timedelta(days=61))
    ),
    "manager of nasty words": of_manager(
        huge(6, NASTY_ONES, NASTY.replace("{", ""), outcome="&" * 3000, post=LINK), NASTY_ONES.values()
    ),
    "month of 5,000 kudos": digest.executive(MONTH, HUGE, CROWD),
}
EVERY = READ | LARGE


@pytest.mark.parametrize("name", READ)
def test_it_reads_as_it_was_read_aloud(name: str) -> None:
    kept = SNAPSHOTS / f"digest-{name}.txt"
    now = f"{view.in_words(READ[name])}\n"
    if os.environ.get("GOODWORD_SNAPSHOTS") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(now)
    assert now == kept.read_text()


@pytest.mark.parametrize("name", EVERY)
def test_each_message_keeps_within_slack_s_limits_and_says_everything_in_words(name: str) -> None:
    made = view.messages(EVERY[name])
    for one in made:
        assert problems(one["blocks"], "message") == []
        assert len(one["text"]) <= 4000
        assert "\n\n" not in one["text"]
    assert sum(any(b["type"] == "data_visualization" for b in one["blocks"]) for one in made) <= 1


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_cut_off_between_messages(name: str) -> None:
    told = EVERY[name]
    whole = [line for line in _plain(piece.words for piece in view._pieces(told)) if line]  # noqa: SLF001
    parts = [line for one in view.messages(told) for line in _plain([_unescaped(one["text"])])]
    added = {"It goes on in the thread.", *(f"{line}, continued" for line in whole), "Continued"}
    left = "".join(line for line in parts if line not in added)
    assert re.sub(r"\s", "", left) == re.sub(r"\s", "", "".join(whole))


def _plain(words: Iterable[str]) -> list[str]:
    return [line for some in words for line in some.split("\n")]


def _unescaped(words: str) -> str:
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize("name", EVERY)
def test_pieces_stand_in_the_order_of_their_places(name: str) -> None:
    places = [one.place for one in view._pieces(EVERY[name])]  # noqa: SLF001
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_every_person_thanked_in_a_huge_week_is_named() -> None:
    text = "\n".join(one["text"] for one in view.messages(LARGE["week of 5,000 kudos"]))
    thanked = {id for one in HUGE.thanks if not one.above for id in one.recipients}
    assert not [id for id in thanked if f"{CROWD[id].name}, by " not in text]


# Words of a contest. What people write themselves is theirs, and so is no part of this.
CONTEST = re.compile(
    r"\b(?:top|best|most|first|second|third place|leader\w*|rank\w*|winner\w*|score\w*|points?|champion\w*|"
    r"more than any\w*|highest|lowest|least)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", EVERY)
def test_nobody_is_ranked(name: str) -> None:
    shown = [line for line in view.in_words(EVERY[name]).splitlines() if not line.startswith("> ")]
    ours = [line for line in shown if not any(one.reason in line for one in THANKS)]
    assert not [line for line in ours if CONTEST.search(line)]


def test_the_report_ranks_nobody_and_names_nobody() -> None:
    found = Fairness(
        since=NOW - timedelta(days=90),
        until=NOW,
        timezone="UTC",
        thanks=90,
        balance=(
            Balance("Sales", gave=(("Back Office", 1), ("Support", 12))),
            Balance("Marketing", got=(("Support", 2),)),
        ),
        spread=Spread(31, 6),
        rings=Rings(2, 5, 14),
        unthanked=14,
        staff=52,
    )
    some = [report.in_words(found)]
    some.append(report.in_words(replace(found, thanks=0, balance=(), spread=None, rings=Rings(), staff=0)))
    some.append(
        report.in_words(replace(found, thanks=3, spread=None, rings=Rings(1, 2, 3), staff=1, unthanked=1))
    )
    now = "\n\n".join(some) + "\n"
    kept = SNAPSHOTS / "report.txt"
    if os.environ.get("GOODWORD_SNAPSHOTS") == "write":
        kept.write_text(now)
    assert now == kept.read_text()
    assert not CONTEST.search(now)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_shouts_and_no_digest_knows_of_escalations(name: str) -> None:
    shown = [line for line in view.in_words(EVERY[name]).splitlines() if not line.startswith("> ")]
    for line in shown:
        assert "!" not in line or "<!" in line
        assert not re.search(r"escalat|complain", line, re.IGNORECASE)


def test_a_digest_has_no_field_in_which_an_escalation_could_stand() -> None:
    fields = {
        name
        for kind in (WeeklyDigest, ManagerDigest, ExecutiveDigest, Thanks, Member, Gathered)
        for name in kind.__slots__
    }
    assert not [name for name in fields if "escal" in name or "complaint" in name]


class _Wellformed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        if tag not in {"meta", "br"}:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.opened and self.opened[-1] != "style":
            self.words += data


@pytest.mark.parametrize("name", EVERY)
def test_a_mail_says_the_same_as_text_and_as_html(name: str) -> None:
    subject, text, html = view.mailed(EVERY[name])
    assert subject in text
    page = _Wellformed()
    page.feed(html)
    page.close()
    assert page.opened == []
    squeezed = re.sub(r"\s", "", page.words)
    assert all(re.sub(r"\s", "", one.words) in squeezed for one in view._pieces(EVERY[name]))  # noqa: SLF001


def test_a_chart_says_what_the_words_say() -> None:
    (block,) = [
        b for one in view.messages(READ["month"]) for b in one["blocks"] if b["type"] == "data_visualization"
    ]
    series = {one["name"]: {p["label"]: p["value"] for p in one["data"]} for one in block["chart"]["series"]}
    assert series == {
        "To the back office": {"Marketing": 2, "Sales": 2},
        "From the back office": {"Marketing": 0, "Sales": 0},
    }


def test_departments_that_a_chart_has_no_room_for_are_added_up() -> None:
    (block,) = [
        b
        for one in view.messages(LARGE["week of 5,000 kudos"])
        for b in one["blocks"]
        if b["type"] == "data_visualization"
    ]
    labels = block["chart"]["axis_config"]["categories"]
    assert len(labels) == len(set(labels)) == 20
    assert labels[-1] == "all others"
    told = LARGE["week of 5,000 kudos"]
    assert isinstance(told, WeeklyDigest)
    assert sum(p["value"] for p in block["chart"]["series"][0]["data"]) == sum(
        one.received for one in told.across
    )


@pytest.mark.parametrize("name", ["week of long and nasty words", "manager of nasty words"])
def test_a_message_that_goes_on_anywhere_misses_nothing(name: str) -> None:
    """Whatever stood there goes, and the next message begins with what stands behind it."""
    made = view._pieces(EVERY[name])  # noqa: SLF001
    laid = pieces.lay_out(made)
    assert laid
    assert laid.next
    without = [one for one in made if one.place != laid.next]
    assert pieces.lay_out(without, laid.next) == pieces.lay_out(made, laid.next)


def test_what_is_drawn_anew_stands_between_the_same_two_places() -> None:
    told = LARGE["manager of a thousand"]
    one = view.laid_out(told, 1, "")
    assert one
    assert one.next
    again = view.laid_out(told, 1, "", up_to=one.next)
    assert again
    assert again.message == one.message
