"""Load: requests signed before the clock starts, sent by wrk over connections that are kept."""

import hashlib
import hmac
import json
import os
import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

SECRET = "benchmark-signing-secret"  # noqa: S105 - of a stand-in
TEAM, GIVERS, RECIPIENTS = "T0BENCH", 3000, 40
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
REPLAY = Path(__file__).with_name("replay.lua")
OURS, THEIRS = "0", "1"  # the core of the server, and that of whatever it is measured with
NUMBERS = count(int(time.time() * 1000))  # no two requests are alike, over all bursts of a run


@dataclass(frozen=True, slots=True)
class Burst:
    """What one burst showed: rates a second, latencies in ms, and how busy its generator was (0 to 1)."""

    requests: int
    rate: float
    p50: float
    p99: float
    refused: int
    broken: int
    generator: float
    cpu: float = 0.0  # microseconds of the server for each request


def on_core(core: str) -> list[str]:
    """How to pin a program, where that can be done."""
    return ["taskset", "-c", core] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def person(at: int) -> str:
    return f"U{at:07d}"


def kudos(_: int) -> tuple[str, str]:
    """A /kudos of somebody to somebody, for something nobody was thanked for yet."""
    number = next(NUMBERS)
    # Of many numbers only the first few of each burst are sent: by them, a few would give all of the kudos.
    giver, recipient = person(random.randrange(GIVERS)), person(GIVERS + number % RECIPIENTS)
    text = f"<@{recipient}|p> for turning round invoice number {number} in an hour #ownership"
    form = {
        "token": "x",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": giver,
        "user_name": "somebody",
        "command": "/kudos",
        "text": text,
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": f"https://hooks.slack.com/commands/{TEAM}/{number}/x",
        "trigger_id": f"{number}.1.a",
    }
    return FORM, urlencode(form)


TALK = (
    "The auditors come on Thursday, the room is booked and lunch is ordered for twelve",
    "Build 4711 is green again, the flaky test was the clock, see the thread above",
    "Who has the numbers of the last quarter for the northern region at hand",
    "I moved the meeting to three, the agenda stays as it is",
)


def _message(text: str) -> tuple[str, str]:
    number = next(NUMBERS)
    event = {
        "type": "message",
        "user": person(number % GIVERS),
        "ts": f"{number // 1000}.{number % 1_000_000:06d}",
        "client_msg_id": f"{number:036x}",
        "text": text,
        "team": TEAM,
        "blocks": [
            {
                "type": "rich_text",
                "block_id": "b",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
            }
        ],
        "channel": "C0GENERAL",
        "event_ts": f"{number // 1000}.{number % 1_000_000:06d}",
        "channel_type": "channel",
    }
    body = {
        "token": "x",
        "team_id": TEAM,
        "api_app_id": "A0BENCH",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{number}",
        "event_time": number // 1000,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": "U0BOT",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-x",
    }
    return JSON, json.dumps(body)


def talk(at: int) -> tuple[str, str]:
    """A message that mentions nobody."""
    return _message(f"{TALK[at % len(TALK)]} ({at})")


def mention(at: int) -> tuple[str, str]:
    """A message that mentions somebody and is neither thanks nor a complaint."""
    return _message(f"<@{person(GIVERS + at % RECIPIENTS)}> {TALK[at % len(TALK)]} ({at})")


KINDS = {"kudos": kudos, "talk": talk, "mention": mention}


def signed(kind: str, number: int, port: int) -> Iterator[bytes]:
    """Whole requests as they go over the line, signed for this minute."""
    stamp = str(int(time.time()))
    for content_type, body in map(KINDS[kind], range(number)):
        mark = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        yield (
            f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {content_type}\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={mark}\r\n"
            f"User-Agent: Slackbot 1.0\r\nAccept-Encoding: gzip\r\nContent-Length: {len(body.encode())}\r\n"
            f"\r\n{body}"
        ).encode()


def send(
    folder: Path,
    port: int,
    kind: str,
    *,
    most: int,
    connections: int = 16,
    seconds: int = 1,
    cpu: Callable[[], float] = lambda: 0.0,
) -> Burst:
    """Send as many as are taken in that time; `most` is how many there are, and must not run out.

    `cpu` says how many seconds of processor the server took so far.
    """
    path = folder / "requests"
    with path.open("wb") as file:
        for one in signed(kind, most, port):
            file.write(b"%d\n%b" % (len(one), one))
    wrk = [*on_core(THEIRS), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(REPLAY)]
    before, busy = resource.getrusage(resource.RUSAGE_CHILDREN), cpu()
    told = subprocess.run(  # noqa: S603 - ours
        [*wrk, f"http://127.0.0.1:{port}/", "--", str(path)], check=True, capture_output=True, text=True
    ).stdout
    after, busy = resource.getrusage(resource.RUSAGE_CHILDREN), cpu() - busy
    line = next(line for line in told.splitlines() if line.startswith("RESULT"))
    requests, micros, p50, p99, refused, broken = map(int, line.split()[1:])
    if requests > most:
        raise RuntimeError(f"{requests} requests were sent and only {most} signed: sign more")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = micros / 1e6
    each = busy / max(requests, 1) * 1e6
    return Burst(requests, requests / took, p50 / 1000, p99 / 1000, refused, broken, spent / took, each)
