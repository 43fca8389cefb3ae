"""The tickets behind a figure of service, as a filter of their list: exactly those that were counted."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from crm.company import end_of_day
from crm.languages.words import in_words, translated
from crm.models import User
from crm.templatetags.figures import full_day
from orders.models import Product
from service.choices import MessageKind, TicketChannel, TicketKind
from service.models import Message, Queue, Ticket

SOLVED = Q(solved_at__isnull=False)
# replies of people: a reminder that left by itself is none
OURS = Q(kind=MessageKind.OUT) & (Q(author__isnull=False) | Q(outgoing=None))
COUNTED: dict[str, str] = {
    "opened": _("opened"),
    "solved": _("solved"),
    "first_contact": _("solved at first contact"),
    "reopened": _("opened again"),
    "answered": _("answered"),
    "backlog": _("unsolved that evening"),
}
DIMENSIONS: dict[str, str] = {
    "queue": "Queue", "owner": "Agent", "product": "Product", "channel": "Touch point", "kind": "Kind",
}  # fmt: skip
COLUMNS = {"queue": "queue_id", "owner": "owner_id", "product": "product_id", "channel": "channel", "kind": "kind"}
WORDS: dict[str, dict[str, Any]] = {"channel": dict(TicketChannel.choices), "kind": dict(TicketKind.choices)}
NOBODY = {"owner": _("Nobody"), "product": _("No product")}


def mark_url(figure: str, since: dt.date, dimension: str = "", key: str = "") -> str:
    """The list of the tickets behind a figure of those opened on this day of the company or later."""
    mark = "|".join([figure, since.isoformat(), dimension, key])
    return f"{reverse('service:ticket_list')}?{urlencode({'counted': mark})}"


def condition(mark: str) -> Q:
    """The condition that a mark means. Raises ValueError with a sentence."""
    figure, since, dimension, key = _read(mark)
    if figure == "backlog":
        end = end_of_day(since)
        return Q(merged_into=None, opened_at__lt=end) & (Q(solved_at=None) | Q(solved_at__gte=end))
    found = Q(merged_into=None, opened_at__gte=end_of_day(since - dt.timedelta(days=1)))
    if dimension:
        column = COLUMNS[dimension]
        found &= Q(**{column: key}) if key else Q(**{f"{column}__isnull": True})
    return found & _counted(figure)


def words(mark: str) -> str:
    """`Claims, opened since 1 Jan 2026: solved at first contact`."""
    figure, since, dimension, key = _read(mark)
    if figure == "backlog":
        return in_words("unsolved on the evening of %(day)s", day=full_day(since))
    said = in_words("opened since %(day)s", day=full_day(since))
    if dimension:
        name = names_of(dimension, [key]).get(key, in_words("Gone")) if key else in_words(NOBODY.get(dimension, "None"))
        said = f"{name}, {said}"
    return said if figure == "opened" else f"{said}: {in_words(COUNTED[figure])}"


def names_of(dimension: str, keys: list[str]) -> dict[str, str]:
    """What the keys of a dimension are called."""
    if dimension in WORDS:
        return {key: translated(str(WORDS[dimension].get(key, key))) for key in keys}
    model: Any = {"queue": Queue, "owner": User, "product": Product}[dimension]
    rows = model.objects.filter(pk__in=[int(key) for key in keys if key])
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _counted(figure: str) -> Q:
    if figure == "solved":
        return SOLVED
    if figure == "reopened":
        return SOLVED & Q(reopenings__gt=0)
    if figure == "answered":
        return Q(first_reply_at__isnull=False)
    if figure == "first_contact":
        replies = (
            Message.objects.filter(OURS, ticket=OuterRef("pk")).order_by().values("ticket").annotate(n=Count("pk"))
        )
        few = Ticket.objects.annotate(
            replies=Coalesce(Subquery(replies.values("n"), output_field=IntegerField()), 0)
        ).filter(replies__lte=1)
        return SOLVED & Q(reopenings=0, pk__in=few.order_by().values("pk"))
    return Q()


def _read(mark: str) -> tuple[str, dt.date, str, str]:
    parts = mark.split("|")
    try:
        figure, since, dimension, key = parts
        is_number = key.isascii() and key.isdecimal() and len(key) < 18
        is_key = not key or (key in WORDS[dimension] if dimension in WORDS else is_number)
        if figure not in COUNTED or (dimension and dimension not in COLUMNS) or not is_key:
            raise ValueError
        return figure, dt.date.fromisoformat(since), dimension, key
    except (ValueError, KeyError):
        raise ValueError("This is no figure of service.") from None
