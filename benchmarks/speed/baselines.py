"""What ours is compared with: `python -m benchmarks.speed.baselines NAME PORT [PROCESSES]`.

`bare` checks the signature and answers; `bolt` is Bolt as it comes, with a listener that does nothing;
`pbr` the same with `process_before_response=True`, as ours has it.
"""

import hashlib
import hmac
import sys
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.speed.load import SECRET, TEAM

TOKEN = "xoxb-bench"  # noqa: S105 - of a stand-in


def bare() -> Starlette:
    async def answer(request: Request) -> Response:
        body, stamp = await request.body(), request.headers["x-slack-request-timestamp"]
        mark = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        well = hmac.compare_digest("v0=" + mark, request.headers["x-slack-signature"])
        return Response(status_code=200 if well else 401)

    return Starlette(routes=[Route("/slack/events", answer, methods=["POST"])])


def bolt(*, pbr: bool = False) -> Starlette:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=TEAM, bot_user_id="U0BOT", bot_id="B0BOT", bot_token=TOKEN
        )

    app = AsyncApp(
        signing_secret=SECRET, authorize=authorize, process_before_response=pbr, url_verification_enabled=True
    )

    async def nothing(ack: Any = None) -> None:
        await ack()

    async def ignore() -> None: ...

    app.event("message")(ignore)
    app.view("form")(nothing)
    app.action("button")(nothing)
    app.shortcut("shortcut")(nothing)
    app.command("/kudos")(nothing)
    handler = AsyncSlackRequestHandler(app)

    async def answer(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", answer, methods=["POST"])])


def pbr() -> Starlette:
    return bolt(pbr=True)


def main() -> None:
    name, port, *processes = sys.argv[1:]
    uvicorn.run(
        f"benchmarks.speed.baselines:{name}",
        factory=True,
        port=int(port),
        workers=int(processes[0]) if processes else None,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
