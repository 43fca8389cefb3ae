"""Tickets, what is said in them, their log, queues."""

from service.models.messages import Message, TicketEvent
from service.models.promises import ServiceHours, SlaPolicy
from service.models.queues import Queue
from service.models.tickets import Ticket, TicketQuerySet

__all__ = ["Message", "Queue", "ServiceHours", "SlaPolicy", "Ticket", "TicketEvent", "TicketQuerySet"]
