"""What an escalation is: what the reporter wrote, and what others may see of it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import Refusal
from bot.rules.lifecycle import FINAL, State

LONGEST_ANSWER = 2500  # characters in one answer of the form
LONGEST_REPORT = 5000  # in all answers: with what is handed on and a note, they have to fit into one message


@dataclass(frozen=True, slots=True)
class Report:
    """The reporter's own words, one answer to each question of the form."""

    happened: str = field(repr=False)
    customer: str = field(default="", repr=False)
    promised: str = field(default="", repr=False)
    tried: str = field(default="", repr=False)
    would_help: str = field(default="", repr=False)
    link: str = field(default="", repr=False)

    @property
    def length(self) -> int:
        """Characters in all answers."""
        answers = (self.happened, self.customer, self.promised, self.tried, self.would_help)
        return sum(len(one) for one in answers)

    def checked(self) -> "Report":
        if not self.happened.strip():
            raise Refusal("What happened? A sentence or two is enough.", "happened")
        if self.length > LONGEST_REPORT:
            raise Refusal(
                f"All answers together are {self.length:,} characters; please keep them under "
                f"{LONGEST_REPORT:,}, so that they can be read in one message.",
                "happened",
            )
        return self


@dataclass(frozen=True, slots=True)
class Escalation:
    """One escalation as it stands. Its words are None once they were erased.

    So they are while it is `sealed`: nobody can read them with the keys at hand.
    """

    number: int
    reporter: str
    subject: str
    is_team: bool
    state: State
    holder: str
    first: str
    second: str | None
    named: bool
    report: Report | None = field(repr=False)
    handed_on: str | None = field(repr=False)
    note: str | None = field(repr=False)
    opened_at: datetime
    moved_at: datetime
    closed_at: datetime | None
    stage: int = 0
    due_at: datetime | None = None
    sealed: bool = False

    @property
    def one_hop(self) -> bool:
        return self.second is None

    @property
    def closed(self) -> bool:
        return self.state in FINAL

    @property
    def at_first(self) -> bool:
        """Whether it is still on the side of the reporter's manager."""
        return self.state in {State.WITH_MANAGER, State.RETURNED} or (self.closed and self.handed_on is None)
