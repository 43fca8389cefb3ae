"""What feedback brings to the home page of agents: what those said whom they served."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count
from django.utils.translation import gettext

from crm.choices import Role
from crm.company import company_today
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import number, plural
from crm.tiles.counting import list_url, rows_behind
from crm.tiles.spec import Figure, HomeFigures
from feedback.choices import NpsGroup
from feedback.scoring import NetPromoter

DAYS = 30


def satisfaction(user: User) -> list[Figure]:
    """The net promoter score of the last 30 days among those whom the person served; a dash before anybody answered."""
    since = company_today() - dt.timedelta(days=DAYS)
    asked = {"agent": user.pk, "nps_min": 0, "answered_min": since.isoformat()}
    rows = rows_behind(user, "feedback.response", asked)
    if rows is None:
        return []
    counts = dict(rows.order_by().values_list("nps_group").annotate(Count("pk")))
    found = NetPromoter(*(counts.get(group, 0) for group in (NpsGroup.PROMOTER, NpsGroup.PASSIVE, NpsGroup.DETRACTOR)))
    said = f"{number(found.score, 0)} ± {number(found.half_width, 0)}" if found.n else "–"
    note = gettext("nobody whom you served has answered")
    if found.n:
        note = in_words("NPS of %(answers)s", answers=plural(found.n, "answer"))
        note += "; " + gettext("few, so it says little") if found.is_small else ""
    return [
        Figure(
            in_words("Satisfaction, %(days)s days", days=DAYS),
            said,
            note,
            list_url("feedback:response_list", asked),
            rows=found.n,
        )
    ]


FIGURES = (HomeFigures("satisfaction", "Satisfaction", satisfaction, roles=(Role.AGENT,), order=60),)
