"""How digests look: the week to everybody, their people's week to managers, the month to executives.

People stand in the order of their names, and what happened in the order in which it did; nobody is counted
beside anybody else, and nobody is pinged.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.rules.calendar import zone_of
from bot.rules.digest import (
    PUBLICLY,
    Digest,
    ExecutiveDigest,
    ManagerDigest,
    Member,
    Period,
    Report,
    Story,
    WeeklyDigest,
)
from bot.rules.fairness import Balance, Spread
from bot.rules.people import listed
from handlers.views import blocks, pieces
from handlers.views.blocks import Block, Element
from handlers.views.pieces import Laid, Piece, heading, only_seen, quoted, said, title

PASS_ON, KEEP = "kudos_pass_on", "kudos_keep"
SHORT = 200  # characters of a reason where many stand side by side
NAMES = 12  # of one list; then it says how many more there are
BARS, LABEL = 20, 20  # categories of a chart, characters of a label (Slack's limits)
FRONT_TO_BACK, BACK_TO_FRONT = "To the back office", "From the back office"
IDEAS = (
    "Who made something easier for you and does not know it yet?",
    "Who stayed late so that you did not have to?",
    "Whose answer did you copy, word for word, to a customer?",
    "Who fixed something before anybody noticed that it was broken?",
    "Who explained something to you for the third time, and was kind about it?",
)
HOW = "/kudos @name and a few words is all it takes."
Kept = Collection[tuple[int, str]]


def laid_out(told: Digest, part: int, after: str, up_to: str | None = None, kept: Kept = ()) -> Laid | None:
    """One message of a digest."""
    return pieces.lay_out(_pieces(told, part, kept), after, up_to)


def messages(told: Digest) -> list[dict[str, Any]]:
    return pieces.messages(_pieces(told))


def in_words(told: Digest) -> str:
    """The whole digest in plain words."""
    return pieces.spoken(_pieces(told))


def mailed(told: Digest) -> tuple[str, str, str]:
    """Subject, text and HTML of the same digest as a mail."""
    made = _pieces(told)
    return made[0].words, f"{pieces.spoken(made)}\n", pieces.html(made)


def when(period: Period) -> str:
    """The days of a period: `13 to 20 November`."""
    since, until = _day(period.since, period), _day(period.until, period)
    if since == until:
        return since
    if since.split()[1:] == until.split()[1:]:
        since = since.split()[0]
    return f"{since} to {until}"


def _pieces(told: Digest, part: int = 1, kept: Kept = ()) -> list[Piece]:
    match told:
        case WeeklyDigest():
            return _weekly(told)
        case ManagerDigest():
            return _manager(told, part, kept)
        case ExecutiveDigest():
            return _executive(told)


# The week, to everybody


def _weekly(told: WeeklyDigest) -> list[Piece]:
    opening = [title("00", "The good words of the week"), *_reaches_back(told.period)]
    if told.quiet:
        words = f"It was a quiet week here, from {when(told.period)}. {_idea(told.period)} {HOW}"
        return [*opening, _line("02", words)]
    intro = f"Who was thanked from {when(told.period)}, by whom and for what."
    return [
        *opening,
        _line("02", intro),
        *_stories("10", "Above and beyond", told.stories, short=told.brief),
        *_customers("20", told.customers),
        *_also(told),
        *_newcomers(told.newcomers),
        *_values(told.values),
        *_across(told.across),
    ]


def _also(told: WeeklyDigest) -> list[Piece]:
    name = "Thanked as well" if told.stories else "Who was thanked"
    if told.brief:
        note = (
            "There was much to be thankful for, so here is who and by whom; what for stands in the channel."
        )
        rows = [
            _bullet(f"32\x1f{_place_of(one.person)}", _bold(one.person), _said(f", by {_some(one.by)}"))
            for one in told.credits
        ]
        return [heading("30", name), _flow("31", note), *rows]
    rows = [_bullet(f"32\x1f{one.thanks.number:015}", *_in_a_line(one)) for one in told.also]
    return [heading("30", name), *rows] if rows else []


def _newcomers(newcomers: Sequence[Member]) -> list[Piece]:
    if not newcomers:
        return []
    names = _in_lines("41", "{} had not been thanked here before. Good to see the name.", newcomers)
    if len(newcomers) > 1:
        names = _in_lines("41", "{} had not been thanked here before. Good to see the names.", newcomers)
    return [heading("40", "New names"), *names]


def _values(values: Sequence[tuple[str, int]]) -> list[Piece]:
    if not values:
        return []
    lines = [_bullet(f"51\x1f{at:03}", _said(f"{name}, {_times(n)}")) for at, (name, n) in enumerate(values)]
    return [heading("50", "Values that came up"), *lines]


def _across(across: Sequence[Balance]) -> list[Piece]:
    if not across:
        return []
    chart = _chart(
        "Thanks from other departments",
        [one.department for one in across],
        {"Thanks": [one.received for one in across]},
    )
    lines = [
        _bullet(f"62\x1f{at:03}", _said(f"{one.department}, by {_counted(one.got)}"))
        for at, one in enumerate(across)
    ]
    return [heading("60", "Thanked across departments"), *lines, only_seen("63", chart)]


# Their people's week, to managers


def _manager(told: ManagerDigest, part: int, kept: Kept) -> list[Piece]:
    opening = [title("00", "Good words about your people"), *_reaches_back(told.period)]
    if told.reports:
        names = [one.person for one in told.reports]
        was = "was" if len(names) == 1 else "were"
        opening += _in_lines(
            "02",
            "{} " + f"{was} thanked from {when(told.period)}. Here is what was said, by whom, "
            "and a sentence for each that you can say aloud.",
            names,
        )
    people = [piece for one in told.reports for piece in _person(one, told.period, part, kept)]
    return [*opening, *people, *_unthanked(told.unthanked)]


def _person(one: Report, period: Period, part: int, kept: Kept) -> list[Piece]:
    place = f"20\x1f{_place_of(one.person)}"
    name = one.person.name
    made = [heading(place, name), *_in_flow(f"{place}\x1f0", _who_said_it(one))]
    if one.person.preference != PUBLICLY:
        made.append(_flow(f"{place}\x1f00", f"{name} likes to hear thanks from you, and not in public."))
    for story in one.said:
        made += _to_manager(
            f"{place}\x1f1\x1f{story.thanks.number:015}", story, one.person, period, part, kept
        )
    return [*made, _line(f"{place}\x1f2", f"To say aloud: {_aloud(one)}")]


def _to_manager(
    place: str, story: Story, person: Member, period: Period, part: int, kept: Kept
) -> list[Piece]:
    thanks = story.thanks
    marks = [_day(thanks.given_at, period)]
    marks += ["above and beyond"] if thanks.above else []
    marks += ["given in private: please keep it between you"] if thanks.private else []
    made = [said(f"{place}\x1f0", "line", _bold(story.giver), _said(f", {', '.join(marks)}"))]
    made += quoted(f"{place}\x1f1", thanks.reason)
    made += _besides(f"{place}\x1f2", story)
    links = _links(thanks.post, thanks.about)
    if links:
        made.append(said(f"{place}\x1f3", "flow", *links))
    value = f"{thanks.number}:{person.id}"
    is_kept = (thanks.number, person.id) in kept
    clicks = [blocks.button(PASS_ON, "Pass it on", value=str(thanks.number))]
    clicks += [] if is_kept else [blocks.button(KEEP, "Keep for the review", value=value)]
    actions = blocks.buttons(*clicks) | {"block_id": f"digest|{period.name}|{part}|{value}"}
    made.append(only_seen(f"{place}\x1f4", actions))
    if is_kept:
        made.append(Piece(f"{place}\x1f5", "note", f"Kept for {person.name}'s review."))
    return made


def _who_said_it(one: Report) -> str:
    """Names before numbers, and numbers only where there are several."""
    who = f"Thanked by {_some(one.givers)}"
    where = listed(one.departments)
    if not where:
        return f"{who}."
    if len(one.givers) == 1:
        return f"{who}, from {where}."
    if len(one.departments) == 1:
        return f"{who}: {len(one.givers)} people from {where}."
    return f"{who}: {len(one.givers)} people from {len(one.departments)} departments, {where}."


def _aloud(one: Report) -> str:
    """A sentence that can be said as it stands; the words are those of whoever thanked them last.

    What went above and beyond is said rather than anything else.
    """
    chosen = [story for story in one.said if story.thanks.above] or one.said
    giver, reason = chosen[-1].giver.name, _short(chosen[-1].thanks.reason).rstrip(".")
    # A reason that begins with "for" makes a sentence of its own; any other is quoted.
    if reason.casefold().startswith("for "):
        deed = f"{reason[0].lower()}{reason[1:]}"
        return f"“{one.person.name}, {giver} thanked you {deed}. I heard it, and I thank you, too.”"
    return f"“{one.person.name}, I read what {giver} wrote about you: ‘{reason}.’ Thank you from me, too.”"


def _unthanked(unthanked: Sequence[Member]) -> list[Piece]:
    if not unthanked:
        return []
    has = "has" if len(unthanked) == 1 else "have"
    words = (
        "{} " + f"{has} heard no thanks here for 60 days. That says little about the work: much of it shows "
        "only when it is missing. Perhaps you know of a good word that nobody wrote down. Only you read this."
    )
    return [heading("80", "It has been a while"), *_in_lines("81", words, unthanked)]


# The month, to executives


def _executive(told: ExecutiveDigest) -> list[Piece]:
    opening = [title("00", "The good words of the month"), *_reaches_back(told.period)]
    days = when(told.period)
    if not told.stories and not told.balance:
        idea = f"{_idea(told.period)} A word from you is heard far."
        words = f"From {days} there was no story to repeat here. {idea}"
        return [*opening, _line("02", words)]
    words = (
        f"From {days}: stories worth repeating, and how thanks went between the front office "
        "and the back office."
    )
    more = []
    if told.more:
        more = [_line("19", f"There were {told.more} more, which stand in the recognition channel.")]
    return [
        *opening,
        _line("02", words),
        *_stories("10", "Stories worth repeating", told.stories, short=False),
        *more,
        *_balance(told.balance),
        *_reach(told),
    ]


def _balance(balance: Sequence[Balance]) -> list[Piece]:
    if not balance:
        return []
    chart = _chart(
        "Front office and back office",
        [one.department for one in balance],
        {
            FRONT_TO_BACK: [one.given for one in balance],
            BACK_TO_FRONT: [one.received for one in balance],
        },
    )
    lines = [_bullet(f"32\x1f{at:03}", _said(in_balance(one))) for at, one in enumerate(balance)]
    return [
        heading("30", "From the front office to the back office, and back"),
        *lines,
        only_seen("33", chart),
    ]


def _reach(told: ExecutiveDigest) -> list[Piece]:
    lines = []
    if told.staff:
        people = "person" if told.staff == 1 else "people"
        lines.append(
            f"Of {told.staff} {people} in support and the back office, thanks reached {told.reached}."
        )
    if told.spread:
        lines.append(in_spread(told.spread))
    return (
        [heading("40", "How far thanks reached"), *(_flow(f"41{at}", one) for at, one in enumerate(lines))]
        if lines
        else []
    )


def in_balance(one: Balance) -> str:
    """One department of the front office: `Sales thanked Support 3 times, and was thanked by …`."""
    thanked = f"thanked {_counted(one.gave)}" if one.gave else "did not thank the back office here"
    got = f"was thanked by {_counted(one.got)}" if one.got else "was not thanked from there"
    return f"{one.department} {thanked}, and {got}."


def in_spread(spread: Spread) -> str:
    rest = spread.people - spread.half
    return (
        f"Of {spread.people} people who were thanked, {spread.half} share one half of the thanks, "
        f"and {rest} the other."
    )


# What they have in common


def _stories(place: str, name: str, stories: Sequence[Story], *, short: bool) -> list[Piece]:
    made = [heading(place, name)] if stories else []
    for one in stories:
        at = f"{place}\x1f{one.thanks.number:015}"
        who = (blocks.text(_some(one.recipients), bold=True), _said(f", thanked by {one.giver.name}"))
        made.append(said(f"{at}\x1f0", "line", *who))
        made += quoted(f"{at}\x1f1", _short(one.thanks.reason) if short else one.thanks.reason)
        made += _besides(f"{at}\x1f2", one)
        if one.thanks.post:
            made.append(said(f"{at}\x1f3", "flow", *_links(one.thanks.post, "")))
    return made


def _customers(place: str, stories: Sequence[Story]) -> list[Piece]:
    """What customers said, where it does not stand in a story already."""
    others = [one for one in stories if not one.thanks.above]
    made = [heading(place, "What customers said")] if others else []
    for one in others:
        at = f"{place}\x1f{one.thanks.number:015}"
        customer = one.thanks.customer or "A customer"
        made.append(_line(f"{at}\x1f0", f"{customer} about {_some(one.recipients)}:"))
        made += quoted(f"{at}\x1f1", one.thanks.customer_words)
    return made


def _besides(place: str, story: Story) -> list[Piece]:
    """What the customer said, what came of it, and who joined in."""
    thanks = story.thanks
    made = []
    if thanks.customer_words:
        made.append(_flow(f"{place}\x1f0", f"{thanks.customer or 'A customer'} said:"))
        made += quoted(f"{place}\x1f1", thanks.customer_words)
    elif thanks.customer:
        made.append(_flow(f"{place}\x1f0", f"The customer: {thanks.customer}"))
    if thanks.outcome:
        made.append(_flow(f"{place}\x1f2", "What came of it:"))
        made += quoted(f"{place}\x1f3", thanks.outcome)
    if story.joined:
        join = "joins" if len(story.joined) == 1 else "join"
        made.append(_flow(f"{place}\x1f4", f"{_some(story.joined)} {join} in."))
    return made


def _in_a_line(one: Story) -> tuple[Element, ...]:
    who = _some(one.recipients)
    joined = f" ({_some(one.joined)}, too)" if one.joined else ""
    return (
        blocks.text(who, bold=True),
        _said(f", by {one.giver.name}{joined}: {_short(one.thanks.reason)}"),
    )


def _links(post: str, about: str) -> list[Element]:
    found: list[Element] = []
    for url, words in ((post, "Read it in the channel"), (about, "See what it is about")):
        if url:
            found += [*([_said(" · ")] if found else []), {"type": "link", "url": url, "text": words}]
    return found


def _reaches_back(period: Period) -> list[Piece]:
    if period.missed is None:
        return []
    words = (
        f"No digest could be sent on {_day(period.missed, period)}, so this one reaches back to "
        f"{_day(period.since, period)}."
    )
    return [Piece("01", "note", words)]


def _chart(name: str, labels: Sequence[str], series: dict[str, list[int]]) -> Block:
    """Bars by department, in the order of their names; what does not fit is added up in the last one."""
    shown = list(labels)
    rows = {key: list(values) for key, values in series.items()}
    if len(shown) > BARS:
        rows = {key: [*values[: BARS - 1], sum(values[BARS - 1 :])] for key, values in rows.items()}
        shown = [*shown[: BARS - 1], "all others"]
    short = _distinct(shown)
    return {
        "type": "data_visualization",
        "title": name,
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": key,
                    "data": [
                        {"label": label, "value": value} for label, value in zip(short, values, strict=True)
                    ],
                }
                for key, values in rows.items()
            ],
            "axis_config": {"categories": short, "y_label": "Thanks"},
        },
    }


def _distinct(labels: Iterable[str]) -> list[str]:
    """No longer than a label may be, and no two alike."""
    found: list[str] = []
    for label in labels:
        cut, number = _short(label, LABEL), 2
        while cut in found:
            cut, number = f"{_short(label, LABEL - 4)} {number}", number + 1
        found.append(cut)
    return found


def _idea(period: Period) -> str:
    """Another one each week, and the same for whoever asks twice."""
    return IDEAS[period.until.toordinal() // 7 % len(IDEAS)]


def _counted(parts: Iterable[tuple[str, int]]) -> str:
    return listed(f"{name} {_times(number)}" for name, number in parts)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _in_lines(place: str, sentence: str, people: Sequence[Member]) -> list[Piece]:
    """A sentence about people, all of them by name: in bullets where they are too many for a sentence."""
    if len(people) <= NAMES:
        return [_line(place, sentence.format(listed(one.name for one in people)))]
    rows = [_bullet(f"{place}\x1f{_place_of(one)}", _said(one.name)) for one in people]
    return [_line(place, sentence.format("These people")), *rows]


def _in_flow(place: str, words: str) -> list[Piece]:
    return [_flow(place, words)]


def _some(people: Sequence[Member]) -> str:
    names = [one.name for one in people]
    return listed(names if len(names) <= NAMES else [*names[: NAMES - 1], f"{len(names) - NAMES + 1} more"])


def _place_of(person: Member) -> str:
    return f"{person.name.casefold()}\x1f{person.id}"


def _day(moment: datetime, period: Period) -> str:
    local = moment.astimezone(zone_of(period.timezone))
    return f"{local.day} {local:%B}"


def _short(words: str, most: int = SHORT) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1].rstrip()}…"


def _bold(person: Member) -> Element:
    return blocks.text(person.name, bold=True)


def _said(words: str) -> Element:
    return blocks.text(words)


def _line(place: str, words: str) -> Piece:
    return said(place, "line", _said(words))


def _flow(place: str, words: str) -> Piece:
    return said(place, "flow", _said(words))


def _bullet(place: str, *elements: Element) -> Piece:
    return said(place, "bullet", *elements)
