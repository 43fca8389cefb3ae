"""Tickets, what is said in them, their log, queues."""

from service.models.articles import (
    Article,
    ArticleCategory,
    ArticleFile,
    ArticleRead,
    ArticleSearch,
    ArticleUse,
    ArticleVersion,
    ArticleVote,
    CategoryName,
)
from service.models.messages import Message, TicketEvent
from service.models.portal import PortalAccess, PortalRequest
from service.models.promises import ServiceHours, SlaPolicy
from service.models.queues import Queue
from service.models.tickets import Ticket, TicketQuerySet

__all__ = [
    "Article",
    "ArticleCategory",
    "ArticleFile",
    "ArticleRead",
    "ArticleSearch",
    "ArticleUse",
    "ArticleVersion",
    "ArticleVote",
    "CategoryName",
    "Message",
    "PortalAccess",
    "PortalRequest",
    "Queue",
    "ServiceHours",
    "SlaPolicy",
    "Ticket",
    "TicketEvent",
    "TicketQuerySet",
]
