"""Digests: what is due, what was made, and what each tells; the weekly one, managers', and executives'."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from bot import settings
from bot.errors import Refusal
from bot.messages import RECOGNITION, DigestMail, DigestPart, DigestRedrawn
from bot.ports import Work
from bot.rules import digest, fairness, periods
from bot.rules.digest import Digest, Period, Support
from bot.rules.fairness import Balance, Rings, Spread
from bot.rules.people import Person
from bot.rules.periods import SETTLED, Kind, Made, Rhythm

EXECUTIVES = "executives"  # the addressee, whoever that is at the moment
MATTER = "digests"
AT_ONCE = 500  # managers in one transaction; the others a minute later
REPORTED = timedelta(days=90)
KEPT_FOR = timedelta(minutes=10)  # what a digest tells, in memory, until the last of its messages
IsHoliday = Callable[[str, date], bool]


@dataclass(frozen=True, slots=True)
class Ways:
    """What a digest needs to know of where it runs: public holidays, and whether mail is set up."""

    is_holiday: IsHoliday
    by_mail: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest to one addressee, as `goodword digest` tells of it; `to` is an id, or a channel's name.

    `made` says that it was sent before, so that it is only shown.
    """

    to: str
    name: str
    digest: Digest
    made: bool = False


@dataclass(frozen=True, slots=True)
class Fairness:
    """Whether thanks reach everybody, in numbers."""

    since: datetime
    until: datetime
    timezone: str
    thanks: int
    balance: tuple[Balance, ...]
    spread: Spread | None
    rings: Rings
    unthanked: int
    staff: int


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who gets a digest: in its own rhythm, at a destination of the outbox, maybe by mail."""

    addressee: str
    to: str
    rhythm: Rhythm
    person: Person | None = None


def look(work: Work, now: datetime, ways: Ways) -> dict[str, int]:
    """Make what is due, each digest of each period once, however many replicas look.

    Gives how many of each kind were due.
    """
    work.digests.let_drafts_go(now - KEPT_FOR)
    if not any(_due(work, kind, now, ways) for kind in periods.KINDS):
        return {}
    work.one_at_a_time(MATTER)
    found: dict[str, int] = {}
    for kind in periods.KINDS:
        due = _due(work, kind, now, ways)
        _make(work, kind, due, now, ways)
        found[str(kind)] = len(due)
    return found


def by_hand(work: Work, kind: Kind, week: str, now: datetime, ways: Ways, *, send: bool) -> list[Edition]:
    """Give the digests of a period, by default of the one in progress, and with `send` send and end it.

    What was made before is given as it was, and not sent again.
    """
    work.one_at_a_time(MATTER)
    wanted = periods.checked(kind, week) if week else ""
    if send:
        for each in periods.KINDS:
            _make(work, each, _due(work, each, now, ways), now, ways)
    latest = work.digests.latest(kind)
    fresh: list[tuple[_Reader, Made]] = []
    shown: list[tuple[_Reader, Made, bool]] = []
    for reader in _readers(work, kind, ways):
        coming = reader.rhythm.coming(now)
        period = wanted or coming.period
        made = work.digests.made(kind, reader.addressee, period)
        if made is None and period == coming.period:
            made = _in_progress(work, latest.get(reader.addressee), period, now)
            fresh.append((reader, made))
            shown.append((reader, made, False))
        elif made and not made.folded:
            shown.append((reader, made, True))
    if not shown:
        raise Refusal(_nothing_to_show(kind, wanted))
    if send:
        _make(work, kind, fresh, now, ways)
    editions = [_edition(work, kind, *one) for one in shown]
    return [one for one in editions if not _is_empty(one.digest)]


def read(work: Work, kind: str, addressee: str, period: str) -> Digest | None:
    """Tell what a digest that was made says now: what was taken back is gone, and preferences are obeyed."""
    kind = periods.known(kind)
    made = work.digests.made(kind, addressee, period)
    if made is None:
        return None
    return work.digests.draft(kind, addressee, period) or _told(work, kind, addressee, made)


def hold(work: Work, part: DigestPart, told: Digest, now: datetime, *, goes_on: bool) -> None:
    """Keep in mind what was read for one message as long as another follows."""
    which = (periods.known(part.digest), part.addressee, part.period)
    if goes_on:
        work.digests.keep_draft(*which, told, now)
    else:
        work.digests.let_draft_go(*which)


def key_of(work: Work, told: DigestPart | DigestRedrawn | DigestMail, part: int | str) -> str:
    """The key in the outbox of one message of a digest: the same for everybody who would queue it."""
    named = (work.workspace, told.digest, told.addressee, told.period, str(part))
    return hashlib.sha256("\x1f".join(named).encode()).hexdigest()[:32]


def fair(work: Work, now: datetime) -> Fairness:
    """Look at the thanks of the last 90 days; private ones count, for no name is told."""
    chosen, support = settings.chosen(work), _support(work)
    since = now - REPORTED
    gathered = work.digests.gather(since, now, support)
    pairs = [(one.giver, id) for one in gathered.thanks for id in one.recipients]
    staff = work.digests.staff(support)
    last = work.digests.last_thanked(staff, now)
    beginning = work.digests.beginning() or now
    return Fairness(
        since=since,
        until=now,
        timezone=chosen.timezone,
        thanks=len(pairs),
        balance=fairness.front_to_back(pairs, gathered.people),
        spread=fairness.spread(id for _, id in pairs),
        rings=fairness.rings(pairs),
        unthanked=sum(now - last.get(id, beginning) >= digest.QUIET_FOR for id in staff),
        staff=len(staff),
    )


def _due(work: Work, kind: Kind, now: datetime, ways: Ways) -> list[tuple[_Reader, Made]]:
    beginning = work.digests.beginning()
    if beginning is None:
        return []
    not_before = _set_at(work, kind) or beginning
    latest = work.digests.latest(kind)
    found = []
    for reader in _readers(work, kind, ways):
        last = latest.get(reader.addressee)
        found += [(reader, made) for made in periods.due(reader.rhythm, last, beginning, not_before, now)]
        if len(found) >= AT_ONCE:
            break
    return found


def _readers(work: Work, kind: Kind, ways: Ways) -> list[_Reader]:
    chosen = settings.chosen(work)
    match kind:
        case "weekly":
            return [_Reader(RECOGNITION, RECOGNITION, periods.weekly(chosen.digest_time, chosen.timezone))]
        case "manager":
            managers = work.digests.managers(_support(work))
            return [_Reader(one.id, one.id, periods.managers(one.timezone), one) for one in managers]
        case "executive" if chosen.executives:
            is_holiday = partial(ways.is_holiday, chosen.holidays)
            monthly = periods.Monthly(periods.EXECUTIVES_AT, chosen.timezone, is_holiday)
            person = work.people.find(chosen.executives)
            return [_Reader(EXECUTIVES, chosen.executives, monthly, person)]
    return []


def _make(work: Work, kind: Kind, steps: Iterable[tuple[_Reader, Made]], now: datetime, ways: Ways) -> None:
    """Write each down, and queue it where it was not made before and has something to tell."""
    written = [
        (reader, made)
        for reader, made in steps
        if work.digests.write(kind, reader.addressee, made, now) and not made.folded
    ]
    with_news = (
        _with_news(work, written) if kind == "manager" else {reader.addressee for reader, _ in written}
    )
    for reader, made in written:
        if reader.addressee in with_news:
            _queue(work, kind, reader, made, now, ways)


def _queue(work: Work, kind: Kind, reader: _Reader, made: Made, now: datetime, ways: Ways) -> None:
    part = DigestPart(kind, reader.addressee, made.period)
    work.outbox.put_keyed(key_of(work, part, part.part), reader.to, part, now)
    if ways.by_mail and reader.person and reader.person.email:
        mail = DigestMail(kind, reader.addressee, made.period, reader.person.id)
        work.outbox.put_keyed(key_of(work, mail, "mail"), f"mail:{reader.person.id}", mail, now)


def _with_news(work: Work, written: Sequence[tuple[_Reader, Made]]) -> set[str]:
    """Those managers who have something to read, asked for all of a period at once."""
    together: dict[tuple[datetime, datetime], list[str]] = defaultdict(list)
    for reader, made in written:
        together[made.since, made.until].append(reader.addressee)
    found = set[str]()
    for (since, until), managers in together.items():
        teams = work.digests.teams(managers, _support(work))
        thanked = work.digests.thanked(since, until)
        last = _last_thanked(work, {one.id for team in teams.values() for one in team}, until)
        for manager, team in teams.items():
            ids = [one.id for one in team]
            if thanked.intersection(ids) or digest.newly_unthanked(ids, last, since, until):
                found.add(manager)
    return found


def _in_progress(work: Work, last: Made | None, period: str, now: datetime) -> Made:
    until = now - SETTLED
    since = periods.start(last, work.digests.beginning() or until, until)
    return Made(period, min(since, until), until, folded=False)


def _edition(work: Work, kind: Kind, reader: _Reader, made: Made, was_made: bool) -> Edition:  # noqa: FBT001
    name = reader.person.name if reader.person else reader.to
    if reader.to == RECOGNITION:
        name = settings.chosen(work).recognition_channel
    return Edition(reader.to, name, _told(work, kind, reader.addressee, made), was_made)


def _told(work: Work, kind: Kind, addressee: str, made: Made) -> Digest:
    support = _support(work)
    before = work.digests.before(kind, addressee, made.until)
    zone = _zone(work, kind, addressee)
    missed = before.until if before and before.folded else None
    period = Period(made.period, made.since, made.until, zone, missed)
    if kind == "manager":
        team = work.digests.teams([addressee], support)[addressee]
        ids = [one.id for one in team]
        gathered = work.digests.gather(made.since, made.until, support, to=ids)
        return digest.manager(period, team, gathered, _last_thanked(work, ids, made.until))
    gathered = work.digests.gather(made.since, made.until, support)
    if kind == "weekly":
        return digest.weekly(period, gathered)
    return digest.executive(period, gathered, work.digests.staff(support))


def _last_thanked(work: Work, ids: Iterable[str], until: datetime) -> dict[str, datetime]:
    """When each was last thanked; for who never was, when there was anything to thank by."""
    beginning = work.digests.beginning() or until
    everybody = [*ids]
    found = work.digests.last_thanked(everybody, until)
    return {id: found.get(id, beginning) for id in everybody}


def _zone(work: Work, kind: Kind, addressee: str) -> str:
    person = work.people.find(addressee) if kind == "manager" else None
    return person.timezone if person else settings.chosen(work).timezone


def _support(work: Work) -> Support:
    chosen = settings.chosen(work)
    return work.digests.support(chosen.support_departments, chosen.support_groups)


def _set_at(work: Work, kind: Kind) -> datetime | None:
    """When the settings were last changed that say when, or to whom, a digest is due."""
    names = {
        "weekly": {"digest_time", "timezone"},
        "manager": set[str](),
        "executive": {"executives", "timezone", "holidays"},
    }[kind]
    changes = (change.at for change in settings.history(work) if change.name in names) if names else ()
    return max(changes, default=None)


def _is_empty(told: Digest) -> bool:
    return isinstance(told, digest.ManagerDigest) and told.empty


def _nothing_to_show(kind: Kind, week: str) -> str:
    if kind == "executive" and not week:
        return "Nobody gets the executive digest yet: `goodword settings set executives …` names who does."
    if kind == "manager" and not week:
        return "No support staff report to a manager yet: `goodword directory check` says what is missing."
    return f"There is no digest of {week}: none was made, or it was told with the one after it."
