"""What people do in a soak, and what of it must be seen afterwards: once, and by the right people."""

import asyncio
import itertools
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from handlers.playground import PretendSlack
from handlers.playground.shown import open_view
from handlers.playground.world import Post, View

PEOPLE = ("ada", "abe", "greta", "mo", "dina", "eve")
REPORTERS, MANAGER, SUBJECT, SERVICE = ("ada", "abe", "greta"), "mo", "ben", "ruth"
NEWEST = 40  # posts among which somebody looks for a button
DEED, CASE, WORD = "deed", "case", "word"  # a thanks, a complaint, and how the manager words it
MARK = len(f"{DEED}-0000000")


@dataclass
class Crowd:
    """People who act at random; `acknowledged` by kind of mark, each shown as done to whoever did it.

    Between two thanks there are `apart` seconds, and who would thank before looks at their own: a channel
    takes one message a second, and what half an hour leaves behind is to be said in minutes.
    """

    slack: PretendSlack
    chance: random.Random
    acts: int = 0
    refused: int = 0
    apart: float = 0.0
    acknowledged: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _busy: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _pressed: set[str] = field(default_factory=set)
    _next_thanks: float = 0.0

    async def act(self) -> None:
        """Somebody does something, as often as people do it."""
        acts: tuple[tuple[Callable[[], Awaitable[None]], int], ...] = (
            (self.thank, 34),
            (self.talk, 24),
            (self.mention, 10),
            (self.react, 9),
            (self.open_home, 9),
            (self.join, 4),
            (self.click, 4),
            (self.escalate, 2),
            (self.take_further, 2),
            (self.read, 2),
        )
        what = self.chance.choices([what for what, _ in acts], [often for _, often in acts])[0]
        if what in {self.thank, self.react}:
            now = time.monotonic()
            if now < self._next_thanks:
                what = self.look_up
            else:
                self._next_thanks = now + self.apart
        await what()
        self.acts += 1

    async def thank(self) -> None:
        mark = self._mark(DEED)
        done = await self.slack.types(self._somebody(), "general", f"/kudos @{SUBJECT} for the good {mark}")
        self._done(mark, well=done.ok and "Your thanks to Ben" in str(done.answer))

    async def look_up(self) -> None:
        await self.slack.types(self._somebody(), "general", "/kudos mine")

    async def talk(self) -> None:
        await self.slack.says(self._somebody(), "general", "the lift is out of order again, take the stairs")

    async def mention(self) -> None:
        await self.slack.says(self._somebody(), "general", "@cy could you look at row twelve of the sheet?")

    async def react(self) -> None:
        mark = self._mark(DEED)
        said = await self.slack.says(SUBJECT, "general", f"done, see the good {mark}")
        assert said.ts
        await self.slack.reacts(self._somebody(), "general", said.ts, "kudos")
        self._done(mark, well=True)  # Slack repeats what was not taken

    async def open_home(self) -> None:
        await self.slack.opens_home(self._somebody())

    async def join(self) -> None:
        if post := self._in_kudos():
            await self.slack.reacts(self._somebody(), "kudos", post.ts, "raised_hands")

    async def click(self) -> None:
        if post := self._in_kudos():
            await self.slack.clicks(self._somebody(), post.ts, "kudos_join")

    async def escalate(self) -> None:
        """A complaint through the form; who has one open fills in no other."""
        who = self.chance.choice(REPORTERS)
        async with self._busy[who]:
            mark = self._mark(CASE)
            await self.slack.types(who, "general", "/escalate")
            if form := self._form(who, "escalation_form"):
                about = self.slack.person(SUBJECT).id
                await self.slack.clicks(who, form.id, "escalation_subject", value=about, block_id="subject")
                said = {"happened": {"happened": f"The contract {mark} was due on Monday and is not there."}}
                await self.slack.submits(who, form.id, said)
            self._done(mark, well="Mo has it now." in self._read(who))
            await self._close(who)

    async def take_further(self) -> None:
        async with self._busy[MANAGER]:
            mark = self._mark(WORD)
            post = self._on_desk(MANAGER, "escalation_take_further")
            if post is None:
                return
            await self.slack.clicks(MANAGER, post.ts, "escalation_take_further")
            if form := self._form(MANAGER, "escalation_note"):
                words = {"words": {"words": f"We need the contract of {mark} by Friday."}}
                done = await self.slack.submits(MANAGER, form.id, words)
                self._done(mark, well=done.ok and not self._form(MANAGER, "escalation_note"))
            await self._close(MANAGER)

    async def read(self) -> None:
        if post := self._on_desk(SERVICE, "escalation_acknowledge"):
            await self.slack.clicks(SERVICE, post.ts, "escalation_acknowledge")

    def outcome(self) -> tuple[set[str], set[str], set[str]]:
        """Marks that were lost, marks that were doubled, and who saw a complaint not theirs."""
        posts = (post.plain for post in self.slack.shown("eve").channels["kudos"])
        thanks = (post for post in posts if " thanks @" in post.partition("\n")[0])  # digests tell them again
        seen = [
            (DEED, _marked(DEED, thanks)),
            *(
                (kind, _marked(kind, (one.plain for one in self.slack.shown(who).dms)))
                for kind, who in ((DEED, SUBJECT), (CASE, MANAGER), (WORD, SERVICE))
            ),
        ]
        lost = set().union(*(self.acknowledged[kind] - found.keys() for kind, found in seen))
        doubled = {mark for _, found in seen for mark, times in found.items() if times > 1}
        strangers = {one.handle for one in self.slack.company.people} - {*REPORTERS, MANAGER, SERVICE}
        secrets = [f"{kind}-0" for kind in (CASE, WORD)]
        told = {who for who in strangers if any(part in str(self.slack.shown(who)) for part in secrets)}
        return lost, doubled, told

    def _somebody(self) -> str:
        return self.chance.choice(PEOPLE)

    def _mark(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers):07d}"

    def _done(self, mark: str, *, well: bool) -> None:
        if well:
            self.acknowledged[mark.partition("-")[0]].add(mark)
        else:
            self.refused += 1

    # Looked up in the pretend Slack's own rows, for all that a person sees is long after half an hour.

    def _form(self, who: str, name: str) -> View | None:
        stack = self.slack.world.stacks.get(self.slack.person(who).id, ())
        return next((view for view in reversed(stack) if view.given["callback_id"] == name), None)

    def _read(self, who: str) -> str:
        stack = self.slack.world.stacks.get(self.slack.person(who).id, ())
        return "\n".join(open_view(view, self.slack.world).plain for view in stack)

    async def _close(self, who: str) -> None:
        stack = self.slack.world.stacks.get(self.slack.person(who).id)
        if stack:
            await self.slack.closes(who, stack[-1].id, everything=True)

    def _in_kudos(self) -> Post | None:
        channel = self.slack.world.named("kudos")
        assert channel
        return next(_with_button(channel.posts, "kudos_join"), None)

    def _on_desk(self, who: str, button: str) -> Post | None:
        """A message with a button that was not pressed before; it stays there until it is redrawn."""
        company = self.slack.company
        desk = self.slack.world.im(self.slack.person(who).id, company.bot_user)
        found = (post for post in _with_button(desk.posts, button) if post.ts not in self._pressed)
        post = next(found, None)
        if post:
            self._pressed.add(post.ts)
        return post


def _with_button(posts: dict[str, Post], name: str) -> Iterator[Post]:
    newest = itertools.islice((posts[ts] for ts in reversed(posts)), NEWEST)
    return (post for post in newest if not post.deleted and name in json.dumps(post.blocks))


def _marked(kind: str, said: Iterable[str]) -> Counter[str]:
    return Counter(words[words.index(f"{kind}-") :][:MARK] for words in said if f"{kind}-" in words)
