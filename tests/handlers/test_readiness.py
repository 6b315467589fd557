"""`/readyz` says in one sentence what people would notice next; `/healthz` when only a new start helps."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.messages import HomeOpened
from handlers.readiness import DEAD, DELIVERY, HEARTBEAT, LEAST_ROOM, POSTMAN, SILENT, STUCK, Pulse, Readiness
from storage.work import Store
from tests.docs.pages import code, page
from tests.town import MORNING

TEAM = "T0HOME"
NO_LINE = "Slack cannot be reached by Socket Mode: no proper answer"
SHOWN = [code(sentence) for sentence, *_ in page("docs/operations.md").tables["ready"]]


def is_on_the_page(sentence: str) -> bool:
    patterns = (re.escape(one).replace("…", ".+") for one in SHOWN)
    return any(re.fullmatch(pattern, sentence) for pattern in patterns)


@dataclass
class Patient:
    """Something to look at: what its database says and after how long, and what is left of its disk."""

    at: float = 0.0
    schema: str = ""
    takes: float = 0.0
    waits: bool = False
    room: int | None = None
    line: str = ""
    asked: list[float] = field(default_factory=list)

    async def _schema(self) -> str:
        self.at += self.takes
        if self.schema == "down":
            raise ConnectionError
        return self.schema

    async def _stuck(self, seconds: float) -> bool:
        self.asked.append(seconds)
        return self.waits

    def seen(self) -> tuple[Pulse, Readiness]:
        pulse = Pulse(lambda: self.at)
        return pulse, Readiness(
            pulse, self._schema, self._stuck, lambda: self.room, lambda: self.line, lambda: self.at
        )


@pytest.mark.parametrize(
    ("patient", "says"),
    [
        (Patient(), ""),
        (Patient(schema="run `goodword migrate`"), "run `goodword migrate`"),
        (Patient(schema="down"), "the database does not answer (ConnectionError)"),
        (Patient(takes=1.4), "the database is slow: it took 1.4 seconds to answer"),
        (Patient(takes=0.9), ""),
        (Patient(room=LEAST_ROOM - 1), "only 49 MB are left on the disk of the database"),
        (Patient(room=LEAST_ROOM), ""),
        (Patient(waits=True), ""),
        (Patient(line=NO_LINE), NO_LINE),
    ],
)
async def test_it_is_red_about_the_database_and_its_disk(patient: Patient, says: str) -> None:
    _, ready = patient.seen()
    assert await ready.missing() == says
    assert not says or says.startswith("run ") or is_on_the_page(says)
    assert ready.dead() == ""
    assert patient.asked == []


@pytest.mark.parametrize(
    ("silent", "says"),
    [
        (HEARTBEAT, "the heartbeat stopped {} seconds ago"),
        (POSTMAN, "nobody has looked for messages to deliver for {} seconds"),
    ],
)
async def test_who_never_rests_is_missed_soon_and_given_up_later(silent: str, says: str) -> None:
    patient = Patient()
    pulse, ready = patient.seen()
    for patient.at, red, dead in ((SILENT, "", ""), (SILENT + 1, says, ""), (DEAD + 1, says, says)):
        pulse.beat(HEARTBEAT if silent == POSTMAN else POSTMAN)
        assert (said := await ready.missing()) == red.format(f"{patient.at:.0f}")
        assert not said or is_on_the_page(said)
        assert ready.dead() == dead.format(f"{patient.at:.0f}")


async def test_a_message_that_nothing_holds_up_is_missed_unless_others_go_out() -> None:
    patient = Patient(waits=True)
    pulse, ready = patient.seen()
    patient.at = STUCK + 1
    for who in (HEARTBEAT, POSTMAN):
        pulse.beat(who)
    assert (said := await ready.missing()) == "a message could have been sent 10 minutes ago and was not"
    assert is_on_the_page(said)
    pulse.beat(DELIVERY)
    assert await ready.missing() == ""
    assert patient.asked == [STUCK]


async def test_only_what_could_be_sent_counts_as_stuck(database_url: str) -> None:
    store = Store(database_url, pace=timedelta(seconds=1))
    for to in ("U1", "U1", "U2"):
        await store.transact(TEAM, lambda work, to=to: work.outbox.put(to, HomeOpened(to), MORNING))  # type: ignore[misc]
    later = MORNING + timedelta(minutes=15)
    assert not await store.stuck(MORNING - timedelta(seconds=1), [TEAM])
    assert not await store.stuck(later, ["T0OTHER"])
    assert await store.stuck(later, [TEAM])
    for letter in await store.claim(later, 10):  # Slack puts both off, and the third waits
        await store.later(letter, later + timedelta(minutes=5), "ratelimited", unsure=False)
    assert not await store.stuck(later, [TEAM])
    assert await store.stuck(later + timedelta(minutes=6), [TEAM])
    assert (store.room() is None) == database_url.startswith("postgresql")
    await store.close()
