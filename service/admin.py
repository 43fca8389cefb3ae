"""Queues and tickets in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest
from service.channels.replies import resume, secret_of
from service.knowledge import admin as knowledge
from service.models import (
    Compensation,
    CompensationEntry,
    Defection,
    Empowerment,
    HookDelivery,
    Message,
    Queue,
    RemedyRules,
    ReplyHook,
    ServiceHours,
    SlaPolicy,
    Ticket,
    TicketEvent,
    TouchCost,
    WebForm,
    WinBackAttempt,
)
from service.promises.actions import hold_promises, ring, withdraw


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
    """Promises: the first by position that fits holds. Unsolved tickets follow a change within minutes."""

    list_display = (
        "name", "position", "queue", "priority", "tier", "first_reply_minutes", "next_reply_minutes",
        "solution_minutes",
    )  # fmt: skip
    list_select_related = ("queue", "tier")
    sortable_by = ()

    def _lock(self, object_id: str) -> None:
        """Promises are held before the row of one, as on their page."""
        hold_promises()
        super()._lock(object_id)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        hold_promises()
        super().save_model(request, obj, form, change)
        transaction.on_commit(ring, robust=True)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        hold_promises()
        withdraw(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            hold_promises()
            for promise in queryset.order_by("pk"):
                withdraw(promise)


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


@admin.register(Empowerment)
class EmpowermentAdmin(LoggedAdmin):
    """What each role may give to a customer without asking. A role without a row has what the product ships."""

    list_display = ("role", "refund_amount", "credit_amount", "gift_amount", "points", "month_amount")
    sortable_by = ()


@admin.register(WebForm)
class WebFormAdmin(LoggedAdmin):
    """Public forms: what strangers send becomes a ticket. `Address` is where it is to be seen, or framed."""

    list_display = ("name", "queue", "is_active", "is_on_help", "public_path")
    list_select_related = ("queue",)
    readonly_fields = ("public_path",)
    sortable_by = ()


@admin.register(ReplyHook)
class ReplyHookAdmin(LoggedAdmin):
    """Where replies in chats are brought. Saving one ends its pause; `Secret` signs what is brought (docs/api.md)."""

    list_display = ("__str__", "source", "url", "is_active", "consecutive_errors", "paused_until", "last_error")
    readonly_fields = ("secret", "consecutive_errors", "last_error", "paused_until")
    sortable_by = ()

    @admin.display(description="secret")
    def secret(self, hook: ReplyHook) -> str:
        return secret_of(hook) if hook.pk else "shown once it is saved"

    def save_model(self, request: HttpRequest, obj: ReplyHook, form: Any, change: bool) -> None:
        resume(obj)
        super().save_model(request, obj, form, change)


@admin.register(HookDelivery)
class HookDeliveryAdmin(ViewOnlyAdmin):
    """Replies on their way into chats; one that was not delivered is sent again on its ticket's page."""

    list_display = ("pk", "hook", "state", "attempts", "due_at", "sent_at", "last_error")
    list_select_related = ("hook",)
    list_filter = ("state",)
    sortable_by = ()


@admin.register(RemedyRules)
class RemedyRulesAdmin(LoggedAdmin):
    """The one row: deadline of approvals, cost of a point, when a customer counts as back."""

    list_display = ("__str__", "approval_hours", "point_value", "bought_again_days")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not RemedyRules.objects.exists()


@admin.register(Compensation)
class CompensationAdmin(ViewOnlyAdmin):
    """Given, decided and taken back on their pages, where each step keeps the ledger."""

    list_display = ("created_at", "ticket", "contact", "remedy", "amount", "points", "state", "asked_by")
    list_select_related = ("ticket", "contact", "asked_by")
    list_filter = ("state", "remedy")
    sortable_by = ()


@admin.register(Defection)
class DefectionAdmin(ViewOnlyAdmin):
    """Customers who ended are worked on their pages, where each attempt is kept."""

    list_display = ("ended_on", "contact", "source", "reason", "state", "owner")
    list_select_related = ("contact", "owner")
    list_filter = ("state", "reason")
    sortable_by = ()


@admin.register(WinBackAttempt)
class WinBackAttemptAdmin(ViewOnlyAdmin):
    """Attempts to win customers back: only added to."""

    list_display = ("at", "defection", "way", "offer", "actor")
    list_select_related = ("defection__contact", "actor")
    sortable_by = ()


@admin.register(CompensationEntry)
class CompensationEntryAdmin(ViewOnlyAdmin):
    """The ledger: only added to."""

    list_display = ("at", "compensation", "step", "cost_amount", "actor")
    list_select_related = ("compensation", "actor")
    sortable_by = ()


__all__ = ["knowledge"]
register_the_rest("service")
