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
# Slack documents the error, not the size. Measured: 9,597 characters in 50 blocks are taken, 11,341 in 45 are
# not, and 13,297 in one are (github.com/slackapi/bolt-js/issues/2509 and 2867); this keeps below all three.
BLOCKS_WEIGHT_MOST, BLOCK_WEIGHS, MENTION_WEIGHS = 13_000, 60, 15
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
    if weight(blocks) > BLOCKS_WEIGHT_MOST:
        raise SlackError("msg_blocks_too_long")


def weight(blocks: list[Json]) -> int:
    """How long Slack would find these blocks, all together."""
    return sum(BLOCK_WEIGHS + _letters(block) for block in blocks)


def _letters(part: Any) -> int:
    if isinstance(part, list):
        return sum(_letters(each) for each in part)
    if not isinstance(part, dict):
        return 0
    own = len(part["text"]) if isinstance(part.get("text"), str) else 0
    mention = MENTION_WEIGHS if part.get("type") == "user" else 0
    return own + mention + sum(_letters(each) for each in part.values())


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
