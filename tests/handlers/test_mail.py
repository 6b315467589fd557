"""Digests by mail, tried against a real SMTP server on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import Refusal
from bot.messages import DigestMail
from bot.ports import Letter
from handlers import mail
from handlers.letters.acts import Mail
from handlers.mail import Mailer, Server
from handlers.verdicts import Done, Failed

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
LETTER = Letter(
    1, "a" * 32, "T1", "mail:U1", DigestMail("manager", "U1", "2026-W11", "U1"), 1, False, NOON, "lease"
)
WORDS = Mail("ruth@kestrel.example", "Good words about your people", "Ben\n> für die Nacht\n", "<p>Ben</p>")


@dataclass
class Postbox:
    """What a server took; `answer` is what it says to a mail, `rcpt` what it says to an address."""

    answer: str = "250 OK"
    rcpt: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer == "cut":
            cast("asyncio.Transport", server.transport).abort()
            return "250 OK"
        if self.answer.startswith("250"):
            content = cast("bytes", envelope.content)
            self.taken.append(message_from_bytes(content, policy=policy.default))
            self.encrypted.append(session.ssl is not None)
        return self.answer

    def log_in(self, _server: Any, _session: Any, _envelope: Any, _kind: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.users.append(given.login.decode())
        return AuthResult(success=given.password == b"s3cret", handled=False)


@asynccontextmanager
async def serving(box: Postbox, **how: Any) -> AsyncIterator[int]:
    made: Callable[[], SMTP] = lambda: SMTP(box, hostname="post.example", **how)  # noqa: E731
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def at(port: int, **more: Any) -> Server:
    return Server("127.0.0.1", port, "goodword@kestrel.example", **more)


async def test_a_mail_has_the_words_twice_and_a_name_of_its_own() -> None:
    box = Postbox()
    async with serving(box) as port:
        assert await Mailer(at(port)).send(LETTER, WORDS) == Done(None)
        assert await Mailer(at(port)).send(LETTER, WORDS) == Done(None)
    one, again = box.taken
    assert (one["From"], one["To"]) == ("Goodword <goodword@kestrel.example>", "ruth@kestrel.example")
    assert one["Subject"] == "Good words about your people"
    assert one["Message-ID"] == again["Message-ID"] == f"<{'a' * 32}@kestrel.example>"
    assert one["Date"] == again["Date"]
    assert one["Auto-Submitted"] == "auto-generated"
    bodies = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in one.iter_parts()}
    assert bodies == {"text/plain": "Ben\n> für die Nacht\n", "text/html": "<p>Ben</p>\n"}


@pytest.mark.parametrize(
    ("box", "ended"),
    [
        (
            Postbox(rcpt="550 no such person"),
            Failed("the mail server refused the address (550)", unsure=False, for_good=True),
        ),
        (Postbox(rcpt="450 come again"), Failed("the mail server refused the address (450)", unsure=False)),
        (Postbox(answer="451 later"), Failed("the mail server refused (451)", unsure=False)),
        (Postbox(answer="554 never"), Failed("the mail server refused (554)", unsure=False, for_good=True)),
        (
            Postbox(answer="cut"),
            Failed("no answer from the mail server (SMTPServerDisconnected)", unsure=True),
        ),
    ],
    ids=["no such address", "greylisted", "busy", "refused", "cut off"],
)
async def test_what_a_server_says_is_judged(box: Postbox, ended: Failed) -> None:
    async with serving(box) as port:
        assert await Mailer(at(port)).send(LETTER, WORDS) == ended


async def test_a_server_that_is_not_there_is_asked_again() -> None:
    async with serving(Postbox()) as port:
        pass
    ended = await Mailer(at(port)).send(LETTER, WORDS)
    assert ended == Failed("the mail server cannot be reached", unsure=False)


async def test_without_a_server_it_waits_for_a_person() -> None:
    ended = await Mailer(None).send(LETTER, WORDS)
    assert ended == Failed("GOODWORD_SMTP_URL is not set", unsure=False, for_good=True)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine that this machine trusts, for the length of a test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_line_is_encrypted_where_the_server_offers_it_and_only_then_a_password_is_said(
    certificate: ssl.SSLContext,
) -> None:
    box = Postbox()
    how = {"tls_context": certificate, "authenticator": box.log_in, "auth_require_tls": True}
    async with serving(box, **how) as port:
        server = Server("localhost", port, "goodword@kestrel.example", user="goodword", password="s3cret")
        assert await Mailer(server).send(LETTER, WORDS) == Done(None)
        wrong = Server("localhost", port, "goodword@kestrel.example", user="goodword", password="guess")
        ended = await Mailer(wrong).send(LETTER, WORDS)
    assert ended == Failed("the mail server refused (535)", unsure=False, for_good=True)
    assert box.encrypted == [True]
    assert set(box.users) == {"goodword"}


async def test_a_password_is_not_said_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "HERE", frozenset())  # as if it were another machine
    box = Postbox()
    async with serving(box, authenticator=box.log_in, auth_require_tls=False) as port:
        ended = await Mailer(at(port, user="goodword", password="s3cret")).send(LETTER, WORDS)
    assert isinstance(ended, Failed)
    assert ended.for_good
    assert (box.users, box.taken) == ([], [])


async def test_a_certificate_of_somebody_else_is_not_taken(certificate: ssl.SSLContext) -> None:
    box = Postbox()
    async with serving(box, tls_context=certificate) as port:
        ended = await Mailer(at(port)).send(LETTER, WORDS)  # it is for localhost, by name
    assert isinstance(ended, Failed)
    assert box.taken == []


def test_the_address_of_a_server_is_read() -> None:
    assert mail.read("") is None
    assert mail.read("smtp://post.example?from=goodword@kestrel.example") == Server(
        "post.example", 587, "goodword@kestrel.example"
    )
    assert mail.read("smtps://goodword%40kestrel.example:p%2Fw@post.example") == Server(
        "post.example",
        465,
        "goodword@kestrel.example",
        tls=True,
        user="goodword@kestrel.example",
        password="p/w",
    )


@pytest.mark.parametrize(
    "url",
    [
        "post.example",
        "http://post.example?from=a@b.example",
        "smtp://post.example",
        "smtp://user@post.example?from=a@b.example",
        "smtp://user:s3cret@:25?from=a@b.example",
        "smtp://user:s3cret@post.example:port?from=a@b.example",
    ],
)
def test_an_address_that_is_none_is_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(Refusal, match="GOODWORD_SMTP_URL") as no:
        mail.read(url)
    assert "s3cret" not in no.value.sentence


def test_a_server_does_not_print_its_password() -> None:
    assert "s3cret" not in repr(at(25, user="goodword", password="s3cret"))
