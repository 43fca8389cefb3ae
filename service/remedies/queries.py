"""Reads of compensation that lists, pages and panels show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from service.models import Compensation, CompensationEntry, Ticket
from service.queries import search_tickets
from service.remedies.choices import RemedyState
from service.remedies.limits import Limits, given_in_month, limits_of, may_decide

STATE_NOW = Case(
    When(state=RemedyState.AWAITING, decide_by__lte=Now(), then=Value(RemedyState.EXPIRED.value)), default=F("state")
)
"""The state as people speak of it, as SQL: `Compensation.state_at` of the moment of the statement."""


def is_over() -> Q:
    """Awaits approval, and the deadline has passed: it has ended, also before it is booked."""
    return Q(state=RemedyState.AWAITING, decide_by__lte=timezone.now())


def state_is(chosen: Sequence[str]) -> Q:
    """Compensations in one of these states, as people speak of them."""
    found = Q(state__in=[state for state in chosen if state != RemedyState.AWAITING])
    if RemedyState.AWAITING in chosen:
        found |= Q(state=RemedyState.AWAITING) & ~is_over()
    return found | is_over() if RemedyState.EXPIRED in chosen else found


def compare_state(look_up: str, value: Any) -> Q:
    """The state for a filter tree."""
    if look_up == "empty":
        return Q(pk__in=[])
    return ~Q(pk__in=[]) if look_up == "filled" else state_is(value)


def search_compensations(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Compensations of tickets or customers that the text finds."""
    if not (text := text.strip()):
        return rows
    names_only = finds_names_only(user, "contacts.contact")
    customers = Contact.objects.filter(search_condition(text, names_only=names_only)).values("pk")
    tickets = search_tickets(Ticket.objects.order_by(), text, user).values("pk")
    by_customer = Compensation.objects.filter(contact__in=customers).order_by().values("pk")
    by_ticket = Compensation.objects.filter(ticket__in=tickets).order_by().values("pk")
    return rows.filter(pk__in=by_customer.union(by_ticket, all=True))


def compensations_of(user: User | None, ticket: Ticket) -> QuerySet[Compensation]:
    """What was given or asked for with a ticket, the newest first."""
    rows = Compensation.objects.visible_to(user).filter(ticket=ticket)
    return rows.select_related("asked_by").order_by("-pk")


def ledger_of(compensation: Compensation) -> list[CompensationEntry]:
    """What happened to it, the newest first."""
    return list(CompensationEntry.objects.filter(compensation=compensation).select_related("actor").order_by("-pk"))


def waiting_for(user: User) -> list[Compensation]:
    """What this person was asked to decide, and still may; what ends first on top."""
    rows = Compensation.objects.visible_to(user).filter(~is_over(), state=RemedyState.AWAITING, approvers__user=user)
    found = rows.select_related("ticket", "contact", "asked_by").order_by("decide_by", "pk")[:20]
    return [one for one in found if may_decide(user, one)]


@dataclass(frozen=True)
class Scope:
    """What a person may give to one customer: their limits, and what the customer was given in this month."""

    limits: Limits
    given: Decimal

    @property
    def left(self) -> Decimal | None:
        """Money that may still be given in this month; None: no limit."""
        return None if self.limits.month is None else max(self.limits.month - self.given, Decimal(0))


def scope_for(user: User, contact: Contact | int) -> Scope:
    return Scope(limits_of(user), given_in_month(contact, timezone.now()))
