"""Start, kill and watch real processes of Goodword from a test."""

import asyncio
import os
import re
import signal
import sys
from collections import deque
from pathlib import Path

from tests.town import KEY

SCRIPT = Path(__file__).with_name("replica.py")
LISTENS = re.compile(rb"listens for .* at (http://\S+)/slack/events")


class Replica:
    """A process that serves `database_url` and talks to the Slack at `api_url`; `lease` in seconds.

    `ahead` is a file with the seconds by which its clock is ahead.
    """

    def __init__(
        self,
        database_url: str,
        api_url: str,
        *,
        token: str,
        secret: str,
        lease: float,
        ahead: Path | None = None,
    ) -> None:
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "DATABASE_URL": database_url,
            "SLACK_API_URL": api_url,
            "SLACK_BOT_TOKEN": token,
            "SLACK_SIGNING_SECRET": secret,
            "GOODWORD_ENCRYPTION_KEY": KEY,
            "PORT": "0",
        }
        self._arguments = [str(lease), *([str(ahead)] if ahead else [])]
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.last_words: deque[str] = deque(maxlen=40)
        self.found = 0  # messages that turned out to stand in Slack already
        self._doomed = False

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it runs and nobody has begun to kill it."""
        return self._process is not None and self._process.returncode is None and not self._doomed

    async def start(self) -> None:
        """Start the process; `address` is known once it listens."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SCRIPT),
            *self._arguments,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Send the signal, wait for the end, and give the exit code."""
        assert self._process
        assert self._reading
        self._doomed = True
        if self._process.returncode is None:
            self._process.send_signal(how)
        code = await self._process.wait()
        await self._reading
        self.address.cancel()
        return code

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        async for line in process.stderr:
            self.last_words.append(line.decode(errors="replace").rstrip())
            self.found += line.rstrip().endswith(b": found")
            found = LISTENS.search(line)
            if found and not self.address.done():
                self.address.set_result(found.group(1).decode())
