"""Somebody types /kudos, and the right people read it; nobody else does."""

from datetime import timedelta

import pytest

from bot import kudos
from tests.town import Town


async def test_a_kudos_is_in_the_channel_and_in_the_inbox(town: Town) -> None:
    done = await town.types("ada", "/kudos @ben for turning the ACME invoice round in an hour #ownership")
    await town.settled()

    assert done.ok
    (post,) = town.channel("kudos")
    assert post.plain == "Ada thanks @Ben\nfor turning the ACME invoice round in an hour\n#ownership"
    assert post.pings == {town.id("ben")}
    (word,) = town.dms("ben")
    assert "Ada thanks you:" in word.plain
    assert "for turning the ACME invoice round in an hour" in word.plain
    assert "Your thanks to Ben will be in #kudos" in town.last_words_to("ada")
