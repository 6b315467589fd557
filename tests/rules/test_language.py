"""Messages are read for what they are, quickly and without fail, and the coach keeps its own rules."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import coach, language
from bot.rules.escalation import Report
from bot.rules.language import clauses, facts, lexicon, markup, recipients, verdict, wording

ADA, BEN, CY, DESK = "<@U0ADA>", "<@U0BEN|ben>", "<@W0CY>", "<!subteam^S0DESK|@desk>"

SHOUTOUTS = (
    (f"Huge thanks to {BEN} for repairing the pump on a Sunday, the ward is dry", ("U0BEN",)),
    (f"Kudos to {ADA} and {BEN} for the flawless stocktake", ("U0ADA", "U0BEN")),
    (f"Shout-out to {DESK} for answering 90 tickets in a day, amazing work", ("S0DESK",)),
    (f"Thank you {CY}, you saved the whole delivery", ("W0CY",)),
    (f"Thanks {ADA} for stepping in for {BEN}, the customers were delighted", ("U0ADA",)),
    (f"Great work on the audit {ADA}, thank you! cc {BEN}", ("U0ADA",)),
    (f"{BEN} please know that {ADA} did a fantastic job for our guests, kudos to her", ("U0ADA",)),
    (f"Vielen Dank {ADA} für die schnelle Hilfe, der Kunde ist begeistert", ("U0ADA",)),
    (f"Un grand merci à {ADA} pour son aide, le client est ravi", ("U0ADA",)),
    (f"Muchas gracias {ADA} por quedarte hasta tarde, gran trabajo", ("U0ADA",)),
    (f"Muito obrigado {ADA}, você salvou o projeto", ("U0ADA",)),
    (f"Asante sana {ADA} kwa kazi nzuri, mteja amefurahi", ("U0ADA",)),
    (f"{ADA} good news about your region: {CY} has won back the Moshi school. Superb work.", ("W0CY",)),
    (f"Great job on the Harlow install {ADA}! {CY} now it's your turn", ("U0ADA",)),
    ("Hats off to the night shift, a spotless delivery and a happy customer", ()),
)
COMPLAINTS = (
    (f"{BEN} still hasn't sent the contract, the client is furious", {"person_blame"}),
    (f"{BEN} forgot to call the customer again", {"person_blame"}),
    (f"Kudos to {BEN} for losing the only key and ruining the launch", {"person_blame", "sarcasm"}),
    (f"{BEN} YOU SENT THE WRONG FILE AGAIN!!!", {"person_blame", "shouting"}),
    (f"{BEN} is useless", {"person_blame", "insult"}),
    (f"{BEN} never answers the phone", {"person_blame", "absolute"}),
)
NEUTRAL = (
    f"thanks {BEN}",
    "will do, thanks",
    "thanks in advance",
    "no thanks",
    f"happy birthday {BEN} :tada:",
    f"{BEN} is on leave until Monday",
    "My mistake, I forgot the attachment, sorry",
    "Automatic reply: I am on annual leave, thank you for your message",
    f"&gt; thanks so much {BEN}\nwas this meant for us?",
    f"`kudos {BEN}` is the command",
    f"```thanks {BEN} for the great work```",
)
# In none of our six languages.
FOREIGN = (
    f"Grazie mille {BEN} per aver risolto il problema con la dogana",
    f"Hartelijk bedankt {BEN} voor de snelle hulp, het werk is goed",
    f"{BEN} znowu zapomniał o umowie i nie jest dobrze",
    f"Спасибо {BEN} за помощь, клиент доволен",
    f"{BEN} さん、ありがとうございました",
    f"شكرا {BEN} على المساعدة",
)
HEAVY = (
    "a" * 100_000,
    "thanks " * 15_000,
    "<@U0BEN> " * 10_000,
    "thanks <@U0BEN> and " * 5_000,
    "Huge thanks for the great work to " + " and ".join(f"<@U{one:05}>" for one in range(9_000)),
    "&gt; " * 25_000,
    "\n".join("&gt; " * depth + "thanks" for depth in range(200)),
    "\u200b" * 100_000,
    "t\u200bh\u200ba\u200bn\u200bk\u200bs " * 8_000,
    "\u202ethanks\u202c \u200f" * 8_000,
    "<" * 100_000,
    "<@" * 50_000,
    "`" * 100_000,
    "```a` " * 16_000,
    ":" * 100_000,
    ":a" * 50_000,
    "'" * 100_000,
    "a'" * 50_000,
    "!?" * 50_000,
    "\n" * 100_000,
    '"' * 100_000,
    "\U0001f64f" * 50_000,
    "𝓽𝓱𝓪𝓷𝓴𝓼 " * 10_000,
    "https://" * 12_000,
    "NEVER!!! " * 11_000,
    "send the file now. " * 5_000,
    f"{BEN} never sends the contract, useless. " * 2_000,
    "".join(
        f"Huge thanks <@U{one:05}> for the brilliant work, the client was delighted. " for one in range(2_000)
    ),
    f"Huge thanks {ADA} for the brilliant work. " + "But the client was delighted. " * 3_000,
)
FRAGMENTS = (
    *(ADA, BEN, DESK, "you", "accounts", "the warehouse", "nobody in dispatch", "your team", "Brenda"),
    *("still hasn't sent", "forgot", "lost", "always loses", "never answers", "is useless", "broke"),
    *("the contract", "my invoice", "the ACME order", "our quote", "it", "the whole list", "THE FILE"),
    *("due Monday", "since Tuesday", "by Friday", "again", "for the third time", "for two weeks"),
    *("the client is furious", "or I go to your boss", "NOW", "!!!", "???", "no excuses", ":roll_eyes:"),
    *(
        "send",
        "fix",
        "call",
        "I want",
        "get it done",
        "what a bunch of clowns",
        "thanks for nothing",
        ".",
        ",",
    ),
)


@pytest.mark.parametrize(("text", "recipients"), SHOUTOUTS)
def test_a_shout_out_is_noticed_and_credits_the_right_people(text: str, recipients: tuple[str, ...]) -> None:
    assert language.read(text) == language.Reading("shoutout", recipients)


@pytest.mark.parametrize(("text", "flags"), COMPLAINTS)
def test_a_complaint_at_a_person_has_its_flags(text: str, flags: set[str]) -> None:
    reading = language.read(text)
    assert (reading.label, set(reading.flags)) == ("complaint_person", flags)
    assert reading.suggestion


@pytest.mark.parametrize("text", NEUTRAL)
def test_what_is_neither_is_left_alone(text: str) -> None:
    assert language.read(text) == language.Reading("neutral")


@pytest.mark.parametrize("text", FOREIGN)
def test_an_unknown_language_is_neutral_and_no_guess(text: str) -> None:
    assert language.read(text) == language.Reading("neutral")


@pytest.mark.parametrize("text", HEAVY, ids=range(len(HEAVY)))
def test_nothing_takes_long(text: str) -> None:
    language.prepare()
    assert min(_seconds(text) for _ in range(5)) < 0.05


def _seconds(text: str) -> float:
    start = time.process_time()
    language.read(text)
    return time.process_time() - start


def test_zero_width_characters_and_marks_of_direction_hide_nothing() -> None:
    open_words = f"Kudos to {ADA} and {BEN} for the flawless stocktake"
    hidden = "\u200b".join(open_words.replace("<", "\u202e<").partition("Kudos"))
    assert language.read(hidden) == language.read(open_words)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = language.read(text)
    assert reading.label in {"shoutout", "complaint_person", "complaint_process", "request", "neutral"}
    assert all(0 <= start < end <= len(text) for _, start, end in reading.spans)
    assert tuple(span.flag for span in reading.spans) == reading.flags
    if not language.may_concern(text):
        assert reading == language.Reading("neutral")


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=2, max_size=14))
@settings(max_examples=200, deadline=None)
def test_the_coach_has_nothing_to_say_about_its_own_words(parts: list[str]) -> None:
    text = " ".join(parts)
    said = coach.suggestions(text)
    assert len(said) <= coach.MOST
    assert [one.flag for one in said] == sorted((one.flag for one in said), key=verdict.FLAGS.index)
    for one in said:
        assert coach.suggestions(one.wording) == ()
        assert language.read(one.wording).flags == ()
        assert 0 <= one.span[0] < one.span[1] <= len(text)


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=14))
@settings(max_examples=100, deadline=None)
def test_the_neutral_form_of_a_report_is_neutral(parts: list[str]) -> None:
    neutral = coach.neutral(Report(" ".join(parts), tried=" ".join(reversed(parts))))
    assert coach.suggestions(neutral) == ()


def test_what_the_coach_always_says_raises_nothing() -> None:
    for flag in verdict.FLAGS:
        page = markup.read("x")
        assert wording.is_clean(wording.say(page, lexicon.find(page.tokens), flag))
    assert not [why for why in wording.WHY.values() if "!" in why]


def test_the_coach_offers_the_manager_and_keeps_the_facts() -> None:
    (first, *_) = coach.suggestions(f"{BEN} is useless, we have been waiting for the contract since Monday")
    assert first.flag == "insult"
    assert first.for_a_manager
    assert "the contract" in first.wording


def test_a_long_report_is_read_sentence_by_sentence() -> None:
    calm = "The customer asked for a date on Monday and we gave them one after a call with the plant. " * 4
    text = f"{calm}Ben forgot the contract again. {calm}"
    (one,) = coach.suggestions(text, ("Ben",))
    assert text[slice(*one.span)].strip() == "Ben forgot the contract again."


def test_the_neutral_form_keeps_what_is_calm_and_words_the_rest_anew() -> None:
    report = Report(
        "We met the client on Monday. Ben forgot the contract again.",
        "They may leave.",
        "Friday",
        "",
        "A call",
    )
    assert coach.neutral(report, ("Ben",)).splitlines() == [
        "We met the client on Monday. There is a problem with the contract.",
        "For the customer: They may leave.",
        "Promised: Friday",
        "What would help: A call",
    ]
    assert coach.neutral(None) == ""


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("the ACME contract due Monday", facts.Facts("the ACME contract", due="Monday")),
        ("waiting for my invoice since Tuesday", facts.Facts("my invoice", since="since Tuesday")),
        ("your report is wrong, the client left", facts.Facts("the report", customer="the client")),
        ("the third time the useless order", facts.Facts("the order", count="third")),
        ('he said "the contract"', facts.Facts()),
    ],
)
def test_only_facts_of_the_text_are_used(text: str, known: facts.Facts) -> None:
    page = markup.read(text)
    assert facts.gather(page, lexicon.find(page.tokens)) == known


def test_quotes_code_and_entities_are_told_apart() -> None:
    page = markup.read(
        "Tom &amp; I\n&gt; quoted <@U1>\n`code <@U2>` and <#C1|sales> <https://a.example|b> :tada:"
    )
    assert [token.kind for token in page.tokens] == [
        *("word", "sign", "word", "word", "channel", "link", "emoji"),
    ]
    assert [token.form for token in page.aside if token.kind == "person"] == ["U1"]
    assert page.code


@pytest.mark.parametrize(
    "fact",
    [
        "The Bluefin contract was promised for Monday, and it is not there.",
        "The invoice was sent to the wrong address twice.",
        "The customer was promised an answer by noon and has none.",
    ],
)
def test_what_only_says_what_went_wrong_is_left_alone(fact: str) -> None:
    assert coach.suggestions(fact, ("Ben",)) == ()
    assert coach.neutral(Report(fact), ("Ben",)) == fact


@pytest.mark.parametrize("apostrophe", ["\u2019", "\u02bc"])
@pytest.mark.parametrize(
    "typed",
    [
        "L'équipe du matin n'a rien nettoyé, la cuisine est dans un état honteux",
        f"It wasn't my fault, {BEN} didn't send the file and can't be bothered",
        f"Merci {ADA} d'avoir tout refait, jusqu'aujourd'hui rien n'avait marché, et c'est du 90's",
    ],
)
def test_whichever_apostrophe_is_typed_means_the_same(typed: str, apostrophe: str) -> None:
    def forms(text: str) -> list[str]:
        return [token.form for token in markup.read(text).tokens]

    other = typed.replace("'", apostrophe)
    assert forms(other) == forms(typed)
    assert language.read(other) == language.read(typed)


@pytest.mark.parametrize(
    "compared",
    [
        f"When {ADA} edits, I can hear the words. {BEN} hands me hiss and calls it atmosphere.",
        f"So nice to get a ledger that balances. {ADA} shows how it's done, {BEN} please take note.",
    ],
)
def test_who_is_praised_at_the_cost_of_another_is_not_thanked(
    compared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert language.read(compared).label != "shoutout"
    monkeypatch.setattr(recipients, "leaves_out", lambda _page: False)
    assert language.read(compared).label == "shoutout"


@pytest.mark.parametrize(
    "praise",
    [
        f"{ADA} is a joy to work with. But the invoices went out twice and nobody was told. Lovely slides!",
        f"Great tour for the visitors, {ADA}. Shame that half the badges had the wrong names on them.",
        f"Lovely speech by {ADA}. {BEN} has been writing his since March and still has no first line.",
        f"{ADA} cleared forty tickets before lunch, brilliant. Unlike {BEN}, who closed two and went home.",
        f"So glad that {ADA} gave the tour and not {BEN}, the guests were thrilled for once",
    ],
)
def test_praise_with_a_sting_is_none(praise: str) -> None:
    assert clauses.sting(markup.read(praise))
    assert language.read(praise).label != "shoutout"


def test_a_sting_between_two_kind_words_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = f"{ADA} you are lovely with the guests, truly."
    sting = "But the Reed order was typed in feet, again, and we paid for it."
    praise = f"{kind} {sting} Thanks for the tea though!"
    assert language.read(praise).label != "shoutout"
    monkeypatch.setattr(clauses, "sting", lambda _page: False)
    assert language.read(praise).label == "shoutout"


@pytest.mark.parametrize(
    "praise",
    [
        f"The old form was a nightmare, but {ADA} rebuilt it over the weekend. Brilliant work.",
        f"{ADA} found the leak and {BEN} fixed it before lunch. Thank you both!",
        f"Lovely speech by {ADA}. {BEN} printed all the programmes at seven in the morning, thank you!",
        f"Thank you {ADA} for staying late last night! Only the cake was missing.",
    ],
)
def test_praise_amid_trouble_and_of_several_has_no_sting(praise: str) -> None:
    assert not clauses.sting(markup.read(praise))
    assert language.read(praise).label == "shoutout"


@pytest.mark.parametrize(
    "passed_on",
    [
        f"From a guest today:\n&gt; thank the lady who sewed up my hem, what service\nThat's you {ADA}",
        f"&gt; whoever answered Mrs Reed about her bins deserves a raise\nThat was {ADA}. I second it.",
    ],
)
def test_praise_that_is_quoted_and_passed_on_is_for_whom_it_is_passed_to(passed_on: str) -> None:
    assert language.read(passed_on) == language.Reading("shoutout", ("U0ADA",))
