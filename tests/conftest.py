"""What every test may ask for: a database on each engine; and what none may do: leave the machine."""

import ipaddress
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import migrations
from tests.postgres import Server

# Somebody's own Slack app and databases are not ours to touch, and would change what tests see.
THEIRS = re.compile(
    r"PG[A-Z]+|SLACK_\w+|DATABASE_URL|HOST|PORT|LOG_(LEVEL|FORMAT)|GOODWORD_(SCIM|SMTP|ENCRYPTION)_\w+"
)

ENGINES = ("sqlite", "postgresql")
INTERNET = {socket.AF_INET, socket.AF_INET6}
REACHING_OUT: dict[str, Callable[..., Any]] = {
    "socket.connect": lambda sock, address: sock.family in INTERNET and address[0],
    "socket.sendto": lambda sock, address: sock.family in INTERNET and address[0],
    "socket.sendmsg": lambda sock, address: sock.family in INTERNET and address and address[0],
    "socket.getaddrinfo": lambda host, *_: host,
    "socket.gethostbyname": lambda host: host,
}


def pytest_configure() -> None:
    for name in filter(THEIRS.fullmatch, list(os.environ)):
        del os.environ[name]
    # An audit hook also sees what C code does with sockets, and what asyncio does behind socket's back.
    sys.addaudithook(stay_at_home)


def stay_at_home(event: str, arguments: tuple[Any, ...]) -> None:
    """Fail what would reach another machine; as a BaseException, which no `except Exception` swallows."""
    if event in REACHING_OUT:
        host = REACHING_OUT[event](*arguments)
        if host and not is_here(host):
            pytest.fail(f"Tests stay on this machine; this one wanted to reach {host!r}.")


def is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name in {"", "localhost"}
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Ask for it, or for a database, and the test runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own with Goodword's schema and nothing in it."""
    if engine_name == "sqlite":
        copy = tmp_path / "goodword.db"
        shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
    else:
        yield from _lend(request, like=request.getfixturevalue("_migrated_postgres"))


@pytest.fixture
def empty_database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own as an administrator finds it before the first start."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _lend(request)


def _lend(request: pytest.FixtureRequest, like: str | None = None) -> Iterator[str]:
    server: Server = request.getfixturevalue("postgres")
    url = server.database(like)
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: Server) -> str:
    url = postgres.database()
    migrations.upgrade(url)
    return url


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("template") / "goodword.db"
    migrations.upgrade(f"sqlite:///{template}")
    # One file is copied, so nothing may be left in the write-ahead log beside it.
    assert not template.with_name("goodword.db-wal").exists(), "upgrade() left its connection open"
    return template
