"""Many workspaces in one Goodword: installed by OAuth, apart from each other, and gone at once."""

from sqlalchemy import select

from storage.tables import installations
from tests.spaces import FIRST, SECOND, spaces
from tests.town import words


async def test_it_is_installed_in_two_workspaces_and_thanks_in_each_stay_there(database_url: str) -> None:
    async with spaces(database_url) as both:
        page = await both.installs(FIRST)
        assert page.status_code == 200
        assert "Goodword is installed in T0First001." in page.text
        assert (await both.installs(SECOND)).status_code == 200

        await both.first.types("ada", "/kudos @ben for the invoice at midnight")
        await both.second.types("cy", "/kudos @ben for the long list of prices")
        await both.settled()

        assert [words(post) for post in both.first.channel("kudos")] == [
            "Ada thanks @Ben\nfor the invoice at midnight"
        ]
        assert [words(post) for post in both.second.channel("kudos")] == [
            "Cy thanks @Ben\nfor the long list of prices"
        ]
        assert len(both.first.dms("ben")) == len(both.second.dms("ben")) == 1
        kept = await both.bot.store.across(lambda connection: connection.execute(select(installations)).all())
        assert {row.account_id for row in kept} == {FIRST, SECOND}
        assert not any("xoxb" in str(row) for row in kept)
