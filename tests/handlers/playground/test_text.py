from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.playground import PretendClock, PretendSlack, sample_company
from handlers.playground.text import reads, stored, typed
from handlers.playground.world import World

ADA, BEN, CY, DINA, MO = "U0ADALOVEL", "U0BENOKAFR", "U0CYMARTIN", "U0DINAPETR", "U0MOHASSAN"
TEAM = frozenset({BEN, CY, DINA})


@pytest.fixture
def world() -> World:
    return World(sample_company(), PretendClock())


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("thanks @ben", f"thanks <@{BEN}>"),
        ("@Ben, @CY.", f"<@{BEN}>, <@{CY}>."),
        ("@ben's help", f"<@{BEN}>'s help"),
        ("@support-team rocks", "<!subteam^S0SUPPORTT|@support-team> rocks"),
        ("see #sales", "see <#C0SALES001|sales>"),
        ("see #people-ops", "see <#C0PEOPLEOP|>"),
        ("@channel @here @everyone", "<!channel> <!here> <!everyone>"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("&lt;", "&amp;lt;"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("write to x@ben.example", "write to x@ben.example"),
        ("@nobody #nowhere", "@nobody #nowhere"),
        ("`@ben` and ```@cy```", "`@ben` and ```@cy```"),
        ("https://e.com/?a=1&b=2", "<https://e.com/?a=1&amp;b=2>"),
        ("(see https://e.com/x).", "(see <https://e.com/x>)."),
        ("<https://e.com>", "&lt;<https://e.com>&gt;"),
    ],
)
def test_what_typing_becomes(world: World, line: str, becomes: str) -> None:
    assert typed(line, world) == becomes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"thanks <@{BEN}> and <@{BEN}|ben>", "thanks @Ben and @Ben"),
        ("<@U0UNKNOWN|old name>", "@old name"),
        ("<!subteam^S0SUPPORTT> <!here> <#C0SALES001>", "@support-team @here #sales"),
        ("<https://e.com|the page> <mailto:a@b.example>", "the page a@b.example"),
        ("<!date^1795000000^{date}|on Friday>", "on Friday"),
        ("*bold* _slanted_ ~gone~ `code`", "bold slanted gone code"),
        ("2*3*4 snake_case_name ~/x", "2*3*4 snake_case_name ~/x"),
        ("* not bold * and _ neither _", "* not bold * and _ neither _"),
        ("&lt;b&gt; &amp;lt;", "<b> &lt;"),
        ("`*kept*`", "*kept*"),
        ("&gt; quoted", "quoted"),
        ("\x000\x00 \x00", "0 "),
    ],
)
def test_how_a_text_reads(world: World, text: str, shown: str) -> None:
    assert reads(text, world) == shown


def test_marks_stay_where_nothing_is_formatted(world: World) -> None:
    assert reads("*as typed* &lt;", world, formatted=False) == "*as typed* <"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a & b", "a &amp; b"),
        ("a &amp; b", "a &amp; b"),
        ("<b>", "&lt;b&gt;"),
        ("<@U1>", "<@U1>"),
        (">", "&gt;"),
    ],
)
def test_how_a_text_is_kept(sent: str, kept: str) -> None:
    assert stored(sent) == kept


def section(text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}]


def rich(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}]


SALES = frozenset({ADA, "U0ABEKUMAR", "U0GRETALIN", MO, "U0OMARDIAZ"})


@pytest.mark.parametrize(
    ("given", "pinged"),
    [
        ({"text": f"<@{BEN}>"}, {BEN}),
        ({"text": "@ben @channel"}, set()),
        ({"text": "@ben @support-team", "link_names": True}, TEAM),
        ({"text": "@channel", "parse": "full"}, SALES),
        ({"text": "<!channel>"}, SALES),
        ({"text": "&lt;!channel&gt;"}, set()),
        ({"text": "<!subteam^S0SUPPORTT|@x>"}, TEAM),
        ({"text": "t", "blocks": section(f"<@{BEN}>")}, {BEN}),
        ({"text": "t", "blocks": section("@everyone")}, SALES),
        ({"text": "t", "blocks": section("@everyone", verbatim=True)}, set()),
        ({"text": "t", "blocks": section("@ben")}, set()),
        (
            {"text": "t", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "<!here>"}}]},
            set(),
        ),
        ({"text": "t", "blocks": rich({"type": "user", "user_id": BEN})}, {BEN}),
        ({"text": "t", "blocks": rich({"type": "usergroup", "usergroup_id": "S0SUPPORTT"})}, TEAM),
        ({"text": "t", "blocks": rich({"type": "broadcast", "range": "channel"})}, SALES),
        ({"text": "t", "blocks": rich({"type": "text", "text": f"<@{BEN}> @channel"})}, set()),
        ({"text": "<@U0LUNCHBOT> <@U0UNKNOWN>"}, set()),
    ],
)
async def test_whom_a_message_pings(
    slack: PretendSlack, client: AsyncWebClient, given: dict[str, Any], pinged: set[str]
) -> None:
    await client.chat_postMessage(channel="#sales", **given)

    (message,) = slack.shown("ada").channels["sales"]
    assert message.pings == pinged


async def test_only_who_can_look_in_is_pinged_in_a_hidden_place(
    slack: PretendSlack, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ADA, text=f"<@{ADA}> <@{BEN}>")
    await slack.says("eve", "#people-ops", "@ruth @ben @eve")

    assert slack.shown("ada").dms[0].pings == {ADA}
    assert slack.shown("eve").channels["people-ops"][0].pings == {"W0RUTHWEIS"}


async def test_a_message_reads_as_its_blocks_do(slack: PretendSlack, client: AsyncWebClient) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A good word &amp; more"}},
        *section(f"*<@{ADA}>* thanks <@{BEN}>"),
        *rich({"type": "text", "text": "*as typed* &lt;"}, {"type": "emoji", "name": "tada"}),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_ownership_"}]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Me too"}}],
        },
        {
            "type": "data_visualization",
            "title": "Thanks",
            "chart": {"type": "pie", "segments": [{"label": "Support", "value": 3}]},
        },
    ]
    await client.chat_postMessage(channel="#kudos", text="for readers", blocks=blocks)

    assert slack.shown("cy").channels["kudos"][0].plain.splitlines() == [
        "A good word & more",
        "@Ada thanks @Ben",
        "*as typed* &lt;:tada:",
        "ownership",
        "[Me too]",
        "Thanks",
        "Support: 3",
    ]
