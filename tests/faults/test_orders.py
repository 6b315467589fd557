"""Joining in, thanking by emoji, undoing, editing, deleting: in any order, told late, twice or crosswise.

Whatever happened, in the end ledger, posts, inboxes and `verify` agree with each other and with what stands
in Slack. A few stories in every test run; `make faults` sets GOODWORD_ORDERS to many.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot import kudos
from bot.ports import Work
from bot.rules.recognition import Kudos
from handlers.playground import Interaction, Message
from tests.town import Town, town, words

ORDERS = int(os.environ.get("GOODWORD_ORDERS", "12"))
HANDS, THANKS = "raised_hands", "kudos"
JOINERS, MARKERS = ("cy", "dina"), ("ada", "abe")

STEPS = st.one_of(
    st.tuples(st.just("second"), st.sampled_from(JOINERS)),
    st.tuples(st.just("press"), st.sampled_from(JOINERS)),
    st.tuples(st.just("mark"), st.sampled_from(MARKERS)),
    *[st.tuples(st.just("edit"), st.just("ben"))] * 3,
    st.tuples(st.just("undo"), st.just("ada")),
    st.tuples(st.just("wait"), st.just("")),
)


@dataclass
class Story:
    """One message of Ben's that Abe thanks for, one kudos of Ada's to him, and what was told of it late."""

    town: Town
    message: str
    post: Message
    late: list[Interaction] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    marked: set[str] = field(default_factory=set)
    text: str = ""

    async def step(self, what: str, who: str, *, late: bool) -> None:
        slack = self.town.slack
        if what in {"undo", "wait", "press"}:
            await self._at_once(what, who)
        else:
            if late:
                slack.outgoing.pause()
            told = await self._event(what, who)
            if late:
                await slack.quiet()
                slack.outgoing.resume()
            if told and told.deliveries:
                self.late.append(told)
        self.done[what] += 1

    async def _at_once(self, what: str, who: str) -> None:
        slack = self.town.slack
        if what == "undo":
            await self.town.types(who, "/kudos undo")
        elif what == "wait":
            slack.clock.forward(timedelta(minutes=16))
        elif self._stands():
            await slack.clicks(who, self.post, "kudos_join")
            self.pressed.add(who)

    async def _event(self, what: str, who: str) -> Interaction | None:
        slack = self.town.slack
        alive = slack.world.post(self.message, slack.room("general").id) is not None
        if what == "second" and self._stands():
            on = self.town.id(who) in self._reactions(self.post.ts, "kudos", HANDS)
            act = slack.unreacts if on else slack.reacts
            return await act(who, "kudos", self.post.ts, HANDS)
        if what == "mark" and alive:
            on = self.town.id(who) in self._reactions(self.message, "general", THANKS)
            act = slack.unreacts if on else slack.reacts
            return await act(who, "general", self.message, THANKS)
        if what == "edit" and alive:
            self.text = f"{self.text} and more"
            return await slack.edits(who, "general", self.message, self.text)
        if what == "delete" and alive:
            return await slack.deletes(who, "general", self.message)
        return None

    def _stands(self) -> bool:
        return any(post.ts == self.post.ts for post in self.town.channel("kudos"))

    def _reactions(self, ts: str, channel: str, name: str) -> list[str]:
        post = self.town.slack.world.post(ts, self.town.slack.room(channel).id)
        return post.reactions.get(name, []) if post else []

    def joiners(self) -> set[str]:
        named = {self.town.id(who) for who in self.pressed}
        return named | set(self._reactions(self.post.ts, "kudos", HANDS))

    def markers(self) -> set[str]:
        return set(self._reactions(self.message, "general", THANKS))


@pytest.fixture
async def place(database_url: str) -> AsyncIterator[Town]:
    async with town(database_url) as built:
        await built.set("kudos_per_day", "off")
        yield built


numbers = iter(range(1_000_000))


@settings(
    max_examples=ORDERS,
    deadline=None,
    derandomize=ORDERS < 100,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    steps=st.lists(st.tuples(STEPS, st.booleans()), min_size=3, max_size=12),
    gone=st.one_of(st.none(), st.none(), st.integers(0, 11)),
    seed=st.integers(0, 2**32 - 1),
)
async def test_in_the_end_everything_agrees(
    place: Town, steps: list[tuple[tuple[str, str], bool]], gone: int | None, seed: int
) -> None:
    chance = Random(seed)  # its own, for how often it is asked hangs on what happens
    story = await _begun(place)
    if gone is not None:
        steps.insert(gone, (("delete", "ben"), chance.random() < 0.5))
    for (what, who), late in steps:
        await story.step(what, who, late=late)
        if chance.random() < 0.3:
            await place.settled()
    told = [*story.late, *chance.sample(story.late, len(story.late) // 2)]
    chance.shuffle(told)
    for one in told:
        await place.slack.redeliver(one)
    await place.slack.quiet()
    await place.settled()
    await _agrees(place, story)


async def _begun(place: Town) -> Story:
    number = next(numbers)
    text = f"The invoice number {number} is out"
    said = await place.slack.says("ben", "general", text)
    assert said.ts
    await place.slack.reacts("abe", "general", said.ts, THANKS)
    await place.settled()
    before = {post.ts for post in _kudos(place)}
    await place.types("ada", f"/kudos @ben for the long night number {number}")
    await place.settled()
    (post,) = [one for one in _kudos(place) if one.ts not in before]
    return Story(place, said.ts, post, text=text)


async def _agrees(place: Town, story: Story) -> None:
    workspace = place.bot.me.workspace
    assert await place.bot.store.transact(workspace, kudos.verify) == []
    standing = await place.bot.store.transact(workspace, _standing(place.id("ben")))
    posts = {_first(words(post)): post for post in _kudos(place)}
    expected = [f"{one.giver.name} thanks @Ben\n{one.reason}" for one in standing]
    assert sorted(_first(words(post)) for post in _kudos(place)) == sorted(expected)
    private = [_first(word.plain.replace("thanks you:", "thanks @Ben")) for word in place.dms("ben")]
    assert sorted(private) == sorted(expected)
    for one in standing:
        post = posts[f"{one.giver.name} thanks @Ben\n{one.reason}"]
        joining = [line for line in post.plain.split("\n") if line.endswith(("join in.", "joins in."))]
        assert {name for name in ("Cy", "Dina") if any(name in line for line in joining)} == {
            person.name for person in one.joined
        }
        if post.ts == story.post.ts:
            assert {person.id for person in one.joined} == story.joiners()
    of_message = [one for one in standing if one.besides.about and one.besides.about.ts == story.message]
    if not story.done["undo"] and not story.done["wait"]:
        assert {one.giver.id for one in of_message} == story.markers()
    if story.done["delete"]:
        assert of_message == []
    assert all(one.reason == story.text for one in of_message)


def _kudos(place: Town) -> list[Message]:
    """What stands in the channel but for digests, whose Friday comes after some hundred orders."""
    return [
        post for post in place.channel("kudos") if not post.plain.startswith("The good words of the week")
    ]


def _first(shown: str) -> str:
    """Who thanks whom for what, without the link and who joins in."""
    return "\n".join(shown.split("\n")[:2])


def _standing(person: str) -> Callable[[Work], list[Kudos]]:
    def read(work: Work) -> list[Kudos]:
        return work.kudos.received_by(person, 10_000)

    return read
