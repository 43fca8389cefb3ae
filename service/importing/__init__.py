"""What service brings to the import: tickets, and logs of what happened to tickets."""

from service.importing.events import TICKET_EVENTS
from service.importing.tickets import TICKETS

KINDS = (TICKETS, TICKET_EVENTS)

__all__ = ["KINDS"]
