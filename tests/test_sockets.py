"""The guard in conftest.py: tests reach this machine and no other."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

# Addresses and names reserved for documentation: should the guard fail, nobody is there.
ELSEWHERE = ("192.0.2.1", "2001:db8::1")
NAME = "goodword.example"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_connection_leaves_the_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(pytest.fail.Exception, match=address):
        sock.connect((address, 80))
    with socket.socket(family) as sock, pytest.raises(pytest.fail.Exception, match=address):
        sock.connect_ex((address, 80))


def test_no_datagram_leaves_the_machine() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        with pytest.raises(pytest.fail.Exception):
            sock.sendto(b"hello", (ELSEWHERE[0], 53))
        with pytest.raises(pytest.fail.Exception):
            sock.sendmsg([b"hello"], [], 0, (ELSEWHERE[0], 53))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(pytest.fail.Exception, match=NAME):
        socket.getaddrinfo(NAME, 443)
    with pytest.raises(pytest.fail.Exception, match=NAME):
        socket.gethostbyname(NAME)


async def test_asyncio_is_no_way_out_and_no_broad_except_hides_it() -> None:
    for host in (*ELSEWHERE, NAME):
        with pytest.raises(pytest.fail.Exception, match=host), contextlib.suppress(Exception):
            await asyncio.open_connection(host, 443)


async def test_the_machine_itself_can_be_reached() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            reader, writer = await asyncio.open_connection(host, port)
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()


async def test_unix_sockets_are_of_this_machine(tmp_path: Path) -> None:
    path = str(tmp_path / "door")
    async with await asyncio.start_unix_server(lambda _, writer: writer.close(), path):
        reader, writer = await asyncio.open_unix_connection(path)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
