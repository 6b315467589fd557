"""Read the whole directory: people, groups and profiles from Slack, then SCIM where it is configured."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import people
from bot.errors import Refusal
from bot.ports import Changes, Transact
from bot.rules.people import listed
from bot.rules.sources import Colleague
from handlers.directory.slack import Alive, Directory


@dataclass(frozen=True, slots=True)
class Read:
    """What was read; `profiles` is False where Slack did not let us, `scim` None where there is none."""

    people: int
    groups: int
    profiles: bool
    scim: Changes | None
    unfit: str | None = None  # why nothing can be brought to the channel that stands in

    @property
    def sentence(self) -> str:
        parts = [
            f"{self.people:,} people",
            "one user group" if self.groups == 1 else f"{self.groups:,} user groups",
        ]
        if self.profiles:
            parts.append("their profiles")
        if self.scim:
            parts.append(f"{self.scim.total:,} places in the org chart from SCIM")
        lacking = (
            ""
            if self.profiles
            else (
                " The field Manager could not be read: the app lacks users.profile:read;"
                " update it from `goodword manifest` and reinstall."
            )
        )
        return f"Read {listed(parts)}.{lacking}"


class Colleagues(Protocol):
    """A service that knows who reports to whom, such as `handlers.directory.scim.Scim`."""

    async def colleagues(self) -> list[Colleague]: ...


async def read_everything(
    workspace: str, directory: Directory, scim: Colleagues | None, transact: Transact, alive: Alive
) -> Read:
    """Read it all; `alive` is called now and then, for in a large company this takes hours."""
    with _slack_may_fail():
        met = await directory.sync(workspace)
        await alive()
        profiles = await directory.read_profiles(workspace, met.titles, alive)
    changes = None
    if scim:
        colleagues: Sequence[Colleague] = await scim.colleagues()
        changes = await transact(workspace, partial(people.scim_says, colleagues=colleagues))
        await transact(workspace, people.seat)
    return Read(met.people, met.groups, profiles, changes, await directory.read_stand_in(workspace))


@contextmanager
def _slack_may_fail() -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        said = error.response.get("error") or f"HTTP {error.response.status_code}"
        raise Refusal(f"Slack's directory cannot be read: Slack says {said}.") from None
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        raise Refusal(f"Slack's directory cannot be read: {type(error).__name__}.") from None
