"""The tests' PostgreSQL: each database by itself, a crash that keeps what was kept, nothing left behind."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE

import psycopg
import pytest

from tests import postgres as servers
from tests.postgres import Server

# What is started in the background ignores SIGINT, and hands that on to whom it starts.
START_AND_WAIT = """
import signal
from tests.postgres import Server
signal.signal(signal.SIGINT, signal.default_int_handler)
with Server() as server:
    print(server.database(), server.folder, flush=True)
    input()
"""


def rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT * FROM thanks").rowcount


def test_a_copy_has_what_its_model_has_and_then_its_own_life(postgres: Server) -> None:
    model = postgres.database()
    with psycopg.connect(model) as connection:
        connection.execute("CREATE TABLE thanks AS SELECT 'Ben' AS name")
    one, other = postgres.database(like=model), postgres.database(like=model)
    with psycopg.connect(one) as connection:
        connection.execute("INSERT INTO thanks VALUES ('Cleo')")
    assert (rows(one), rows(other)) == (2, 1)


def test_a_database_is_dropped_under_whoever_holds_it(postgres: Server) -> None:
    url = postgres.database()
    with psycopg.connect(url) as connection:
        postgres.drop(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_what_was_committed_outlives_a_crash_and_the_address_stays(postgres: Server) -> None:
    url = postgres.database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE thanks AS SELECT 'Ben' AS name")
        connection.commit()
        postgres.restart(immediate=True)
    assert rows(url) == 1


def test_a_port_taken_at_the_last_moment_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], servers.free_port()])
        monkeypatch.setattr(servers, "free_port", lambda: next(ports))
        with Server() as server, psycopg.connect(server.database()) as connection:
            assert connection.info.port == server.port != taken.getsockname()[1]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_the_server_ends_with_the_process_that_started_it(end: signal.Signals) -> None:
    command = [sys.executable, "-c", START_AND_WAIT]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True) as process:  # noqa: S603
        assert process.stdout
        url, folder = process.stdout.readline().split()
        psycopg.connect(url).close()
        process.send_signal(end)
        process.stdout.read()  # ends with the last who holds it, which is the watch
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url)
    assert not Path(folder).exists()
