"""Everything that writes tickets."""

from service.actions.merging import merge_ticket, unmerge_ticket
from service.actions.queues import default_queue
from service.actions.states import close_ticket, reopen_ticket, solve_ticket, take_ticket
from service.actions.talking import AnsweredMeanwhile, add_note, reply, take_message
from service.actions.tickets import change_ticket, open_ticket

__all__ = [
    "AnsweredMeanwhile",
    "add_note",
    "change_ticket",
    "close_ticket",
    "default_queue",
    "merge_ticket",
    "open_ticket",
    "reopen_ticket",
    "reply",
    "solve_ticket",
    "take_message",
    "take_ticket",
    "unmerge_ticket",
]
