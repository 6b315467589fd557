"""`make check` fails for a package with a known weakness, and not because nobody could be asked."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.serve import served
from tests.audit import audit, pins
from tests.postgres import free_port

WEAK = {"id": "OSV-1", "modified": "2026-01-01T00:00:00Z"}
AFFECTED = {
    "package": {"name": "weakling", "ecosystem": "PyPI"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3"}]}],
}


async def test_a_known_weakness_is_named_with_the_version_that_mends_it() -> None:
    asked: list[tuple[str, str]] = []

    async def batch(request: Request) -> JSONResponse:
        queries = json.loads(await request.body())["queries"]
        asked.extend((one["package"]["name"], one["version"]) for one in queries)
        weak = [{"vulns": [WEAK]} if name == "weakling" else {} for name, _ in asked[-len(queries) :]]
        return JSONResponse({"results": weak})

    def one(_request: Request) -> JSONResponse:
        return JSONResponse(WEAK | {"summary": "It falls over", "affected": [AFFECTED]})

    osv = Starlette(routes=[Route("/v1/querybatch", batch, methods=["POST"]), Route("/v1/vulns/OSV-1", one)])
    async with served(osv, "127.0.0.1", 0) as address:
        ours = await asyncio.to_thread(audit, pins(), address)
        spoilt = await asyncio.to_thread(audit, [*pins(), ("weakling", "1.2")], address)
    assert ours == (True, [f"No known weakness in {len(pins())} locked packages."])
    assert spoilt == (False, ["weakling 1.2: OSV-1 (It falls over), mended in 1.3."])
    assert set(asked) == {*pins(), ("weakling", "1.2")}


async def test_nobody_to_ask_is_said_and_fails_nothing() -> None:
    well, said = await asyncio.to_thread(audit, pins(), f"http://127.0.0.1:{free_port()}")
    assert well
    assert said == ["Dependencies were not audited: the list of known weaknesses cannot be reached."]
