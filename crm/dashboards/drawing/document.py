"""What a dashboard says to one person, in words and pictures ready to be set: the same that its page shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.dashboards.choices import PeriodLength
from crm.dashboards.drawing.charts import draw_chart
from crm.dashboards.queries import HOUSE_NAME, ShownTile, show_tile, tiles_of
from crm.models import Dashboard, User
from crm.templatetags.figures import day_and_time
from crm.tiles.spec import DashboardTile, Question
from crm.typesetting.setting import set_document

TEMPLATE = Path(__file__).parent / "dashboard.typ"
MOST_ROWS = 9
BROKEN = "This could not be shown just now. It was noted; the other tiles are as they should be."
NOT_TAKEN_OUT = "Your role may see these figures on the page, and not take them out as a file."
NO_TILE = "There is no tile here that you may see."


def draw_dashboard(user: User, dashboard: Dashboard | None, question: Question) -> bytes:
    """The PDF of a dashboard as this person may see it. Raises ValidationError where it cannot be drawn."""
    data, pictures = document_of(user, dashboard, question)
    return set_document(TEMPLATE, data, pictures)


def document_of(user: User, dashboard: Dashboard | None, question: Question) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Its words, and its pictures by the name of their file."""
    pictures: dict[str, bytes] = {}
    shown = [_shown(tile, user, question, pictures) for tile in tiles_of(user, dashboard).values()]
    path = dashboard.get_absolute_url() if dashboard else reverse("dashboards:house")
    return {
        "name": dashboard.name if dashboard else HOUSE_NAME,
        "company": current_company().name,
        "about": " · ".join(
            (f"Periods of a {PeriodLength(question.period).label.lower()}", question.segment or "all segments")
        ),
        "made": f"Made {day_and_time(timezone.now())} for {user.name}: what you may see, with your own rows",
        "url": f"{settings.CRM_BASE_URL}{path}",
        "tiles": shown,
        "nothing": NO_TILE,
    }, pictures


def _shown(tile: DashboardTile, user: User, question: Question, pictures: dict[str, bytes]) -> dict[str, Any]:
    words: dict[str, Any] = {
        "label": tile.label, "note": "", "figures": [], "chart": "", "heads": [], "rows": [], "more": "",
        "explanation": "", "problem": "",
    }  # fmt: skip
    if not can(user, Verb.EXPORT, apps.get_model(tile.exported)):
        return words | {"problem": NOT_TAKEN_OUT}
    one = show_tile(tile, user, question)
    if one.is_broken or one.content is None:
        return words | {"problem": BROKEN if one.is_broken else tile.empty}
    return words | _content(one, question, pictures)


def _content(one: ShownTile, question: Question, pictures: dict[str, bytes]) -> dict[str, Any]:
    content = one.content
    assert content is not None  # noqa: S101 - asked for tiles that show something
    file = ""
    if content.chart and (picture := draw_chart(content.chart, content.data)):
        file = f"chart-{len(pictures) + 1}.svg"
        pictures[file] = picture
    is_for_all = bool(question.segment) and "segment" not in one.tile.takes
    left = len(content.rows) - MOST_ROWS
    return {
        "note": " · ".join(part for part in (content.note, "all segments" if is_for_all else "") if part),
        "figures": [
            {"label": figure.label, "value": figure.value, "note": figure.note, "change": figure.change,
             "tone": figure.change_tone or "neutral"}
            for figure in content.figures
        ],
        "chart": file,
        "heads": list(content.heads),
        "rows": [[cell.text for cell in row] for row in content.rows[:MOST_ROWS]],
        "more": f"and {left} more rows on the page" if left > 0 else "",
        "explanation": content.explanation,
    }  # fmt: skip
