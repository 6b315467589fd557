"""Many workspaces in one Goodword: installed by OAuth, apart from each other, and gone at once."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, delete, select, update

from bot import checkup, directory, kudos, operate
from bot import config as environment
from bot.config import Config
from bot.errors import Refusal
from handlers.manifest import SCOPES
from handlers.views import settings as settings_view
from storage.tables import install_states, installations, metadata, people
from tests.spaces import CLIENT_ID, CLIENT_SECRET, FIRST, ORGANISATION, SECOND, Spaces, served_by, spaces
from tests.town import APP_TOKEN, KEY, SECRET, words

THANKS = "Ada thanks @Ben\nfor the invoice at midnight"
GIVE = "/kudos @ben for the invoice at midnight"


used = select(install_states)


def kept(connection: Connection) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(select(installations)).mappings()]


async def test_thanks_stay_in_the_workspace_in_which_they_were_given(database_url: str) -> None:
    async with spaces(database_url) as both:
        page = await both.installs(FIRST)
        assert page.status_code == 200
        assert "Goodword is installed in Kestrel." in page.text
        assert (await both.installs(SECOND)).status_code == 200

        await both.first.types("ada", GIVE)
        await both.second.types("cy", "/kudos @ben for the long list of prices")
        await both.settled()

        assert [words(post) for post in both.first.channel("kudos")] == [THANKS]
        assert [words(post) for post in both.second.channel("kudos")] == [
            "Cy thanks @Ben\nfor the long list of prices"
        ]
        assert len(both.first.dms("ben")) == len(both.second.dms("ben")) == 1
        rows = await both.bot.store.across(kept)
        assert {row["account_id"] for row in rows} == {FIRST, SECOND}
        assert "xoxb" not in str(rows)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_by_socket_mode_browsers_install_it_and_one_line_brings_what_all_workspaces_do(
    database_url: str,
) -> None:
    async with spaces(database_url, socket=True) as both:
        config = _config(both, database_url, KEY, APP_TOKEN)
        line = "Slack knows the app-level token, and Socket Mode is switched on."
        nowhere = "Goodword is installed nowhere yet: open /slack/install in a browser."
        assert {line: True, nowhere: False}.items() <= (await _checked(config)).items()
        for account in (FIRST, SECOND):
            assert (await both.installs(account)).status_code == 200
        async with httpx.AsyncClient(base_url=both.url) as anybody:  # who could sign anything with no secret
            assert (await anybody.post("/slack/events", content=b"{}")).status_code == 404
            assert (await anybody.get("/readyz")).text == "ready\n"

        await both.first.types("ada", GIVE)
        said = await both.second.slack.says("ben", "general", "The pumps run again since last night.")
        await both.second.slack.reacts("cy", "general", str(said.ts), "kudos")
        await both.settled()
        assert [words(post) for post in both.first.channel("kudos")] == [THANKS]
        assert words(both.second.channel("kudos")[0]).startswith("Cy thanks @Ben\n")
        assert len(both.first.dms("ben")) == len(both.second.dms("ben")) == 1
        await both.second.slack.clicks("abe", both.second.channel("kudos")[0], "kudos_join")
        await both.settled()
        assert "Abe joins in" in both.second.channel("kudos")[0].plain
        assert "Abe" not in str(both.first.everybody_saw())
        assert len(both.exchange.first.links.open) == 1

        said_of = await _checked(config)
        assert said_of[line]
        assert said_of["Merlin: Slack knows the token: Merlin."]
        assert not [one for one in said_of if "app-level" in one and one != line]
        await both.exchange.uninstall(SECOND)
        await both.second.types("ada", GIVE)
        assert "not installed in this workspace" in both.second.last_words_to("ada")
        assert both.bot.branches.served() == [FIRST]


async def _checked(config: Config) -> dict[str, bool]:
    return {one.sentence: one.well for one in await checkup.check(config)}


async def test_each_failure_on_the_way_is_one_sentence(database_url: str) -> None:
    async with spaces(database_url) as both, httpx.AsyncClient(base_url=both.url) as browser:

        async def leaves() -> str:
            sent = await browser.get("/slack/install")
            address = urlsplit(sent.headers["location"])
            assert (sent.status_code, address.path) == (302, "/oauth/v2/authorize")
            return parse_qs(address.query)["state"][0]

        async def comes_back(status: int, **told: str) -> str:
            page = await browser.get("/slack/oauth_redirect", params=told)
            assert page.status_code == status, page.text
            return page.text

        assert "did not begin in this browser" in await comes_back(400, code="1.a", state="made-up")
        state = await leaves()
        async with httpx.AsyncClient(base_url=both.url) as another:
            theirs = await another.get("/slack/oauth_redirect", params={"code": "1.a", "state": state})
            assert "did not begin in this browser" in theirs.text
        assert "It was not allowed in Slack" in await comes_back(400, error="access_denied", state=state)
        assert "(invalid_code)" in await comes_back(400, code="1.a", state=await leaves())
        assert "did not say that it may" in await comes_back(400, state=await leaves())
        both.exchange.refuses = "bad_client_secret"
        assert "(bad_client_secret)" in await comes_back(400, code="1.a", state=await leaves())
        both.exchange.refuses = ""

        late = await leaves()
        both.exchange.clock.forward(timedelta(minutes=10))
        code = both.exchange.allow(FIRST)
        assert "used before, or is too old" in await comes_back(400, code=code, state=late)
        assert await both.bot.store.across(kept) == []

        # Nothing is kept of those who only leave, so that nobody can fill the place of others.
        assert await both.bot.store.across(lambda connection: connection.execute(used).all()) == []
        state = await leaves()
        assert "is installed in Kestrel" in await comes_back(200, code=code, state=state)
        (row,) = await both.bot.store.across(kept)
        for again in (state, f"{state[:-1]}x"):  # used, and not ours
            browser.cookies.set("goodword_install", again, "127.0.0.1", "/slack")
            page = await comes_back(400, code=both.exchange.allow(FIRST), state=again)
            assert "used before, or is too old" in page
        assert await both.bot.store.across(kept) == [row]


@pytest.mark.parametrize(
    "order", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")]
)
async def test_removed_it_is_silent_at_once_and_goes_on_when_it_is_installed_again(
    database_url: str, order: tuple[str, str]
) -> None:
    async with spaces(database_url, installed=[FIRST, SECOND]) as both:
        exchange, first = both.exchange, both.first
        first.slack.faults.add("chat.postMessage", "ratelimited", times=2, retry_after=60)
        await first.types("ada", GIVE)
        await first.hears("delivery", "KudosPosted later")
        await first.hears("delivery", "KudosReceived later")
        await exchange.uninstall(FIRST, order=order)
        calls = len(first.slack.calls)

        refused = await first.types("ada", GIVE)
        assert refused.ok
        assert "not installed in this workspace" in first.last_words_to("ada")
        exchange.clock.forward(timedelta(hours=2))
        await both.second.types("ada", GIVE)
        await both.second.hears("delivery", "KudosPosted sent")
        assert len(first.slack.calls) == calls
        assert first.channel("kudos") == []
        row = next(row for row in await both.bot.store.across(kept) if row["account_id"] == FIRST)
        assert (row["bot_token"], row["refresh_token"]) == (None, None)

        # A removal of which Slack tells late, after it was installed again, changes nothing.
        told = [one for one in first.slack.requests if one.summary == f"event {order[0]}"]
        exchange.clock.forward(timedelta(minutes=1))
        assert (await both.installs(FIRST)).status_code == 200
        await first.slack.caller.send(told[-1])
        await both.settled()
        assert [words(post) for post in first.channel("kudos")] == [THANKS]
        assert len(first.dms("ben")) == 1


async def test_a_removal_that_nobody_told_of_is_noticed_by_the_first_call(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST]) as both:
        first = both.first
        both.exchange.installed[FIRST].removed = True
        await first.types("ada", GIVE)
        await first.hears("delivery", "KudosPosted parked account_inactive")
        assert both.bot.branches.served() == []

        await both.installs(FIRST)
        await both.settled()
        assert [words(post) for post in first.channel("kudos")] == [THANKS]


async def test_what_people_wrote_is_erased_a_month_after_the_app_was_removed(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST, SECOND]) as both:
        for one in both.towns.values():
            await one.types("ada", GIVE)
        await both.settled()
        await both.exchange.uninstall(FIRST)
        both.exchange.clock.forward(timedelta(days=29))
        await _looked(both)
        assert await both.bot.store.across(lambda c: _holding(c, FIRST)) >= {"people", "kudos", "outbox"}

        both.exchange.clock.forward(timedelta(days=2))
        await _looked(both)
        assert await both.bot.store.across(lambda c: _holding(c, FIRST)) == set()
        assert await both.bot.store.across(lambda c: _holding(c, SECOND)) >= {"people", "kudos", "outbox"}

        await both.installs(FIRST)
        # Who was thanked then may be nobody that is known here now.
        theirs = (people.c.workspace_id == FIRST, people.c.person_id == both.first.id("ben"))
        await both.bot.store.across(lambda connection: connection.execute(delete(people).where(*theirs)))
        await both.first.types("ada", "/kudos undo")
        gone = "Your kudos to a colleague is more than 15 minutes old, so it stays."
        assert both.first.last_words_to("ada") == gone
        await both.first.types("ada", "/kudos mine")
        assert "Something went wrong" not in both.first.last_words_to("ada")

        await both.first.types("cy", "/kudos @ben for the long list of prices")
        await both.settled()
        assert await both.bot.store.transact(FIRST, kudos.verify) == []


async def _looked(both: Spaces) -> None:
    """The heartbeat looks by itself; here it is asked to, so that nobody waits for a second."""
    await both.bot.branches.look()


def _holding(connection: Connection, workspace: str) -> set[str]:
    """Tables that hold somebody's words or names."""
    found = set()
    for name, column in (("people", "name"), ("kudos", "reason"), ("outbox", "fact"), ("chart", "title")):
        table = metadata.tables[name]
        query = select(table.c[column]).where(table.c.workspace_id == workspace, table.c[column] != "")
        if connection.execute(query).first():
            found.add(name)
    return found


async def test_tokens_are_renewed_before_they_run_out_by_one_replica(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST], rotates=True) as both:
        exchange, first = both.exchange, both.first
        old = exchange.token_of(FIRST)
        async with served_by(exchange, database_url) as other:
            exchange.clock.forward(timedelta(hours=10, minutes=1))
            await both.bot.branches.look()
            await other.bot.branches.look()
            await both.bot.branches.renewed()
            await other.bot.branches.renewed()
            assert len(exchange.renewals) == 1
            assert exchange.token_of(FIRST) != old

            # The first token runs out; whoever still has it reads the store, and says it.
            exchange.clock.forward(timedelta(hours=2))
            await first.types("ada", GIVE)
            await first.slack.until(lambda: first.channel("kudos"))
            assert [words(post) for post in first.channel("kudos")] == [THANKS]
        rows = await both.bot.store.across(kept)
        assert "xox" not in str(rows)


async def test_a_token_that_ran_out_in_an_outage_is_renewed_by_the_first_call(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST], rotates=True) as both:
        exchange, first = both.exchange, both.first
        exchange.refuses = "internal_error"
        exchange.clock.forward(timedelta(hours=10, minutes=1))
        await both.bot.branches.look()
        await both.bot.branches.renewed()
        exchange.refuses = ""
        exchange.clock.forward(timedelta(hours=8))
        await first.types("ada", GIVE)
        await first.settled()
        assert [words(post) for post in first.channel("kudos")] == [THANKS]


async def test_an_organisation_installs_it_once_for_the_workspaces_it_grants(database_url: str) -> None:
    async with spaces(database_url, granted=[FIRST]) as both:
        exchange = both.exchange
        page = await both.installs(ORGANISATION)
        assert "Goodword is installed in the organisation Falcons." in page.text
        await both.first.types("ada", GIVE)
        await both.second.types("ada", GIVE)
        await both.settled()
        assert [words(post) for post in both.first.channel("kudos")] == [THANKS]
        assert both.second.channel("kudos") == []
        assert "not installed in this workspace" in both.second.last_words_to("ada")

        await exchange.grant(ORGANISATION, SECOND)
        await both.bot.branches.introduced
        await both.second.types("ada", GIVE)
        await both.second.slack.opens_home("ben")
        await both.settled()
        assert [words(post) for post in both.second.channel("kudos")] == [THANKS]
        assert both.second.slack.shown("ben").home
        await both.second.slack.clicks("cy", both.second.channel("kudos")[-1], "kudos_join")
        await both.settled()
        assert "Cy joins in" in both.second.channel("kudos")[-1].plain
        # Whoever clicks may belong to another workspace of the organisation: it counts where the view is.
        slack = both.second.slack
        await slack.opens_home("eve")
        await both.settled()
        await slack.clicks("eve", "home", settings_view.OPEN)
        await slack.clicks("eve", slack.shown("eve").views[-1], settings_view.CHANGE, value="timezone")
        await slack.submits("eve", slack.shown("eve").views[-1].id, {"value": {"value": "Asia/Tokyo"}})
        assert "Asia/Tokyo" in slack.shown("eve").views[-1].plain

        exchange.clock.forward(timedelta(seconds=1))
        await exchange.grant(ORGANISATION, FIRST, granted=False)
        await both.first.types("ada", "/kudos @cy for the long list of prices")
        assert "not installed in this workspace" in both.first.last_words_to("ada")
        await exchange.uninstall(ORGANISATION)
        assert both.bot.branches.served() == []


async def test_another_replica_sees_what_was_installed_and_what_ended(database_url: str) -> None:
    async with spaces(database_url) as both:
        await both.installs(FIRST)
        await both.bot.branches.look()
        async with served_by(both.exchange, database_url) as other:
            await other.installs(SECOND)
            both.exchange.clock.forward(timedelta(seconds=11))
            await both.bot.branches.look()
            await both.bot.branches.introduced
            assert sorted(both.bot.branches.served()) == [FIRST, SECOND]

            await both.exchange.uninstall(SECOND, order=("app_uninstalled",))  # which one of the two hears
            served = [each.bot.branches.served() for each in (both, other)]
            assert sorted(served) == [[FIRST], [FIRST, SECOND]]
            for each in (both, other):
                await each.bot.branches.look()
            assert both.bot.branches.served() == other.bot.branches.served() == [FIRST]


async def test_strangers_in_a_shared_channel_are_told_no_and_a_channel_keeps_its_place_under_a_new_id(
    database_url: str,
) -> None:
    async with spaces(database_url, installed=[FIRST, SECOND]) as both:
        first = both.first
        await first.slack.joins("goodword", "acme-shared")
        await first.set("recognition_channel", "C0ACMESHRD")
        await first.types("ada", GIVE)
        await first.settled()
        post = first.slack.shown("xenia").channels["acme-shared"][-1]
        await first.slack.clicks("xenia", post, "kudos_join")
        await first.settled()
        refusal = "Only people of Kestrel can do that, so nothing was done."
        assert first.last_words_to("xenia") == refusal

        # Slack may name the workspace of who clicked in place of ours.
        clicked = first.slack.requests[-1].body
        for named in ("T0ACMECORP", SECOND):  # and Goodword may be there as well
            user = clicked["user"] | {"team_id": named}
            body = clicked | {"team": {"id": named, "domain": "other"}, "user": user}
            await first.slack.caller.send(first.slack.caller.payload("block_actions", "again", body))
            await first.settled()
        assert [one.plain for one in first.slack.shown("xenia").ephemerals] == [refusal] * 3

        event = {
            "type": "channel_id_changed",
            "old_channel_id": "C0ACMESHRD",
            "new_channel_id": "C0SALES001",
            "event_ts": first.slack.world.new_ts(),
        }
        await first.slack.send_events(first.slack.emit(event))
        await first.types("ada", "/kudos @cy for the long list of prices")
        await first.settled()
        assert [words(one) for one in first.channel("sales") if one.bot] == [
            "Ada thanks @Cy\nfor the long list of prices"
        ]


async def test_commands_look_at_every_workspace_and_the_key_covers_their_tokens(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST, SECOND]) as both:
        config = _config(both, database_url, KEY)
        said = await _checked(config)
        for name in ("Kestrel", "Merlin"):
            assert said[f"{name}: Slack knows the token: {name}."]
            assert said[f"{name}: Every scope that is needed was granted."]
            assert said[f"{name}: The recognition channel #kudos is there."]
        read = await directory.sync(config)
        assert [line.split(":")[0] for line in read.splitlines()] == ["Kestrel", "Merlin"]

        both.exchange.installed[SECOND].removed = True
        said = await _checked(config)
        assert said["Kestrel: Slack knows the token: Kestrel."]
        assert not said[
            "Merlin: Slack does not take its token: open /slack/install in a browser and install it anew."
        ]

        newest = operate.new_key()
        done = await operate.rotate_key(_config(both, database_url, f"{newest},{KEY}"))
        assert done == "Escalations under the newest key now: 0. Installations: 2."
        said = await _checked(_config(both, database_url, newest))
        assert said["Kestrel: Slack knows the token: Kestrel."]


def _config(both: Spaces, database_url: str, keys: str, app_token: str = "") -> Config:
    return Config(
        slack_client_id=CLIENT_ID,
        slack_client_secret=SecretStr(CLIENT_SECRET),
        slack_signing_secret=SecretStr("" if app_token else SECRET),
        slack_app_token=SecretStr(app_token),
        slack_api_url=f"{both.exchange.base_url}/api/",
        database_url=SecretStr(database_url),
        goodword_encryption_key=SecretStr(keys),
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"},
            "SLACK_BOT_TOKEN serves one workspace and SLACK_CLIENT_ID many: leave one of them out",
        ),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET need each other"),
        (
            {
                "SLACK_CLIENT_ID": "1.2",
                "SLACK_CLIENT_SECRET": "s",
                "GOODWORD_SCIM_URL": "https://id.example.com",
                "GOODWORD_SCIM_TOKEN": "t",
            },
            "GOODWORD_SCIM_URL knows one company and SLACK_CLIENT_ID serves many: leave one of them out",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused_in_a_sentence(
    given: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Refusal, match=sentence):
        environment.read()


async def test_a_workspace_that_is_being_looked_for_is_not_taken_for_a_stranger(database_url: str) -> None:
    async with spaces(database_url) as both, served_by(both.exchange, database_url) as other:
        await both.bot.branches.look()  # at this very moment it is nowhere yet
        await other.installs(FIRST)
        one, two = await asyncio.gather(
            both.bot.branches.office_of(FIRST), both.bot.branches.office_of(FIRST)
        )
        assert one is not None
        assert two is one


async def _scopes(both: Spaces) -> frozenset[str]:
    office = await both.bot.branches.office_of(FIRST)
    assert office is not None
    return office.me.scopes


async def test_word_of_an_old_token_does_not_end_what_was_installed_anew(database_url: str) -> None:
    async with spaces(database_url, installed=[FIRST]) as both:
        store = both.bot.store
        narrow = update(installations).values(scopes="commands", version=installations.c.version + 1)
        await store.across(lambda connection: connection.execute(narrow))
        await both.bot.branches.look()
        assert (await _scopes(both)) == {"commands"}
        old = await store.register(lambda shelf: shelf.find(FIRST))
        assert old is not None
        await both.installs(FIRST)
        assert (await _scopes(both)) == SCOPES.keys()
        now = both.exchange.clock.now()

        assert not await store.register(lambda shelf: shelf.end_held(old, now))
        newest = await store.register(lambda shelf: shelf.find(FIRST))
        assert newest is not None
        assert await store.register(lambda shelf: shelf.end_held(newest, now))
        assert await store.register(lambda shelf: shelf.find(FIRST)) is None
