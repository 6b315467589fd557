"""Mail by SMTP, where the environment names a server: what the chat tells, for who lives in mail.

Mail is told at least once. If a line breaks after the words were handed over, nobody knows whether the
server took them; they are sent again under the same Message-ID, by which mail programs see that it is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from bot.errors import Refusal
from bot.ports import Letter
from handlers.letters.acts import Mail
from handlers.verdicts import Done, Failed

TIMEOUT = 10  # seconds; well below the lease of a message
PORTS = {"smtp": 587, "smtps": 465}
# SMTP's replies (RFC 5321): 4xx may pass another time, 5xx stays as it is.
FOR_GOOD = range(500, 600)
SHAPE = "GOODWORD_SMTP_URL is smtp://user:password@host:587?from=goodword@example.com, or smtps://…"


HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class _OpenLine(Exception):  # noqa: N818 - a verdict on its way up
    """There is a password to be said, and anybody could hear it."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to and as whom. `tls` from the beginning; otherwise by STARTTLS, if the server offers it."""

    host: str
    port: int
    sender: str
    tls: bool = False
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def read(url: str) -> Server | None:
    """Read GOODWORD_SMTP_URL; None where it is empty, a Refusal that shows no password where it is wrong."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Refusal(f"{SHAPE}.") from None
    sender = _sender(parts)
    if parts.scheme not in PORTS or not parts.hostname or "@" not in sender:
        raise Refusal(f"{SHAPE}.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and not password:
        raise Refusal(f"GOODWORD_SMTP_URL names a user and no password: {SHAPE}.")
    return Server(parts.hostname, port, sender, parts.scheme == "smtps", user, password)


def _sender(parts: SplitResult) -> str:
    given = parse_qs(parts.query).get("from", [""])[0]
    return given or unquote(parts.username or "")


class Mailer:
    """Sends one mail at a time over a line of its own; there are a few a week."""

    def __init__(self, server: Server | None) -> None:
        self._server = server

    async def send(self, letter: Letter, mail: Mail) -> Done | Failed:
        """Hand it over, and say how it ended; never raises for anything the server or the network does."""
        if self._server is None:
            return Failed("GOODWORD_SMTP_URL is not set", unsure=False, for_good=True)
        try:
            await self._hand_over(self._server, _made(self._server, letter, mail))
        except (_OpenLine, SMTPException, OSError, ValueError) as error:
            return _judged(error)
        return Done(None)

    async def _hand_over(self, server: Server, message: EmailMessage) -> None:
        how: Mapping[str, Any] = {"use_tls": True} if server.tls else {"start_tls": None}
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=TIMEOUT,
            local_hostname="goodword",
            **how,
        )
        async with smtp:
            if server.user:
                if smtp.get_transport_info("sslcontext") is None and server.host not in HERE:
                    raise _OpenLine
                await smtp.login(server.user, server.password)
            await smtp.send_message(message)


def _judged(error: Exception) -> Failed:
    match error:
        case _OpenLine():
            reason = "the mail server offers no encryption, and a password is not said in the open"
            return Failed(reason, unsure=False, for_good=True)
        case SMTPRecipientsRefused(recipients=[refused, *_]):
            reason = f"the mail server refused the address ({refused.code})"
            return Failed(reason, unsure=False, for_good=refused.code in FOR_GOOD)
        case SMTPResponseException(code=code):
            return Failed(f"the mail server refused ({code})", unsure=False, for_good=code in FOR_GOOD)
        case SMTPConnectError():
            return Failed("the mail server cannot be reached", unsure=False)
        case _:  # the words may have been taken
            return Failed(f"no answer from the mail server ({type(error).__name__})", unsure=True)


def _made(server: Server, letter: Letter, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Goodword <{server.sender}>"
    message["To"] = mail.address
    message["Subject"] = mail.subject
    message["Date"] = formatdate(letter.first_tried_at.timestamp())
    message["Message-ID"] = f"<{letter.key}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes in return
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
