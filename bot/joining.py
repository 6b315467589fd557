"""Joining in a kudos, by an emoji on its post or by its button: the credit goes to those thanked."""

from datetime import datetime

from bot import kudos, settings
from bot.errors import NotIntroduced, Refusal
from bot.messages import RECOGNITION, JoiningTold, KudosPosted
from bot.ports import Mark, Work
from bot.rules.recognition import Kudos

BUTTON = "button"


def reacted(work: Work, mark: Mark, now: datetime, *, met: bool = False) -> bool:
    """Join in where the emoji is the one for that and stands on a post; False where it is not."""
    seconds = mark.way.partition("::")[0] == settings.chosen(work).seconding_emoji
    if mark.added and not seconds:
        return False
    post = work.outbox.standing_at(mark.place)
    if not isinstance(post, KudosPosted):
        return False
    # What was put there under another setting can still be taken away.
    if seconds or work.joining.knows(post.kudos, mark.person, mark.way):
        given = kudos.standing(work, post.kudos)
        if given and not _why_not(work, given, mark.person, met=met):
            _note(work, given, mark.person, mark.way, mark.happened_at, mark.source, now, joined=mark.added)
    return seconds


def clicked(
    work: Work,
    number: int,
    person: str,
    happened_at: datetime,
    source: str,
    reply_to: str,
    now: datetime,
    *,
    joined: bool,
    met: bool = False,
) -> None:
    """Join in by the button, or take that back, and say privately how it stands."""
    given = kudos.standing(work, number)
    if given is None:
        raise Refusal("This kudos was taken back.")
    if why := _why_not(work, given, person, met=met):
        raise Refusal(why)
    _note(work, given, person, BUTTON, happened_at, source, now, joined=joined)
    if reply_to:
        work.outbox.put(reply_to, JoiningTold(number, person, in_place=not joined), now)


def _note(
    work: Work,
    given: Kudos,
    person: str,
    way: str,
    happened_at: datetime,
    source: str,
    now: datetime,
    *,
    joined: bool,
) -> None:
    work.one_at_a_time(f"joining:{given.number}:{person}")
    before = work.joining.has_joined(given.number, person)
    work.joining.note(given.number, person, way, happened_at, source, joined=joined)
    if work.joining.has_joined(given.number, person) != before:
        kudos.redraw(work, given.number, now, only_at=RECOGNITION)


def _why_not(work: Work, given: Kudos, person: str, *, met: bool) -> str:
    """Why this person cannot join in; empty when they can."""
    if person == given.giver.id:
        return "You gave this kudos, so your name stands on it already."
    if person in {one.id for one in given.recipients}:
        return "This one is for you."
    known = work.people.find(person)
    if known is None and not met:
        raise NotIntroduced(frozenset({person}), frozenset())
    if known is None or known.bot or not known.active or known.home != given.giver.home:
        return "Only people of this company can join in."
    return ""
