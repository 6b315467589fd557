"""The postman: claim → render → send → mark, so that what was promised is said exactly once.

A claim holds for the length of a lease. When a lease ran out, or an answer never came, nobody knows
whether the message stands in Slack: it is looked for by its key before it is sent again.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot import logs
from bot.ports import Clock, Letter, PostOffice, Sent, Transact
from handlers import slack
from handlers.errors import OnceTold
from handlers.letters.acts import Act, Mail, Remove, Stuck, Unsay
from handlers.letters.compose import compose, held_back
from handlers.mail import Mailer
from handlers.verdicts import Done, Failed
from handlers.web import Clients

log = logging.getLogger("goodword.delivery")

AT_ONCE = 150  # messages of a workspace under way at the same time, each to another destination
MOST = 400  # of all workspaces
# Between two looks for more, so that each finds several: seconds, and by how much longer than a look took.
APART, REST, LONGEST_REST = 0.02, 5, 0.05
# After a look that found less than a few: a part of the time after which a destination may be written to
# again, for by then more of them will be free.
FEW, SHARE_OF_PACE = 10, 0.2
GIVE_UP = timedelta(hours=24)  # of trying; then a person is asked to look, and nothing is lost
LEAST_TRIES = 10  # since a person last released it
LONGEST_PAUSE = 300  # seconds
SETTLE = timedelta(seconds=60)  # until a call without an answer has surely ended at Slack's side
LAST_WORDS = 4.0  # seconds that messages under way may take when we stop

Told = Callable[[str, str], None]
"""Told how each attempt ended: the kind of message, and `sent`, `found`, `dropped`, `later …`, `parked …`."""


class Postman:
    def __init__(
        self,
        post: PostOffice,
        transact: Transact,
        clients_of: Callable[[str], Clients | None],
        now: Clock,
        told: Told,
        pace: timedelta,
        served: Callable[[], Collection[str]],
        lease: timedelta,
        mailer: Mailer | None = None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        # All of an attempt, look-ups included, ends before the letter may pass to another sender.
        self._within = lease.total_seconds() * 0.8
        self._served = served
        self._pace = pace
        self._post = post
        self._transact = transact
        self._clients_of = clients_of
        self._now = now
        self._told = told
        self._mailer = mailer or Mailer(None)
        self._alive = alive
        self._wake = asyncio.Event()
        self._stopping = False
        self._claiming = OnceTold(log, "no messages can be claimed", "messages can be claimed again")
        self._delivering = OnceTold(log, "trouble with messages", "messages are delivered again")
        self._under_way: dict[asyncio.Task[None], Letter] = {}
        self._quiet: dict[str, datetime] = {}  # workspace → until when Slack asked for silence

    def wake(self) -> None:
        """There may be something to deliver: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop` is called; trouble with the database is waited out."""
        while not self._stopping:
            self._wake.clear()
            self._alive()
            began = ended = asyncio.get_running_loop().time()
            found = 0
            try:
                found = await self._round()
                ended = asyncio.get_running_loop().time()
                self._claiming.well()
            except Exception as error:  # noqa: BLE001 - the postman must outlive any single trouble
                self._claiming.met(error)
            if not found and not self._stopping:
                await self._wake.wait()
            if not self._stopping:
                rest = min((ended - began) * REST, LONGEST_REST)
                if found < FEW:
                    rest = max(rest, self._pace.total_seconds() * SHARE_OF_PACE)
                again = max(began + APART, ended + rest)
                await asyncio.sleep(again - asyncio.get_running_loop().time())
        await self._last_words()

    async def stop(self) -> None:
        """Let messages under way be finished, claim no more; what is cut off is found by its key later."""
        self._stopping = True
        self.wake()

    async def _last_words(self) -> None:
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=LAST_WORDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _round(self) -> int:
        """Claim what can be sent now and start sending it; how many messages that were."""
        taken = Counter(letter.workspace for letter in self._under_way.values())
        # A slow workspace does not take up the others' places.
        free = {one: AT_ONCE - taken[one] for one in self._served() if taken[one] < AT_ONCE}
        room = min(MOST - len(self._under_way), max(free.values(), default=0))
        if room <= 0:
            return 0
        # After a jump of the clock a lease can run out while its call is under way: that call decides.
        busy = {letter.id for letter in self._under_way.values()}
        claimed = await self._post.claim(self._now(), room, workspaces=[*free], besides=busy)
        for letter in claimed:
            task = asyncio.create_task(self._deliver(letter))
            self._under_way[task] = letter
            task.add_done_callback(self._finished)
        return len(claimed)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task)
        self.wake()
        asyncio.get_running_loop().call_later(self._pace.total_seconds(), self.wake)

    async def _deliver(self, letter: Letter) -> None:
        logs.begin(letter.request)
        try:
            async with asyncio.timeout(self._within):
                await self._attempt(letter)
            self._delivering.well()
        except Exception as error:  # noqa: BLE001 - one letter's trouble is not the others'
            self._delivering.met(error)
            with contextlib.suppress(Exception):  # if even that fails, the lease brings it back
                await self._mark(letter, Failed("unexpected trouble, see the log", unsure=True))

    async def _attempt(self, letter: Letter) -> None:
        until = self._quiet.get(letter.workspace)
        if until and until > self._now():
            await self._post.later(letter, until, "ratelimited", unsure=letter.unsure)
            return
        clients = self._clients_of(letter.workspace)
        if clients is None:  # it was removed there just now, and this waits until it comes back
            await self._post.later(letter, self._now(), "app_uninstalled", unsure=letter.unsure)
            return
        act = await compose(self._transact, letter, self._now())
        if letter.unsure and act and not await self._needs_sending(clients, letter, act):
            return
        if act is None or isinstance(act, Unsay):
            await self._post.drop(letter, self._now())
            self._tell(letter, "dropped")
            return
        ended = await self._perform(clients, letter, act)
        if isinstance(ended, Failed) and ended.reason == slack.OTHERS_READ:
            done = await held_back(self._transact, letter, self._now())
            ended = Done(None) if done else ended
        await self._mark(letter, ended)

    async def _perform(self, clients: Clients, letter: Letter, act: Act) -> Done | Failed:
        if isinstance(act, Mail):
            return await self._mailer.send(letter, act)
        if isinstance(act, Stuck):
            return Failed(act.reason, unsure=letter.unsure, for_good=act.for_good)
        return await slack.perform(clients, letter, act)

    async def _needs_sending(self, clients: Clients, letter: Letter, act: Act) -> bool:
        """Whether an uncertain letter is certainly not in Slack; otherwise it is dealt with here."""
        found = await slack.find(clients, letter, act)
        if found is None:
            return True
        if isinstance(found, Sent) and isinstance(act, Unsay):
            gone = await slack.perform(clients, letter, Remove(found))
            if isinstance(gone, Done):
                return True  # now it certainly is not there
            found = replace(gone, unsure=True)
        if isinstance(found, Failed):
            await self._mark(letter, found)
        else:
            await self._post.sent(letter, found, self._now())
            self._tell(letter, "found")
        return False

    async def _mark(self, letter: Letter, ended: Done | Failed) -> None:
        now = self._now()
        if isinstance(ended, Done):
            await self._post.sent(letter, ended.where, now)
            self._tell(letter, "sent")
        elif ended.for_good or (letter.attempts > LEAST_TRIES and now - letter.first_tried_at > GIVE_UP):
            await self._post.park(letter, ended.reason, now, unsure=ended.unsure)
            self._tell(letter, f"parked {ended.reason}")
        else:
            at = now + _pause(letter, ended)
            if ended.after is not None:
                self._quiet[letter.workspace] = at
            await self._post.later(letter, at, ended.reason, unsure=ended.unsure)
            self._tell(letter, f"later {ended.reason}")

    def _tell(self, letter: Letter, how: str) -> None:
        kind = type(letter.message).__name__
        log.info("%s %s: %s", kind, letter.key, how)
        self._told(kind, how)


def _pause(letter: Letter, ended: Failed) -> timedelta:
    """How long to wait: as Slack wishes, otherwise twice as long each time, up to five minutes."""
    if ended.after is not None:
        return timedelta(seconds=ended.after)
    grown = timedelta(seconds=min(2 ** min(letter.attempts - 1, 10), LONGEST_PAUSE))
    return max(grown, SETTLE) if ended.unsure else grown
