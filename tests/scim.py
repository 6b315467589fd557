"""A SCIM server on this machine: scim2-server, which is not ours, with a bearer token."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import load_default_provider

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OPEN = "sesame"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent calls it so
        pass


@contextmanager
def scim_server() -> Iterator[str]:
    """Serve on a free port; gives its address."""
    app = BearerTokenApplication(InMemoryStorage(), load_default_provider(), bearer_tokens=[OPEN])
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v2"
        server.shutdown()
        thread.join()


def user(name: str, **more: Any) -> dict[str, Any]:
    """A user whose e-mail is their name at Kestrel; `manager` is the id of another."""
    manager = {"manager": {"value": more.pop("manager")}} if "manager" in more else {}
    extension = {"department": more.pop("department", "Sales"), **manager}
    mail = [{"value": f"{name}@Kestrel.example", "primary": True}]
    return {"schemas": [CORE, ENTERPRISE], "userName": name, "emails": mail, ENTERPRISE: extension, **more}


async def create(server: str, *users: dict[str, Any]) -> list[str]:
    """Create users; gives their ids."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {OPEN}"}) as client:
        answers = [await client.post(f"{server}/Users", json=one) for one in users]
    return [str(answer.raise_for_status().json()["id"]) for answer in answers]
