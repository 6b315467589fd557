"""Managers and executives who live in mail read the same there, if mail is set up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from bot import digests
from bot.digests import Ways
from bot.holidays import is_holiday
from handlers.playground import PretendClock
from tests.handlers.test_mail import Postbox, serving
from tests.stories.test_delivery import _until_settled
from tests.stories.test_digests import APRIL, MONDAY, digests_in, gives, transact
from tests.town import Town
from tests.town import town as build

MAIL = Ways(is_holiday, by_mail=True)


@asynccontextmanager
async def town_with(box: Postbox, database_url: str) -> AsyncIterator[Town]:
    async with serving(box) as port:
        url = f"smtp://127.0.0.1:{port}?from=goodword@kestrel.example"
        async with build(database_url, plan=lambda plan: replace(plan, smtp_url=url)) as made:
            yield made


async def look(town: Town, clock: PretendClock) -> None:
    await transact(town, partial(digests.look, now=clock.now(), ways=MAIL))
    await _until_settled(town)


async def test_a_manager_and_an_executive_read_it_in_both_places_and_nobody_else_gets_mail(
    database_url: str,
) -> None:
    box = Postbox()
    async with town_with(box, database_url) as town:
        clock = town.slack.clock
        await town.set("executives", town.id("eve"))
        await gives(town, "ada", "ben", "for the invoice & the <b>patience</b>", above=True)
        for moment in (MONDAY, APRIL):
            clock.forward(moment - clock.now())
            await look(town, clock)

        (word,) = digests_in(town.dms("ruth"))
        assert [one["To"] for one in box.taken] == ["ruth@kestrel.example", "eve@kestrel.example"]
        text, page = (part.get_content().replace("\r\n", "\n") for part in box.taken[0].iter_parts())
        assert text.splitlines()[0] == "Good words about your people" == box.taken[0]["Subject"]
        assert "> for the invoice & the <b>patience</b>" in text.splitlines()
        assert "<blockquote>for the invoice &amp; the &lt;b&gt;patience&lt;/b&gt;</blockquote>" in page
        assert "prefers-color-scheme: dark" in page
        # Both say what the message says.
        for line in word.text.splitlines():
            shown = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert shown in text, line
        assert box.taken[1]["Subject"] == "The good words of the month"


async def test_a_line_that_breaks_is_followed_by_the_same_mail_under_the_same_name(
    database_url: str,
) -> None:
    box = Postbox(answer="cut")
    async with town_with(box, database_url) as town:
        clock = town.slack.clock
        await gives(town, "ada", "ben", "for the invoice at midnight")
        clock.forward(MONDAY - clock.now())
        await transact(town, partial(digests.look, now=clock.now(), ways=MAIL))
        await town.hears("delivery", "DigestMail later")
        box.answer = "250 OK"
        await _until_settled(town)
        assert len(box.taken) == 1
        assert len(digests_in(town.dms("ruth"))) == 1


async def test_an_address_that_is_refused_waits_for_a_person_and_holds_nobody_up(database_url: str) -> None:
    box = Postbox(rcpt="550 no such person")
    async with town_with(box, database_url) as town:
        clock = town.slack.clock
        await gives(town, "ada", "ben fay", "for the audit that ended well")
        clock.forward(MONDAY - clock.now())
        await look(town, clock)
        assert len(digests_in(town.dms("ruth"))) == len(digests_in(town.dms("hugo"))) == 1
        parked = await transact(town, lambda work: work.outbox.parked())
        assert {one.to for one in parked} == {f"mail:{town.id('ruth')}", f"mail:{town.id('hugo')}"}
        assert {one.reason for one in parked} == {"the mail server refused the address (550)"}
