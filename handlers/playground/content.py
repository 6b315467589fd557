"""What a message may hold: text, blocks, attachments and metadata, checked as Slack checks them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.playground.args import Args
from handlers.playground.blocks import problems
from handlers.playground.errors import SlackError
from handlers.playground.posting import with_ids
from handlers.playground.text import stored
from handlers.playground.world import Json

TEXT_MOST = 40_000
UPDATE_MOST = 4_000
ATTACHMENTS_MOST = 100
MARKDOWN_MOST = 12_000
METADATA_MOST = 16_384  # Slack documents the error, not the size


@dataclass
class Content:
    """Ready to be posted."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    link_names: bool = False
    mrkdwn: bool = True

    def fields(self) -> Json:
        return dict(vars(self))


def content(args: Args, *, most: int = TEXT_MOST) -> Content:
    """Raises the SlackError the app would get for this message."""
    if args.broken:
        raise SlackError(args.broken)
    text = _text(args, most)
    blocks, attachments = args.listed("blocks"), args.listed("attachments")
    _check_blocks(blocks)
    _check_attachments(attachments)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    return Content(
        text=stored(text),
        blocks=with_ids(blocks),
        attachments=attachments,
        metadata=_checked_metadata(args.data("metadata")),
        link_names=args.flag("link_names") or args.text("parse") == "full",
        mrkdwn=args.flag("mrkdwn", default=True),
    )


def _text(args: Args, most: int) -> str:
    text, markdown = args.text("text"), args.text("markdown_text")
    if markdown and (text or args.data("blocks")):
        raise SlackError("markdown_text_conflict")
    if len(text) > most or len(markdown) > MARKDOWN_MOST:
        raise SlackError("msg_too_long")
    return text or markdown


def _check_blocks(blocks: Any, pointer: str = "/blocks") -> None:
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if found := problems(blocks, "message", pointer):
        raise SlackError(
            "invalid_blocks",
            errors=found,
            response_metadata={"messages": [f"[ERROR] {problem}" for problem in found]},
        )


def _check_attachments(attachments: Any) -> None:
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise SlackError("invalid_arguments")
    if len(attachments) > ATTACHMENTS_MOST:
        raise SlackError("too_many_attachments")
    for number, attachment in enumerate(attachments):
        _check_blocks(attachment.get("blocks", []), f"/attachments/{number}/blocks")


def _checked_metadata(metadata: Any) -> Json | None:
    if not metadata:
        return None
    if not isinstance(metadata, Mapping):
        raise SlackError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if len(str(payload)) > METADATA_MOST:
        raise SlackError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}
