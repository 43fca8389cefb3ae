"""What tasks bring to the home page: those of today and the ones that are late, each done by one click."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from crm.agenda.forms import QUICK_DAYS
from crm.agenda.queries import due_by
from crm.choices import Role
from crm.languages.words import in_words
from crm.models import Task, User
from crm.templatetags.figures import number
from crm.tiles.spec import Figure, HomeCard, HomeFigures

MOST = 7


def tasks_card(request: HttpRequest) -> dict[str, Any] | None:
    """The person's open tasks of today and before; None without any."""
    user: User = request.user  # type: ignore[assignment]
    tasks = due_by(user, timezone.localdate(), MOST + 1)
    return {"tasks": tasks[:MOST], "has_more": len(tasks) > MOST, "snooze_days": QUICK_DAYS[1:4]} if tasks else None


def due_tasks(user: User) -> list[Figure]:
    """How many of the own tasks are of today or late."""
    today = timezone.localdate()
    found = Task.objects.of(user).open().filter(due_on__lte=today)
    counts = found.aggregate(due=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    pill: dict[str, Any] = (
        {"change": in_words("%(count)s overdue", count=number(counts["late"])), "change_tone": "bad"}
        if counts["late"]
        else {}
    )
    url = f"{reverse('agenda:task_list')}?show=due"
    return [
        Figure(_("Tasks for today"), number(counts["due"]), _("and those of before"), url, rows=counts["due"], **pill)
    ]


CARD = HomeCard("tasks", "agenda/_home_tasks.html", tasks_card, order=8, label="Tasks for today")
FIGURES = HomeFigures("due_tasks", "Tasks for today", due_tasks, roles=(Role.REP, Role.MARKETER), order=10)
