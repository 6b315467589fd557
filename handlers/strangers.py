"""People of other organisations in a shared channel: what they click does nothing, and says so."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot import people
from bot.messages import ClickRefused
from bot.ports import Work
from handlers.office import Office

NOT_HERE = "Goodword is not installed in this workspace, so nothing was done."


async def turned_away(office: Office, body: Mapping[str, Any]) -> bool:
    """Tell a stranger no; False for the people of this company.

    Slack names the workspace somebody belongs to, which in an organisation may be another one of ours.
    """
    user = body.get("user")
    home = user.get("team_id") if isinstance(user, dict) else None
    if not isinstance(user, dict) or not home or home == office.me.workspace:
        return False
    tell = partial(_told_no, who=str(user.get("id")), to=str(body.get("response_url") or ""), office=office)
    return await office.transact(office.me.workspace, tell)


def _told_no(work: Work, who: str, to: str, office: Office) -> bool:
    """A click can carry no answer, so the refusal travels through the outbox."""
    if people.is_of_this_company(work, who):
        return False
    if to:
        sentence = f"Only people of {office.me.name} can do that, so nothing was done."
        work.outbox.put(to, ClickRefused(sentence, in_place=False), office.now())
    return True
