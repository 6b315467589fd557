"""What a Slack app manifest (v2) allows: commands, shortcuts, events, scopes, App Home."""

from dataclasses import dataclass, field
from typing import Any

from handlers.playground.world import Json


@dataclass(frozen=True)
class Manifest:
    """Only what the pretend Slack acts upon."""

    name: str = "App"
    commands: dict[str, Json] = field(default_factory=dict)
    shortcuts: dict[str, Json] = field(default_factory=dict)
    events: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    home_tab: bool = False
    messages_tab: bool = False
    messages_read_only: bool = False
    socket_mode: bool = False


def _at(manifest: Any, *path: str) -> Any:
    for step in path:
        manifest = manifest.get(step) if isinstance(manifest, dict) else None
    return manifest


def parse(manifest: Json) -> Manifest:
    home = _at(manifest, "features", "app_home") or {}
    return Manifest(
        name=_at(manifest, "display_information", "name") or "App",
        commands={each["command"]: each for each in _at(manifest, "features", "slash_commands") or ()},
        shortcuts={each["callback_id"]: each for each in _at(manifest, "features", "shortcuts") or ()},
        events=frozenset(_at(manifest, "settings", "event_subscriptions", "bot_events") or ()),
        scopes=frozenset(_at(manifest, "oauth_config", "scopes", "bot") or ()),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        socket_mode=bool(_at(manifest, "settings", "socket_mode_enabled")),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
    )
