"""Runs the shell blocks of a page one after another, as a reader would who copies them into one shell."""

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.docs.pages import Block, Page

PATIENCE = 60  # seconds for a block to end, or for a server to listen
LAST_PATIENCE = 10  # seconds after SIGTERM; docs/operations.md promises them
PROGRAMS = Path(sys.executable).parent


class Reader:
    """Copies blocks into a shell, with each of `replaced` put in the place of what the page has.

    What a block exports, the next one finds; each fails at its first command that fails.
    """

    def __init__(self, folder: Path, replaced: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._folder = folder / "reader"
        self._folder.mkdir()
        self._exported = folder / "exported.sh"
        self._replaced = replaced
        path = f"{PROGRAMS}{os.pathsep}{environment.get('PATH', os.environ['PATH'])}"
        self._environment = {**os.environ, **environment, "PATH": path, "HOME": str(folder)}
        self._serving: list[asyncio.subprocess.Process] = []
        self.ran: list[Block] = []

    async def follows(self, page: Page, marks: Iterable[str], *, ports: Iterable[int] = ()) -> None:
        """Run the blocks of a page that have these marks, and compare what they print with what it says.

        A block marked `serve` is left running, once it listens on the next of `ports`.
        """
        wanted, listening, printed = set(marks), iter(ports), None
        for block in page.blocks:
            if block.mark == "prints" and printed is not None:
                assert re.fullmatch(_pattern(block.text), printed), f"{page} says\n{block.text}not\n{printed}"
                self.ran.append(block)
            printed = None
            if block.mark not in wanted or not can_run(block):
                continue
            if block.language == "python":
                (self._folder / "stand_in.py").write_text(self._put(block.text))
            elif block.mark == "serve":
                await self._serves(block, next(listening))
            else:
                printed = await self.runs(block)

    async def leaves(self) -> None:
        """Stop what was left running, as systemd would."""
        for process in reversed(self._serving):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        async with asyncio.timeout(LAST_PATIENCE):
            for process in self._serving:
                await process.wait()

    async def runs(self, block: Block) -> str:
        self.ran.append(block)
        process = await self._start(block, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode == 0, f"{block.text}\n{out.decode()}\n{err.decode()}"
        return out.decode()

    async def _serves(self, block: Block, port: int) -> None:
        self.ran.append(block)
        process = await self._start(block, start_new_session=True)
        self._serving.append(process)
        async with asyncio.timeout(PATIENCE):
            while not _listens(port):
                assert process.returncode is None, f"ended by itself:\n{block.text}"
                await asyncio.sleep(0.05)

    async def _start(self, block: Block, **how: Any) -> asyncio.subprocess.Process:
        bash = shutil.which("bash")
        assert bash
        here = f"[ ! -f '{self._exported}' ] || . '{self._exported}'"
        script = f"set -euo pipefail\n{here}\n{self._put(block.text)}\nexport -p > '{self._exported}'\n"
        return await asyncio.create_subprocess_exec(
            bash, "-c", script, cwd=self._folder, env=self._environment, **how
        )

    def _put(self, text: str) -> str:
        for theirs, ours in self._replaced.items():
            text = text.replace(theirs, ours)
        return text


def can_run(block: Block) -> bool:
    """Whether the program that `run if …` names is installed."""
    _, condition, program = block.mark.partition(" if ")
    return not condition or shutil.which(program) is not None


def _pattern(expected: str) -> str:
    """What is printed, with … for whatever differs from place to place; a last line end is no matter."""
    return re.escape(expected.rstrip("\n")).replace("…", r"[^\n]+") + r"\n?"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
