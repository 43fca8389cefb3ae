"""What tasks bring to the home page: those of today and the ones that are late, each done by one click."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from crm.agenda.forms import QUICK_DAYS
from crm.agenda.queries import due_by
from crm.catalogue import HomeCard
from crm.models import User

MOST = 7


def tasks_card(request: HttpRequest) -> dict[str, Any] | None:
    """The person's open tasks of today and before; None without any."""
    user: User = request.user  # type: ignore[assignment]
    tasks = due_by(user, timezone.localdate(), MOST + 1)
    return {"tasks": tasks[:MOST], "has_more": len(tasks) > MOST, "snooze_days": QUICK_DAYS[1:4]} if tasks else None


CARD = HomeCard("tasks", "agenda/_home_tasks.html", tasks_card, order=8)
