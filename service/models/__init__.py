"""Tickets, what is said in them, their log, queues, promises, compensation."""

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
from service.models.channels import Conversation, HookDelivery, ReplyHook, WebForm, WebRequest
from service.models.costs import TouchCost
from service.models.defectors import Defection, WinBackAttempt
from service.models.macros import Macro
from service.models.messages import Message, MessageFile, TicketEvent
from service.models.portal import PortalAccess, PortalRequest
from service.models.promises import ServiceHours, SlaPolicy
from service.models.queues import Queue
from service.models.remedies import Compensation, CompensationApprover, CompensationEntry, Empowerment, RemedyRules
from service.models.routing import RoutingRule, RoutingTurn, TicketIntake
from service.models.tickets import Ticket, TicketQuerySet
from service.models.ties import TicketLink, TicketPresence, TicketWatcher

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
    "Compensation",
    "CompensationApprover",
    "CompensationEntry",
    "Conversation",
    "Defection",
    "Empowerment",
    "HookDelivery",
    "Macro",
    "Message",
    "MessageFile",
    "PortalAccess",
    "PortalRequest",
    "Queue",
    "RemedyRules",
    "ReplyHook",
    "RoutingRule",
    "RoutingTurn",
    "ServiceHours",
    "SlaPolicy",
    "Ticket",
    "TicketEvent",
    "TicketIntake",
    "TicketLink",
    "TicketPresence",
    "TicketQuerySet",
    "TicketWatcher",
    "TouchCost",
    "WebForm",
    "WebRequest",
    "WinBackAttempt",
]
