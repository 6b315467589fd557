"""A pretend Slack: strict, in memory, over real HTTP. It imports nothing of ours."""

from handlers.playground.caller import Attempt, Delivery
from handlers.playground.clock import PretendClock
from handlers.playground.company import Company, Group, Person, Room
from handlers.playground.errors import CannotAct
from handlers.playground.exchange import Exchange, serve_all
from handlers.playground.faults import Fault, Faults
from handlers.playground.sample import sample_company
from handlers.playground.server import PretendSlack, serve
from handlers.playground.shown import Message, Shown, ShownView
from handlers.playground.switches import Switch, Switches
from handlers.playground.workspace import ApiCall, Interaction

__all__ = [
    "ApiCall",
    "Attempt",
    "CannotAct",
    "Company",
    "Delivery",
    "Exchange",
    "Fault",
    "Faults",
    "Group",
    "Interaction",
    "Message",
    "Person",
    "PretendClock",
    "PretendSlack",
    "Room",
    "Shown",
    "ShownView",
    "Switch",
    "Switches",
    "sample_company",
    "serve",
    "serve_all",
]
