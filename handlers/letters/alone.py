"""What one person is told alone: their Home tab, a file, what is kept about them, gaps to mend."""

from datetime import datetime

from bot import escalations, kudos, people, privacy, reviews
from bot.messages import ChartGaps, DataErased, DataExported, HomeOpened, ReviewExported, StandInUnfit
from bot.ports import Letter, Work
from handlers.letters.acts import Act, Post, Publish, Upload
from handlers.views import directory as directory_view
from handlers.views import home as home_view
from handlers.views import privacy as privacy_view
from handlers.views import reviews as review_view


def home(work: Work, _letter: Letter, _now: datetime, message: HomeOpened) -> Act:
    person = message.person
    mine, held = escalations.of(work, person)
    drawn = home_view.home(kudos.mine(work, person), mine, held, people.standing(work, person))
    return Publish(person, drawn)


def gaps(work: Work, letter: Letter, _now: datetime, message: ChartGaps) -> Act:
    return Post(letter.to, directory_view.gaps(message, people.names_in(work, message)), (letter.to,))


def stand_in(_work: Work, letter: Letter, _now: datetime, message: StandInUnfit) -> Act:
    return Post(letter.to, directory_view.stand_in(message), (letter.to,))


def review(work: Work, letter: Letter, _now: datetime, message: ReviewExported) -> Act:
    asked_at = datetime.fromisoformat(message.asked_at)
    found = reviews.recognition(work, message.manager, asked_at, message.days, message.one)
    written = review_view.table(found) if message.form == "csv" else review_view.markdown(found)
    return Upload(
        message.manager,
        name=f"recognition-{asked_at:%Y-%m-%d}-{letter.key[-8:]}.{message.form}",
        title=f"Recognition of the last {message.days} days",
        content=written,
        comment="Here is what was said of your people. Only you have this file.",
    )


def export(work: Work, letter: Letter, _now: datetime, message: DataExported) -> Act:
    pages = privacy_view.pages(privacy.export(work, message.person))
    return Post(letter.to, privacy_view.page(pages, message.part, message.parts), (letter.to,))


def erased(_work: Work, letter: Letter, _now: datetime, _message: DataErased) -> Act:
    return Post(letter.to, privacy_view.erased(), (letter.to,))
