"""The scores of a customer as they stood at the end of each month, on the record page."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics.models import ChurnScore, ClvScore, RfmScore, ScoreHistory
from analytics.periods import Period, PeriodKind
from analytics.specs import score_of
from analytics.steps.history import MONTHS, month_ends
from crm.catalogue import RecordPanel
from crm.company import current_company
from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.field_rights import hidden_fields
from crm.requests import SignedInRequest
from crm.templatetags.figures import NOTHING, money, percent
from crm.templatetags.pieces import score_tiles


def history(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The last thirteen month ends up to the day of the scores, the newest first; nothing where none is kept.

    A column whose score is hidden from the person is left out, and everything where a part of R, F, M is hidden.
    """
    user, score = cast(SignedInRequest, request).user, score_of(record)
    if score is None or hidden_fields(user, RfmScore) or hidden_fields(user, ScoreHistory):
        return None
    months = _kept.get_or_make(score.as_of, lambda: KeptRows(_months_until(score.as_of))).read(record.pk)
    if not months:
        return None
    columns = [name for name, owner in COLUMNS.items() if not hidden_fields(user, owner)]
    columns = [name for name in columns if any(getattr(one, FIELDS[name]) is not None for one in months)]
    return {"columns": columns, "rows": format_html_join("", "{}", ((_row(one, columns),) for one in months))}


def _months_until(day: dt.date) -> models.QuerySet[ScoreHistory]:
    """The key begins with the month: thirteen look-ups by key."""
    rows = ScoreHistory.objects.filter(contact_id=ANY_KEY, month_end__in=month_ends(day, MONTHS))
    return rows.order_by("-month_end")


def _row(kept: ScoreHistory, columns: list[str]) -> SafeString:
    values = format_html_join("", '<td class="num">{}</td>', ((_value(kept, name),) for name in columns))
    month, tiles = Period.of(kept.month_end, PeriodKind.MONTH), score_tiles(kept.r, kept.f, kept.m)
    return format_html(ROW, month, tiles, kept.segment or NOTHING, values)


def _value(kept: ScoreHistory, name: str) -> str:
    value = getattr(kept, FIELDS[name])
    if value is None:
        return NOTHING
    return money(value, current_company().currency) if name == "Value" else percent(value)


_kept: Shelf[KeptRows[ScoreHistory]] = Shelf()
FIELDS = {"There": "p_alive", "Value": "clv", "Leaves": "churn_probability"}
ROW = '<tr><th scope="row">{}</th><td>{}</td><td>{}</td>{}</tr>'
COLUMNS: dict[str, type[models.Model]] = {"There": ClvScore, "Value": ClvScore, "Leaves": ChurnScore}
PANELS = (RecordPanel("score_history", "Month by month", "analytics/_score_history.html", history, order=90),)
