"""What contacts bring to the home page: what has lately passed between the company and its contacts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from contacts.models import Interaction
from contacts.queries import ICONS
from contacts.responsibility.queries import due_for
from crm.catalogue import HomeCard
from crm.models import User

LOOK_BACK = dt.timedelta(days=60)
NEWEST = 7
MOST_REVIEWS = 5


def history_card(request: HttpRequest) -> dict[str, Any] | None:
    """The newest interactions of the last 60 days with contacts that the person may see; None without any."""
    user: User = request.user  # type: ignore[assignment]
    rows = Interaction.objects.visible_to(user).filter(occurred_at__gt=timezone.now() - LOOK_BACK)
    rows = rows.select_related("contact", "user").order_by("-occurred_at", "-id")[:NEWEST]
    entries = [{"row": row, "icon": ICONS.get(row.channel, "chat-dots")} for row in rows]  # type: ignore[call-overload]
    return {"entries": entries} if entries else None


def reviews_card(request: HttpRequest) -> dict[str, Any] | None:
    """Accounts that the person is to review by today; None without any."""
    found = due_for(request.user, MOST_REVIEWS + 1)  # type: ignore[arg-type]
    return {"contacts": found[:MOST_REVIEWS], "has_more": len(found) > MOST_REVIEWS} if found else None


CARDS = (
    HomeCard("reviews", "contacts/responsibility/_home_reviews.html", reviews_card, order=9),
    HomeCard("history", "contacts/_home_history.html", history_card, order=30),
)
