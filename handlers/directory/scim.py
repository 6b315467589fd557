"""The users of a SCIM 2.0 server (RFC 7643, RFC 7644), page by page, with their managers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from scim2_models import URN, EnterpriseUser, MultiValuedComplexAttribute, Resource, ScimPolicy

from bot.errors import Refusal
from bot.rules.sources import Colleague

log = logging.getLogger("goodword.directory")

COUNT = 200  # users asked for at once; servers may give fewer, or as many as they like
TIMEOUT = httpx.Timeout(30, connect=10)  # seconds
TRIES = 5  # of each page
LONGEST_WAIT = 120  # seconds between two tries; a server that asks for more is left alone for now
AGAIN = frozenset({429, 500, 502, 503, 504})
TOLERANT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)

Sleep = Callable[[float], Awaitable[None]]


class Address(MultiValuedComplexAttribute):
    """Any text, for a company's own domains need not be the world's."""

    value: str | None = None
    primary: bool | None = None


class Employee(Resource[EnterpriseUser]):
    """A User as far as Goodword reads it; whatever else a server says of somebody may be as it likes."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: str | None = None
    active: bool | None = None
    title: str | None = None
    emails: list[Address] | None = None


class Page(BaseModel):
    """A ListResponse, its users still unread: one that is unreadable is not to hide the others."""

    total: int = Field(validation_alias=AliasChoices("totalResults", "totalresults"), ge=0)
    users: list[dict[str, Any]] = Field(
        default=[], validation_alias=AliasChoices("Resources", "resources"), max_length=1_000_000
    )


@dataclass(frozen=True, slots=True)
class _Wait:
    """No answer yet: why, and how long the server wants to be left alone, if it says so."""

    reason: str
    seconds: float | None = None


class Scim:
    """`sleep` is how to wait between tries; tests do not."""

    def __init__(self, url: str, token: str, sleep: Sleep = asyncio.sleep) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._sleep = sleep

    async def colleagues(self) -> list[Colleague]:
        """Give every user whose e-mail is known, inactive ones too; all of them, or a refusal."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/scim+json, application/json",
        }
        found: dict[str, Colleague | None] = {}
        async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT) as client:
            while True:
                page = await self._page(client, start=len(found) + 1)
                new = {id: one for id, one in map(_read, page.users) if id not in found}
                found |= new
                if not new or len(found) >= page.total:
                    break
        if len(found) < page.total:
            raise Refusal(
                f"{self._who} speaks of {page.total} users and gave {len(found)}: nothing was changed."
            )
        return self._usable(found.values())

    def _usable(self, found: Iterable[Colleague | None]) -> list[Colleague]:
        colleagues = [one for one in found if one]
        unusable = len([*found]) - len(colleagues)
        if not colleagues:
            raise Refusal(f"{self._who} gave no user with an e-mail: nothing was changed.")
        if unusable:
            log.warning("SCIM gave %d users without an e-mail, or that cannot be read", unusable)
        return colleagues

    async def _page(self, client: httpx.AsyncClient, start: int) -> Page:
        for attempt in range(1, TRIES + 1):
            answer = await self._ask(client, start)
            if isinstance(answer, Page):
                return answer
            pause = 2.0**attempt if answer.seconds is None else answer.seconds
            if attempt == TRIES or pause > LONGEST_WAIT:
                raise Refusal(f"{self._who} {answer.reason}: nothing was changed.")
            await self._sleep(pause)
        raise AssertionError("unreachable")

    async def _ask(self, client: httpx.AsyncClient, start: int) -> Page | _Wait:
        try:
            answer = await client.get(f"{self._url}/Users", params={"startIndex": start, "count": COUNT})
        except httpx.TimeoutException:
            return _Wait("does not answer in time")
        except httpx.TransportError as error:
            return _Wait(f"cannot be reached ({type(error).__name__})")
        if answer.status_code in AGAIN:
            return _Wait(f"answered {answer.status_code}", _retry_after(answer.headers))
        return self._understood(answer)

    def _understood(self, answer: httpx.Response) -> Page:
        match answer.status_code:
            case HTTPStatus.OK:
                try:
                    return Page.model_validate_json(answer.content)
                except ValidationError:
                    raise Refusal(
                        f"{self._who} does not answer as SCIM 2.0 does: is the address right?"
                    ) from None
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                raise Refusal(f"{self._who} does not accept GOODWORD_SCIM_TOKEN: give it a valid one.")
            case other:
                raise Refusal(f"{self._who} answered {other}: is the address right?")

    @property
    def _who(self) -> str:
        """The server without what may be secret in its address."""
        return f"The SCIM server at {httpx.URL(self._url).host} (GOODWORD_SCIM_URL)"


def _read(raw: Mapping[str, Any]) -> tuple[str, Colleague | None]:
    """Give a user's id, and the user where they can be read and have an e-mail."""
    id = str(raw.get("id", ""))
    try:
        user = Employee.model_validate(raw, scim_policy=TOLERANT)
    except ValidationError:
        return id, None
    email = _email(user)
    if not email:
        return id, None
    more = user[EnterpriseUser] or EnterpriseUser()
    colleague = Colleague(
        id=id,
        email=email,
        active=user.active is not False,
        manager=_manager(more),
        department=(more.department or "").strip(),
        title=(user.title or "").strip(),
    )
    return id, colleague


def _email(user: Employee) -> str:
    addresses = [address for address in user.emails or () if address.value]
    first = sorted(addresses, key=lambda address: not address.primary)[:1]
    value = (first[0].value if first else user.user_name) or ""
    return value.strip().lower() if "@" in value else ""


def _manager(more: EnterpriseUser) -> str:
    """The manager's id, which some servers give only as the last part of a reference."""
    if not more.manager:
        return ""
    return more.manager.value or str(more.manager.ref or "").rstrip("/").rpartition("/")[2]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
