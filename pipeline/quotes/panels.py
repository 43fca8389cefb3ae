"""What quotes put on other pages: tabs and buttons of deals and contacts, a card of approvals, the contact history."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast

from django.db import models
from django.db.models import F, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from contacts.models import Contact
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel, TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.field_rights import mask
from crm.languages.words import translated
from crm.models import User
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from crm.tiles.spec import HomeCard
from pipeline.models import Deal, Quote, QuoteStep
from pipeline.quotes.choices import StepKind
from pipeline.quotes.queries import quotes_of, waiting_for

NEWEST = 50
MOST_WAITING = 8
COLUMNS = ("number", "title", "state", "amount", "valid_until")
PHONE = {"amount": "cell-end", "title": "cell-secondary", "state": "cell-secondary-end"}
TOLD = {
    StepKind.SENT: (_("Quote sent"), "send", "accent"),
    StepKind.ACCEPTED: (_("Quote accepted"), "check-lg", "good"),
    StepKind.DECLINED: (_("Quote declined"), "x-circle", "bad"),
    StepKind.EXPIRED: (_("Quote expired"), "clock-history", "warn"),
    StepKind.WITHDRAWN: (_("Quote withdrawn"), "x-circle", "accent"),
}
"""What of a quote stands in the contact's history: what the customer has seen or done."""


def quotes_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest quotes of a deal or a contact as a table."""
    asked, whose = cast(SignedInRequest, request), cast("Contact | Deal", record)
    rows = list(quotes_of(asked.user, whose)[: NEWEST + 1])
    all_url = f"{path_of('pipeline:quote_list')}?contact={whose.pk}" if isinstance(whose, Contact) else ""
    return {
        "table": small_table("pipeline.quote", COLUMNS, PHONE, asked, rows[:NEWEST]),
        "whose": whose,
        "all_url": all_url if len(rows) > NEWEST else "",
        "new_url": _new_url(asked, whose),
    }


def counted_quotes(user: User) -> VisibleQuerySet[Quote]:
    """The quotes for a contact, as customer or as the person it is for, that the person may see."""
    return Quote.objects.visible_to(user).filter(Q(contact=OuterRef("pk")) | Q(recipient=OuterRef("pk")))


def counted_for_deal(user: User) -> VisibleQuerySet[Quote]:
    """The quotes of a deal that the person may see."""
    return Quote.objects.visible_to(user).filter(deal=OuterRef("pk"))


def count_quotes(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the record. None leaves the tab out for who may see no quotes."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Quote):
        return None
    counted: int | None = getattr(record, "quotes_count", None)
    return quotes_of(user, cast("Contact | Deal", record)).count() if counted is None else counted


def new_quote_button(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    url = _new_url(cast(SignedInRequest, request), cast("Contact | Deal", record))
    return {"url": url} if url else None


def _new_url(request: SignedInRequest, whose: Contact | Deal) -> str:
    """Where a quote for this contact or deal is made; empty for who may make none."""
    if whose.is_archived or not can(request.user, Verb.ADD, Quote):
        return ""
    if isinstance(whose, Deal) and not (whose.is_open and can(request.user, Verb.CHANGE, whose)):
        return ""
    return f"{path_of('pipeline:quote_create')}?{'deal' if isinstance(whose, Deal) else 'contact'}={whose.pk}"


def approvals_card(request: HttpRequest) -> dict[str, Any] | None:
    """Quotes that wait for this person's approval; None where there are none."""
    user: User = request.user  # type: ignore[assignment]
    if not can(user, Verb.VIEW, Quote):
        return None
    rows = list(waiting_for(user).select_related("asked_by")[:MOST_WAITING])
    for quote in rows:
        mask(user, quote)
    return {"quotes": rows} if rows else None


def quotes_before(
    user: User, key: int, before: dt.datetime | None, limit: int, *, of: str = "quote__contact"
) -> list[TimelineEntry]:
    """What happened to the quotes of a contact (or what the path leads to) that the person may see, newest first."""
    if not can(user, Verb.VIEW, Quote):
        return []
    rows = QuoteStep.objects.visible_to(user).filter(**{of: key}, kind__in=list(TOLD))
    rows = rows.filter(at__lt=before) if before else rows
    told = rows.order_by("-at", "-pk").annotate(number=F("quote__number"), title=F("quote__title"))
    return [_entry(step) for step in told.select_related("actor")[:limit]]


def _entry(step: Any) -> TimelineEntry:
    words, icon, tone = TOLD[StepKind(step.kind)]
    return TimelineEntry(
        at=step.at,
        icon=icon,
        title=f"{translated(words)}: {step.number} {step.title}",
        key=f"quote-{step.pk}",
        text=step.words,
        who=step.actor.name if step.actor else step.name,
        url=path_of("pipeline:quote_detail", step.quote_id),
        tone=tone,
    )


TAB = RecordPanel(
    "quotes", "Quotes", "pipeline/quotes/_tab.html", quotes_tab, place="tab", order=16, count=count_quotes
)
BUTTON = RecordPanel("new_quote", "New quote", "pipeline/quotes/_new.html", new_quote_button, place="action", order=16)
DEAL_PANELS = (replace(TAB, counted=counted_for_deal), BUTTON)
CONTACT_PANELS = (replace(TAB, counted=counted_quotes), BUTTON)
CARDS = (
    HomeCard("approvals", "pipeline/quotes/_home_approvals.html", approvals_card, order=12, label="Quotes to approve"),
)
TIMELINE = TimelineSource("quotes", "Quotes", quotes_before, counted_as="quotes")
