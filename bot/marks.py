"""The emoji that thanks: put on a message, it thanks the message's author, and follows the message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import kudos, settings
from bot.errors import NotIntroduced, Refusal
from bot.messages import EmojiRefused, KudosNoted
from bot.ports import Mark, Work
from bot.rules import recognition
from bot.rules.recognition import BY_MARK, BY_TALK, Besides, Draft, Kudos, Piece, Place, ToPerson, Words

MOST = 2500  # characters of a message that are its reason; mentions add their names


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is now: who wrote it and what; when it was last edited, if it was.

    `closed` says that not everybody may read the channel in which it stands.
    """

    author: str
    words: tuple[Piece, ...]
    edited_at: datetime | None = None
    closed: bool = False


def meant(work: Work, mark: Mark, now: datetime) -> bool:
    """Whether the emoji thanks, so that the message is to be read; one that is taken away is dealt with."""
    thanks = mark.way.partition("::")[0] == settings.chosen(work).kudos_emoji
    if mark.added:
        return thanks
    if thanks or work.joining.knows_mark(mark.place, mark.person, mark.way):
        _one_at_a_time(work, mark)
        if work.joining.mark(mark):
            _let_go(work, mark, now)
    return False


def thank(work: Work, mark: Mark, said: Said, now: datetime, *, met: bool = False) -> None:
    """Thank the author of the message that was marked, unless the emoji has been taken away meanwhile."""
    if said.author == mark.person or _is_guest_of_ours(work, mark.person):
        return
    _one_at_a_time(work, mark)
    is_new = work.joining.mark(mark)
    stands = work.joining.marked(mark.place, mark.person)
    if not is_new or not stands or work.kudos.by_mark(mark.person, mark.place):
        return
    try:
        done = _give(work, mark, said, now, met=met)
    except NotIntroduced as strangers:
        if not met:
            raise
        _refuse(work, mark, strangers.sentence, now)
    except Refusal as no:
        _refuse(work, mark, no.sentence, now)
    else:
        work.outbox.put(mark.person, KudosNoted(done, mark.person, mark.place.channel), now)


def edited(work: Work, place: Place, words: Sequence[Piece], at: datetime, now: datetime) -> None:
    """Follow an edit of a message that became a kudos, by the emoji or from talk."""
    for given in work.kudos.following(place, BY_MARK, BY_TALK):
        if _reword(work, given, words, at):
            kudos.redraw(work, given.number, now)


def deleted(work: Work, place: Place, now: datetime) -> None:
    """A message that was taken away is no kudos any more, however long ago it was."""
    for given in work.kudos.following(place, BY_MARK, BY_TALK):
        kudos.take_back(work, given, f"deleted:{given.number}", now)


def _is_guest_of_ours(work: Work, person: str) -> bool:
    """Whether somebody of another company, in a channel that is shared with them; a stranger is met first."""
    known = work.people.find(person)
    return known is not None and (known.bot or known.home != work.workspace)


def _one_at_a_time(work: Work, mark: Mark) -> None:
    work.one_at_a_time(f"mark:{mark.place.channel}:{mark.place.ts}:{mark.person}")


def _give(work: Work, mark: Mark, said: Said, now: datetime, *, met: bool) -> int:
    if said.closed:
        raise Refusal(
            "Not everybody can read this channel, so its words stay here. "
            "/kudos with a few words of your own thanks them."
        )
    draft = Draft((ToPerson(said.author),), cut(said.words), Besides(about=mark.place))
    source = f"{BY_MARK}{mark.place.channel}:{mark.place.ts}:{mark.person}:{mark.happened_at.timestamp():.6f}"
    done = kudos.give(work, mark.person, draft, source, now, met=met)
    given = work.kudos.by_mark(mark.person, mark.place)
    if given and said.edited_at:
        _reword(work, given, said.words, said.edited_at)
    return done.kudos


def _let_go(work: Work, mark: Mark, now: datetime) -> None:
    given = work.kudos.by_mark(mark.person, mark.place)
    if given is None or work.joining.marked(mark.place, mark.person):
        return
    if now - given.given_at <= recognition.UNDO_WITHIN:
        kudos.take_back(work, given, mark.source, now)


def _refuse(work: Work, mark: Mark, sentence: str, now: datetime) -> None:
    work.outbox.put(mark.person, EmojiRefused(sentence, mark.person, mark.place.channel), now)


def _reword(work: Work, given: Kudos, words: Sequence[Piece], at: datetime) -> bool:
    """Take the words as they are now; where none are left, those before stay."""
    draft = Draft((), cut(words))
    roll = work.people.look_up(*recognition.asked_for(given.giver.id, draft))
    reason, tags = recognition.worded(draft, roll, settings.chosen(work).values)
    return bool(reason) and work.kudos.reword(given.number, reason, tags, at)


def cut(words: Sequence[Piece]) -> tuple[Piece, ...]:
    """As much of a long message as a kudos has room for."""
    kept: list[Piece] = []
    room = MOST
    for piece in words:
        if isinstance(piece, Words):
            if len(piece.text) > room:
                return (*kept, replace(piece, text=f"{piece.text[:room]}…"))
            room -= len(piece.text)
        kept.append(piece)
    return tuple(kept)
