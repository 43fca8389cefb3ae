"""Queues and tickets in the administration."""

from __future__ import annotations

from django.contrib import admin

from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest
from service.knowledge import admin as knowledge
from service.models import Message, Queue, ServiceHours, SlaPolicy, Ticket, TicketEvent, TouchCost


@admin.register(Queue)
class QueueAdmin(LoggedAdmin):
    """The first by position is where tickets go that name none."""

    list_display = ("name", "position", "team", "mailbox")
    list_select_related = ("team", "mailbox")
    sortable_by = ()


@admin.register(ServiceHours)
class ServiceHoursAdmin(LoggedAdmin):
    """When somebody is there."""

    list_display = ("name", "time_zone", "monday", "friday", "saturday")
    sortable_by = ()


@admin.register(SlaPolicy)
class SlaPolicyAdmin(LoggedAdmin):
    """Promises: the first by position that fits holds. Unsolved tickets follow a change within the hour."""

    list_display = (
        "name", "position", "queue", "priority", "tier", "first_reply_minutes", "next_reply_minutes",
        "solution_minutes",
    )  # fmt: skip
    list_select_related = ("queue", "tier")
    sortable_by = ()


@admin.register(TouchCost)
class TouchCostAdmin(LoggedAdmin):
    """What a ticket and a reply cost, by touch point: of it the figures of service are made."""

    list_display = ("channel", "ticket_amount", "reply_amount")
    sortable_by = ()


@admin.register(Ticket)
class TicketAdmin(ViewOnlyAdmin):
    """Tickets are answered, solved and merged on their pages, where each step keeps its log."""

    list_display = ("number", "subject", "queue", "state", "priority", "owner", "opened_at")
    list_select_related = ("queue", "owner")
    list_filter = ("state", "queue")
    found_by = ("external_id",)
    sortable_by = ()


@admin.register(Message)
class MessageAdmin(ViewOnlyAdmin):
    """What was said: only added to."""

    list_display = ("sent_at", "ticket", "kind", "author")
    list_select_related = ("ticket", "author")
    sortable_by = ()


@admin.register(TicketEvent)
class TicketEventAdmin(ViewOnlyAdmin):
    """The log of tickets: only added to."""

    list_display = ("occurred_at", "ticket", "event", "value", "actor")
    list_select_related = ("ticket", "actor")
    sortable_by = ()


__all__ = ["knowledge"]
register_the_rest("service")
