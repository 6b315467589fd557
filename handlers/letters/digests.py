"""A digest, in as many messages as it takes, drawn anew, or by mail; as things stand at this moment."""

from dataclasses import replace
from datetime import datetime

from bot import digests
from bot.messages import RECOGNITION, DigestMail, DigestPart, DigestRedrawn
from bot.ports import Letter, Work
from handlers.letters.acts import Act, Mail, Post, Redraw, Stuck
from handlers.letters.places import recognition
from handlers.views import digest as view


def part(work: Work, letter: Letter, now: datetime, message: DigestPart) -> Act | None:
    """One message of a digest; what does not fit is queued as the next one, in this transaction."""
    told = digests.read(work, message.digest, message.addressee, message.period)
    kept = work.reviews.kept_by(message.addressee)
    laid = view.laid_out(told, message.part, message.after, kept=kept) if told else None
    if told is None or laid is None:
        return None
    digests.hold(work, message, told, now, goes_on=laid.next is not None)
    opening = work.outbox.sent(digests.key_of(work, message, 1)) if message.part > 1 else None
    if message.part > 1 and opening is None:
        return Stuck("the digest's opening message was not sent")
    if laid.next is not None:
        _queue_next(work, letter, message, laid.next, now)
    places = (opening.channel,) if opening else _where(work, letter)
    return Post(places[0], laid.message, places, thread=opening)


def redrawn(work: Work, _letter: Letter, _now: datetime, message: DigestRedrawn) -> Act | None:
    told = digests.read(work, message.digest, message.addressee, message.period)
    key, after = (digests.key_of(work, message, message.part + more) for more in (0, 1))
    where, was, following = work.outbox.sent(key), work.outbox.message(key), work.outbox.message(after)
    if told is None or where is None or not isinstance(was, DigestPart):
        return None
    kept = work.reviews.kept_by(message.addressee)
    up_to = following.after if isinstance(following, DigestPart) else None
    laid = view.laid_out(told, message.part, was.after, up_to, kept)
    return Redraw(where, laid.message) if laid else None


def mail(work: Work, _letter: Letter, _now: datetime, message: DigestMail) -> Act | None:
    told = digests.read(work, message.digest, message.addressee, message.period)
    person = work.people.find(message.to)
    return Mail(person.email, *view.mailed(told)) if told and person and person.email else None


def _queue_next(work: Work, letter: Letter, message: DigestPart, after: str, now: datetime) -> None:
    """Once, under a key that is the same for everybody; a lane keeps them in their order."""
    following = replace(message, part=message.part + 1, after=after)
    key = digests.key_of(work, following, following.part)
    is_new = work.outbox.put_keyed(key, letter.to, following, now)
    if not is_new and not letter.unsure:
        work.outbox.amend(key, following)


def _where(work: Work, letter: Letter) -> tuple[str, ...]:
    return recognition(work, letter) if letter.to == RECOGNITION else (letter.to,)
