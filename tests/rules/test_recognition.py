"""What counts as a kudos: who is thanked, what for, and every "no" with its sentence."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from bot.errors import NotIntroduced, Refusal
from bot.rules import recognition
from bot.rules.people import Group, Person, Roll
from bot.rules.recognition import Decision, Draft, Kudos, Piece, ToGroup, ToHandle, ToPerson, Words
from handlers import markup
from handlers.views import blocks

HOME, AWAY = "T0HOME", "T0AWAY"
VALUES = ("ownership", "teamwork", "care")


def person(handle: str, name: str = "", **more: Any) -> Person:
    return Person(f"U{handle.upper()}", handle, name or handle.title(), more.pop("home", HOME), **more)


ADA, BEN, CY, DEE = person("ada"), person("ben"), person("cy"), person("dee")
LEA = person("lea", active=False)
XENIA = person("xenia", home=AWAY)
LUNCH = person("lunchbot", bot=True)
SUPPORT = Group("SSUPPORT", "support-team", "Support team", members=(BEN.id, CY.id, ADA.id))
EMPTY = Group("SEMPTY", "empty-team", "Empty team")
CLOSED = Group("SCLOSED", "closed-team", "Closed team", active=False, members=(BEN.id,))
ALONE = Group("SALONE", "solo", "Only Ada", members=(ADA.id,))
ROLL = Roll(
    {one.id: one for one in (ADA, BEN, CY, DEE, LEA, XENIA, LUNCH)},
    {one.id: one for one in (SUPPORT, EMPTY, CLOSED, ALONE)},
)


def read(text: str) -> Draft:
    """A draft of what Slack sends, in which `<@UBEN>` is a mention."""
    return recognition.read(markup.pieces(text))


def decide(text: str, roll: Roll = ROLL, giver: Person = ADA) -> Decision:
    return recognition.decide(giver, read(text), roll, VALUES)


def refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as no:
        act()
    return no.value


def named(draft: Draft) -> list[str]:
    return [mention.handle if isinstance(mention, ToHandle) else mention.id for mention in draft.mentions]


def story(draft: Draft) -> str:
    """The reason with its mentions as `@id`."""
    parts = (
        part.text if isinstance(part, Words) else f"@{named(Draft((part,), ()))[0]}" for part in draft.reason
    )
    return "".join(parts)


# Who is named, and where the story begins


@pytest.mark.parametrize(
    ("typed", "recipients", "reason"),
    [
        ("<@UBEN> for the long night", ["UBEN"], "for the long night"),
        ("<@UBEN|ben> for the long night", ["UBEN"], "for the long night"),
        ("<@W0RUTH> for the long night", ["W0RUTH"], "for the long night"),
        ("<!subteam^SSUPPORT|@support-team> for it all", ["SSUPPORT"], "for it all"),
        ("<!subteam^SSUPPORT> for it all", ["SSUPPORT"], "for it all"),
        ("<@UBEN> <@UCY> for both nights", ["UBEN", "UCY"], "for both nights"),
        ("<@UBEN><@UCY> for both nights", ["UBEN", "UCY"], "for both nights"),
        ("<@UBEN>, <@UCY> and <@UDEE>: for the audit", ["UBEN", "UCY", "UDEE"], "for the audit"),
        ("<@UBEN>, <@UCY>, and <@UDEE> - for the audit", ["UBEN", "UCY", "UDEE"], "for the audit"),
        ("<@UBEN> &amp; <@UCY> – for the audit", ["UBEN", "UCY"], "for the audit"),
        ("<@UBEN> + <@UCY> — the audit", ["UBEN", "UCY"], "the audit"),
        ("<@UBEN>/<@UCY> for the audit", ["UBEN", "UCY"], "for the audit"),
        ("<@UBEN> und <@UCY> für die Prüfung", ["UBEN", "UCY"], "für die Prüfung"),
        ("<@UBEN> AND <@UCY> for the audit", ["UBEN", "UCY"], "for the audit"),
        ("<@UBEN>\n<@UCY>\nfor the audit", ["UBEN", "UCY"], "for the audit"),
        ("  , <@UBEN> for the audit", ["UBEN"], "for the audit"),
        ("<@UBEN> -5 degrees and still there", ["UBEN"], "-5 degrees and still there"),
        ("@ben and @Cy.Martin: for the audit", ["ben", "Cy.Martin"], "for the audit"),
        ("<@UBEN> and @cy for the audit", ["UBEN", "cy"], "for the audit"),
    ],
)
def test_who_stands_at_the_opening_is_thanked_for_what_follows(
    typed: str, recipients: list[str], reason: str
) -> None:
    draft = read(typed)
    assert named(draft) == recipients
    assert story(draft) == reason


@pytest.mark.parametrize(
    ("typed", "recipients", "reason"),
    [
        ("<@UBEN> for helping <@UCY> out", ["UBEN"], "for helping @UCY out"),
        ("<@UBEN> android <@UCY> app", ["UBEN"], "android @UCY app"),  # "and" is a word, not its beginning
        ("<@UBEN> for what @cy wrote", ["UBEN"], "for what @cy wrote"),
        ("<@UBEN> and then <@UCY> came", ["UBEN"], "and then @UCY came"),
    ],
)
def test_who_stands_inside_the_story_belongs_to_the_story(
    typed: str, recipients: list[str], reason: str
) -> None:
    draft = read(typed)
    assert named(draft) == recipients
    assert story(draft) == reason


@pytest.mark.parametrize(
    ("typed", "recipients"),
    [
        ("great work <@UBEN>", ["UBEN"]),
        ("thanks to <@UBEN> and <@UCY> the audit went well", ["UBEN", "UCY"]),
        ("thank you @ben, again", ["ben"]),
    ],
)
def test_where_words_come_first_everybody_mentioned_is_thanked_and_nothing_is_cut_away(
    typed: str, recipients: list[str]
) -> None:
    draft = read(typed)
    assert named(draft) == recipients
    assert story(draft) == re.sub(r"<@(\w+)>", r"@\1", typed)


@pytest.mark.parametrize(
    ("typed", "handles"),
    [
        ("@ben.okafor did", ["ben.okafor"]),
        ("@ben_o-2 did", ["ben_o-2"]),
        ("@ben. That was it", ["ben"]),
        ("(@ben)", ["ben"]),
        ("@ben's idea", ["ben"]),
        ("@ben-", ["ben"]),
        ("@ben...", ["ben"]),
        ("@jürgen, @Ægir and @李雷 did", ["jürgen", "Ægir", "李雷"]),
        ("so said “@ben”", ["ben"]),
    ],
)
def test_a_plain_handle_ends_where_its_name_ends(typed: str, handles: list[str]) -> None:
    assert named(read(typed)) == handles


@pytest.mark.parametrize(
    "typed",
    [
        "write to ben@example.com",
        "write to <mailto:ben@example.com|ben@example.com>",
        "write to ben.o@example.com or b+c-@example.com",
        "see <https://social.example/@ben>",
        "see social.example/@ben",
        "an @ alone, @@ two, and @_ one more",
    ],
)
def test_an_address_is_no_handle(typed: str) -> None:
    assert named(read(typed)) == []


# What one word is


@pytest.mark.parametrize(
    "reason",
    [
        "for the invoice",
        "don't you worry",
        "don’t you worry",
        "ein schönes Ding",
        "re\u0301sume\u0301 re\u0301dige\u0301 vite",  # accents as marks of their own
        "मदद के लिए",
        "정말 감사합니다 덕분에",
        "спасибо за помощь",
        "شكرا على المساعدة",
        "請求書の件で助かりました",
        "障害対応ありがとうございました",
        "谢谢你帮我处理发票",
        "ขอบคุณที่ช่วยแก้ปัญหาให้ลูกค้า",
        "អរគុណសម្រាប់ជំនួយរបស់អ្នក",
        "ACMEの請求書を直した",
        "a, b; c",
        "🎉 well done indeed 🎉",
        "fixed C# today",
    ],
)
def test_three_words_are_a_reason_in_any_script(reason: str) -> None:
    assert decide(f"<@UBEN> {reason}").reason == reason


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "thanks",
        "well done",
        "don't worry",
        "state-of-the-art work",
        "- — …!",
        "🎉 🎉 🎉",
        "___ *** ~~~",
        "धन्यवाद मदद",  # two words, however many vowel signs they have
        "un\u00adbe\u00adliev\u00adable work",  # and however they may be hyphenated
        "re\u0301sume\u0301 vite",
        "感謝",
        "谢谢",
        "ありがと",
        "ขอบคุณ",
        "감사합니다 정말",
        "well done #ownership",
        "#care #teamwork #ownership",
        "well done #brilliant",
        "well done :tada: :clap::skin-tone-2:",
        "well done https://example.com/a/long/way",
        "well done <@UCY>",
        "well done @cy @dee",
    ],
)
def test_fewer_are_not_and_tags_and_mentions_do_not_count(reason: str) -> None:
    no = refusal(lambda: decide(f"<@UBEN> {reason}"))
    assert no.sentence.startswith("What did Ben do? Please say it in at least 3 words")
    assert no.field == "reason"


def test_a_long_name_inside_the_reason_is_no_substitute_for_words() -> None:
    roll = Roll({**ROLL.people, CY.id: person("cy", "Cy Martin de la Cruz")})
    assert "3 words" in refusal(lambda: decide("<@UBEN> with <@UCY>", roll)).sentence


def test_the_refusal_names_the_value_that_was_typed_alone() -> None:
    assert refusal(lambda: decide("<@UBEN> #care")).sentence == (
        "What did Ben do? Please say it in at least 3 words besides #care."
    )


# Values


@pytest.mark.parametrize(
    ("typed", "reason", "tags"),
    [
        ("for the long night #ownership", "for the long night", ("ownership",)),
        ("for the long night #OwnerShip", "for the long night", ("ownership",)),
        ("for the long night #care #teamwork", "for the long night", ("care", "teamwork")),
        ("for the long night #care #care", "for the long night", ("care",)),
        ("for the #care you took", "for the #care you took", ("care",)),
        ("#care was what it took", "#care was what it took", ("care",)),
        ("for the long night #panache", "for the long night #panache", ()),
        ("for the long night #panache #care", "for the long night #panache", ("care",)),
        ("for the long night #care #panache", "for the long night #care #panache", ("care",)),
        ("for the long night #care!", "for the long night #care!", ("care",)),
        ("for the long night\n\n#care\n", "for the long night", ("care",)),
        ("fixed C# and F# today", "fixed C# and F# today", ()),
        ("fixed the old bug #42", "fixed the old bug #42", ()),
        ("see a&amp;#care b", "see a&#care b", ()),
        ("see page/#care and ##care", "see page/#care and ##care", ()),
        ("for the careful work #careful", "for the careful work #careful", ()),
        ("for the care-ful work #care-ful", "for the care-ful work #care-ful", ()),
        ("as the <#C0CARE|care> channel knows", "as the #care channel knows", ("care",)),
    ],
)
def test_known_values_are_kept_those_at_the_end_leave_the_text_and_others_stay(
    typed: str, reason: str, tags: tuple[str, ...]
) -> None:
    decided = decide(f"<@UBEN> {typed}")
    assert (decided.reason, decided.tags) == (reason, tags)


def test_a_value_in_somebody_s_name_is_not_one_that_was_typed() -> None:
    roll = Roll({**ROLL.people, CY.id: person("cy", "Cy #care")})
    decided = decide("<@UBEN> for all the help with <@UCY>", roll)
    assert (decided.reason, decided.tags) == ("for all the help with @Cy #care", ())


# Who is thanked, and who is left out


def test_everybody_who_can_be_thanked_is_and_the_others_are_told_of_with_the_reason() -> None:
    decided = decide(
        "<@UBEN> <@UADA> <@ULUNCHBOT> <@ULEA> <@UXENIA> <@UBEN> <@UCY> for a good week all round"
    )
    assert [one.id for one in decided.recipients] == [BEN.id, CY.id]
    assert [(one.name, one.why) for one in decided.left_out] == [
        ("Ada", "that is you"),
        ("Lunchbot", "a bot"),
        ("Lea", "no longer active here"),
        ("Xenia", "from another organisation"),
    ]


def test_a_group_stands_for_its_members_and_the_giver_in_it_gets_no_remark() -> None:
    decided = decide("<!subteam^SSUPPORT|@support-team> and <@UBEN> for the long night")
    assert [one.id for one in decided.recipients] == [BEN.id, CY.id]
    assert decided.left_out == ()


def test_a_group_is_found_by_its_handle_too() -> None:
    decided = decide("@Support-Team for the long night")
    assert [one.id for one in decided.recipients] == [BEN.id, CY.id]


def test_somebody_of_a_group_who_cannot_be_thanked_is_told_of() -> None:
    group = Group("SMIXED", "mixed", "Mixed", members=(BEN.id, LEA.id))
    decided = decide("<!subteam^SMIXED> for the long night", Roll(ROLL.people, {group.id: group}))
    assert [(one.name, one.why) for one in decided.left_out] == [("Lea", "no longer active here")]


def test_members_whom_slack_has_not_shown_us_are_counted_and_never_passed_over_in_silence() -> None:
    group = Group("SNEW", "new", "New", members=(ADA.id, BEN.id, "USTRANGER1", "USTRANGER2"))
    decided = decide("<!subteam^SNEW> for the long night", Roll(ROLL.people, {group.id: group}))
    assert [one.id for one in decided.recipients] == [BEN.id]
    assert [(one.name, one.why) for one in decided.left_out] == [("2 of @new", "not known to me")]

    no = refusal(lambda: decide("<!subteam^SNEW> for the long night", Roll({ADA.id: ADA}, {group.id: group})))
    assert no.sentence == "There is nobody left to thank: 3 of @new (not known to me). Nothing was recorded."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("<@UADA> did a wonderful job", "Thanks to oneself cannot be given. Who helped you?"),
        ("<!subteam^SALONE> did a wonderful job", "Thanks to oneself cannot be given. Who helped you?"),
        (
            "<@ULEA> did a wonderful job",
            "There is nobody left to thank: Lea (no longer active here). Nothing was recorded.",
        ),
        (
            "<@ULUNCHBOT> and <@UXENIA> did a wonderful job",
            (
                "There is nobody left to thank: Lunchbot (a bot) and Xenia (from another organisation). "
                "Nothing was recorded."
            ),
        ),
        (
            "<!subteam^SEMPTY> did a wonderful job",
            "@empty-team has no members at the moment. Please name the people one by one.",
        ),
        (
            "<!subteam^SCLOSED> did a wonderful job",
            "@closed-team has no members at the moment. Please name the people one by one.",
        ),
        (
            "for the long night",
            "Whom would you like to thank? Try: /kudos @ben for what they did, in a few words.",
        ),
        (
            "@everyone did a wonderful job",
            "@everyone would thank nobody in particular. Name the people, or a user group.",
        ),
        (
            "@Here did a wonderful job",
            "@Here would thank nobody in particular. Name the people, or a user group.",
        ),
        (
            "@bne did a wonderful job",
            "Nobody here is called @bne. Pick the name from the list that opens after @.",
        ),
        (
            f"<@UBEN> {'x' * 3001}",
            "That is a little long: please keep it under 3,000 characters.",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    assert refusal(lambda: decide(typed)).sentence == sentence


def test_slack_s_own_call_to_everybody_thanks_nobody() -> None:
    no = refusal(lambda: decide("<!channel> did a wonderful job"))
    assert no.sentence.startswith("@channel would thank nobody in particular.")


def test_the_longest_reason_is_taken() -> None:
    longest = "well well " + "x" * 2990
    assert decide(f"<@UBEN> {longest}").reason == longest


def test_a_name_that_two_people_bear_is_refused_with_what_to_type_instead() -> None:
    other = person("ben2", "Cy")
    roll = Roll({**ROLL.people, other.id: other, CY.id: person("cym", "Cy")})
    assert refusal(lambda: decide("@cy for the long night", roll)).sentence == (
        "@cy could be Cy (@ben2) and Cy (@cym). Please use the name in brackets."
    )


def test_a_user_name_wins_over_other_people_s_display_names() -> None:
    other = person("ben2", "Cy")
    decided = decide("@cy for the long night", Roll({**ROLL.people, other.id: other}))
    assert [one.id for one in decided.recipients] == [CY.id]


def test_a_namesake_who_has_left_does_not_stand_in_the_way() -> None:
    gone, here = person("b1", "Benedict", active=False), person("b2", "Benedict")
    decided = decide("@benedict for the long night", Roll({ADA.id: ADA, gone.id: gone, here.id: here}))
    assert [one.id for one in decided.recipients] == [here.id]


def test_a_group_and_a_person_of_one_handle_are_ambiguous() -> None:
    group = Group("SBEN", "ben", "Team Ben", members=(CY.id,))
    no = refusal(lambda: decide("@ben for the long night", Roll(ROLL.people, {group.id: group})))
    assert no.sentence == "@ben could be Ben (@ben) and Team Ben (@ben). Please use the name in brackets."


# What must be known first


def test_a_draft_says_who_must_be_looked_up() -> None:
    draft = read("<@UBEN> <!subteam^SSUPPORT> @cy for helping <@UDEE> and @nobody")
    assert recognition.asked_for(ADA.id, draft) == ({ADA.id, BEN.id, DEE.id}, {SUPPORT.id}, {"cy"})


def test_strangers_are_named_with_the_members_of_the_groups_that_are_thanked() -> None:
    group = Group("SNEW", "new", "New", members=("USTRANGER1",))
    draft = read("<@USTRANGER2> @new <!subteam^SUNKNOWN> for what <@USTRANGER3> said")
    with pytest.raises(NotIntroduced) as no:
        recognition.introduced(ADA.id, draft, Roll({ADA.id: ADA}, {group.id: group}))
    assert no.value.people == {"USTRANGER1", "USTRANGER2", "USTRANGER3"}
    assert no.value.groups == {"SUNKNOWN"}


def test_once_they_were_looked_up_only_the_giver_and_those_named_must_be_known() -> None:
    group = Group("SNEW", "new", "New", members=("USTRANGER1",))
    roll = Roll({ADA.id: ADA}, {group.id: group})
    story = read("<!subteam^SNEW> for what <@USTRANGER2> said")
    assert recognition.introduced(ADA.id, story, roll, met=True) == ADA
    with pytest.raises(NotIntroduced):
        recognition.introduced(ADA.id, story, roll)
    with pytest.raises(NotIntroduced) as no:
        recognition.introduced(ADA.id, read("<@USTRANGER2> for it"), roll, met=True)
    assert no.value.people == {"USTRANGER2"}


def test_the_giver_may_be_the_stranger() -> None:
    with pytest.raises(NotIntroduced) as no:
        recognition.introduced(ADA.id, read("<@UBEN> for it"), Roll({BEN.id: BEN}))
    assert no.value.people == {ADA.id}


def test_among_acquaintances_the_giver_is_given() -> None:
    assert recognition.introduced(ADA.id, read("<@UBEN> for it"), ROLL) == ADA


def test_who_is_only_mentioned_is_a_plain_name_in_the_reason() -> None:
    decided = decide("<@UBEN> for helping <@UCY|old name>, <!subteam^SSUPPORT|@x> and @dee")
    assert decided.reason == "for helping @Cy, @support-team and @dee"


# Undo

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
GIVEN = Kudos(1, ADA, (BEN, CY), "for it", (), NOON)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=15), timedelta(seconds=-1)])
def test_a_kudos_can_be_taken_back_for_fifteen_minutes_to_the_last_instant(age: timedelta) -> None:
    assert recognition.undoable(GIVEN, NOON + age) is GIVEN


def test_an_instant_later_it_stays() -> None:
    late = NOON + timedelta(minutes=15, microseconds=1)
    assert refusal(lambda: recognition.undoable(GIVEN, late)).sentence == (
        "Your kudos to Ben and Cy is more than 15 minutes old, so it stays."
    )


def test_without_a_kudos_there_is_nothing_to_take_back() -> None:
    assert "nothing to take back" in refusal(lambda: recognition.undoable(None, NOON)).sentence


# Whatever is typed

ODD = st.text(alphabet=st.sampled_from("@#<>|!^&;: -–—.,/_'and\n\taZ0é李あก\u0301\u200d🎉")) | st.text(
    max_size=40
)
PIECES: st.SearchStrategy[list[Piece]] = st.lists(
    st.builds(Words, ODD)
    | st.builds(ToPerson, st.sampled_from(sorted(ROLL.people)), ODD)
    | st.builds(ToGroup, st.sampled_from(sorted(ROLL.groups)), ODD),
    max_size=8,
)
often = run(derandomize=True, deadline=None, max_examples=200)


@given(PIECES)
@often
def test_reading_never_fails_and_loses_nothing_but_what_joins_the_recipients(pieces: list[Piece]) -> None:
    draft = recognition.read(pieces)

    mentions = [piece for piece in pieces if not isinstance(piece, Words)]
    kept = [part for part in (*draft.mentions, *draft.reason) if isinstance(part, ToPerson | ToGroup)]
    assert set(kept) == set(mentions)
    visible = "".join(_visible(pieces))
    left = "".join(_visible(draft.reason))
    assert visible.endswith(left)
    # What was cut away at the front is mentions and joints only.
    cut = "".join(_visible(pieces))[: len(visible) - len(left)]
    for mention in draft.mentions:
        cut = cut.replace(_shown(mention), " ", 1)
    assert not re.sub(r"(?i)[\s,;:&+/\-–—]|\b(?:and|und|et|y|e|na)\b", "", cut)


def _visible(parts: Any) -> Iterator[str]:
    return (part.text if isinstance(part, Words) else _shown(part) for part in parts)


def _shown(mention: ToPerson | ToGroup | ToHandle) -> str:
    # A mark of its own for each, so that one inside the reason is never taken for one that was cut.
    return f"@{mention.handle}" if isinstance(mention, ToHandle) else f"⟨{mention.id}⟩"


@given(PIECES)
@often
def test_deciding_gives_a_kudos_or_a_refusal_and_never_anything_else(pieces: list[Piece]) -> None:
    draft = recognition.read(pieces)
    try:
        decided = recognition.decide(ADA, draft, ROLL, VALUES)
    except Refusal as no:
        assert no.sentence  # noqa: PT017 - one of both outcomes
    else:
        assert decided.recipients
        assert decided.reason == decided.reason.strip()
        assert set(decided.tags) <= set(VALUES)
        assert not {one.id for one in decided.recipients} & {ADA.id, LEA.id, XENIA.id, LUNCH.id}


@given(st.text())
@often
def test_text_that_was_escaped_is_given_back_as_it_was(text: str) -> None:
    expected = (Words(text),) if text else ()
    assert markup.pieces(blocks.escaped(text)) == expected
    assert markup.unescaped(blocks.escaped(text)) == text


@given(ODD)
@often
def test_taking_slack_s_text_apart_never_fails(text: str) -> None:
    found = markup.pieces(text)
    assert all(piece.text for piece in found if isinstance(piece, Words))
    # Side by side stand no two pieces of words: rules about # and @ look at the whole.
    assert not any(isinstance(a, Words) and isinstance(b, Words) for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("slack", "words"),
    [
        ("<https://example.com>", "https://example.com"),
        ("<https://example.com?a=1&amp;b=2>", "https://example.com?a=1&b=2"),
        ("<http://example.com|example.com>", "example.com"),
        ("<mailto:ben@example.com>", "ben@example.com"),
        ("<#C0KUDOS|kudos>", "#kudos"),
        ("<#C0KUDOS>", "#C0KUDOS"),
        ("<!channel>", "@channel"),
        ("<!here|@here>", "@here"),
        ("<!date^1392734382^{date}|today>", "today"),
        ("&lt;@UBEN&gt; &amp;amp; &amp;lt;", "<@UBEN> &amp; &lt;"),
        ("<@UBEN\n>", "@UBEN\n"),
        ("<@ben>", "@ben"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)
def test_what_is_no_mention_is_read_as_it_is_seen(slack: str, words: str) -> None:
    assert markup.pieces(slack) == (Words(words),)
