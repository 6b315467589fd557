"""The image without Docker: what it copies is there, what it builds is whole, and its health check tells."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.image import said
from tests.postgres import free_port

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "storage")
WRITTEN_BY_PYTHON = shutil.ignore_patterns("__pycache__")


def copied() -> dict[str, str]:
    """What the first stage takes from the checkout, and where it puts it."""
    taken: dict[str, str] = {}
    for rest in said("COPY"):
        if not rest.startswith("--from"):
            *sources, target = rest.split()
            taken |= {source: f"{target}/{source}" if target == "./" else target for source in sources}
    return taken


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Built as the image does it: in a folder with nothing but what is copied."""
    folder = tmp_path_factory.mktemp("build")
    for source, target in copied().items():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=WRITTEN_BY_PYTHON)
        else:
            shutil.copy(ROOT / source, folder / target)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)  # noqa: S603
    (built,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_three_packages_and_no_other(wheel: zipfile.ZipFile) -> None:
    built = {name for name in wheel.namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert built == ours
    assert "storage/migrations/script.py.mako" in built
    assert any(name.startswith("handlers/playground/static/") for name in built)


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert b"goodword = bot.__main__:main" in wheel.read(entry_points)


def test_nothing_that_is_copied_is_kept_from_docker() -> None:
    admitted = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert admitted == copied().keys()


def test_both_stages_stand_on_one_python_that_goodword_runs_on() -> None:
    bases = {rest.split()[0] for rest in said("FROM")}
    (base,) = bases
    version = re.fullmatch(r"python:([\d.]+)-slim", base)
    assert version
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert SpecifierSet(wanted).contains(version[1])


def test_every_installation_checks_hashes_but_that_of_our_own_wheel() -> None:
    steps = [step.strip() for run in said("RUN") for step in run.split("&&")]
    installing = [step for step in steps if "pip install" in step]
    assert len(installing) == 3
    for step in installing:
        assert "--require-hashes" in step or step.endswith("--no-deps dist/*.whl"), step


def test_it_runs_goodword_as_nobody_special() -> None:
    assert said("USER")[-1] == "10001:10001"
    assert (said("ENTRYPOINT"), said("CMD")) == (['["goodword"]'], ['["run"]'])


@pytest.mark.parametrize(("answer", "healthy"), [(b"200 OK", True), (b"503 Service Unavailable", False)])
async def test_the_health_check_believes_only_an_ok(answer: bytes, *, healthy: bool) -> None:
    asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 " + answer + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        assert await health_check(server.sockets[0].getsockname()[1]) is healthy
    assert asked == [b"GET /healthz HTTP/1.1\r\n"]


async def test_the_health_check_fails_where_nobody_listens() -> None:
    assert not await health_check(free_port())


async def health_check(port: int) -> bool:
    """Run it as Docker would, but for a proxy in the environment, which must not be asked."""
    (check,) = said("HEALTHCHECK")
    python, *arguments = json.loads(check.partition(" CMD ")[2])
    assert python == "python"
    environment = {**os.environ, "PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    devnull = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stderr=devnull
    )
    return await process.wait() == 0
