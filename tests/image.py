"""Does what the Dockerfile does, step by step in an empty folder, and runs what comes out; `make image`.

Without a Docker engine this is as near as one gets: each RUN of the first stage as it stands, with a folder
in the place of `/opt/goodword`; then, as the second stage says, the command in an environment of its own,
over code that nobody may write to.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from handlers.manifest import manifest
from handlers.playground import PretendSlack, serve
from tests.postgres import free_port

ROOT = Path(__file__).parent.parent
IMAGE = "/opt/goodword"
SECRET, TOKEN = "shhh", "xoxb-image"
PATIENCE = 30  # seconds to listen


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def said(instruction: str) -> list[str]:
    return [rest for word, rest in instructions() if word == instruction]


def variables(rest: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in rest.split())


def build(folder: Path) -> Path:
    """Run the first stage; gives what stands in the place of `/opt/goodword`."""
    work, made = folder / "build", folder / "goodword"
    work.mkdir()
    env = dict(os.environ)
    steps = iter(instructions())
    assert next(steps)[0] == "FROM"
    for word, rest in steps:
        match word:
            case "FROM":
                return made
            case "ENV":
                env |= variables(rest)
            case "COPY":
                _copy(rest, work)
            case "RUN":
                _run(rest.replace(IMAGE, str(made)), work, env)
    raise AssertionError("the Dockerfile has one stage only")


def _copy(rest: str, work: Path) -> None:
    *sources, target = rest.split()
    for source in sources:
        to = work / (source if target == "./" else target)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / source, to)


def _run(command: str, work: Path, env: Mapping[str, str]) -> None:
    print(f"RUN {command[:100]}", flush=True)  # noqa: T201 - it takes a while
    shell = [shutil.which("bash") or "/bin/bash", "-euo", "pipefail", "-c", command]
    subprocess.run(shell, cwd=work, env=env, check=True)  # noqa: S603 - our own Dockerfile


async def try_out(made: Path, data: Path) -> None:
    """Migrate, run beside a pretend Slack, ask the health check, stop; nothing may be written but data."""
    _allow_writing(made, allow=False)
    before = _written(made)
    slack = PretendSlack(manifest=manifest("https://a.example"), signing_secret=SECRET, bot_token=TOKEN)
    async with serve(slack):
        env = _environment(made, data, slack.api_url)
        assert await _goodword(env, data, "migrate") == 0
        running = await asyncio.create_subprocess_exec(str(made / "bin/goodword"), "run", cwd=data, env=env)
        async with asyncio.timeout(PATIENCE):
            while await _healthy(made, env) != 0:
                assert running.returncode is None, "it ended by itself"
                await asyncio.sleep(0.2)
        slack.request_url = f"http://127.0.0.1:{env['PORT']}/slack/events"
        assert (await slack.types("ada", "general", "/kudos @ben for the image without a dock")).ok
        await slack.until(lambda: slack.shown("ben").dms)
        running.send_signal(signal.SIGTERM)
        assert await running.wait() == 0
    assert _written(made) == before, "something was written beside the code"
    assert set(os.listdir(data)) <= {"goodword.db", "goodword.db.key"}  # noqa: PTH208 - that is for coroutines


def _environment(made: Path, data: Path, api_url: str) -> dict[str, str]:
    second = [variables(rest) for rest in said("ENV")][-1]
    own = {name: value.replace("/data", str(data)) for name, value in second.items()}
    return own | {
        "PATH": f"{made}/bin:{os.defpath}",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "SLACK_API_URL": api_url,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
    }


async def _goodword(env: Mapping[str, str], data: Path, *words: str) -> int:
    program = str(Path(env["PATH"].partition(":")[0]) / "goodword")
    done = await asyncio.create_subprocess_exec(program, *words, cwd=data, env=env)
    return await done.wait()


async def _healthy(made: Path, env: Mapping[str, str]) -> int:
    (check,) = said("HEALTHCHECK")
    _, *arguments = json.loads(check.partition(" CMD ")[2])
    quiet = asyncio.subprocess.DEVNULL
    asked = await asyncio.create_subprocess_exec(str(made / "bin/python"), *arguments, env=env, stderr=quiet)
    return await asked.wait()


def _allow_writing(made: Path, *, allow: bool) -> None:
    anybody = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    for path in [made, *made.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IWUSR if allow else mode & ~anybody)


def _written(made: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in made.rglob("*") if path.is_file()}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        made, data = build(Path(name)), Path(name) / "data"
        data.mkdir()
        asyncio.run(try_out(made, data))
        files = [path for path in made.rglob("*") if path.is_file() and not path.is_symlink()]
        size = sum(path.stat().st_size for path in files) // 1024**2
        sys.stdout.write(f"Its own layer has {size} MB; it ran, and wrote nothing beside its data.\n")
        _allow_writing(made, allow=True)  # or it could not be removed


if __name__ == "__main__":
    main()
