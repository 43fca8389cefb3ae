"""The tile of dashboards that leads bring: where they come from, and what becomes of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import duration, full_day, number, percent
from crm.tiles.comparing import DAYS, beside, days_before, days_of
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from leads.models import Lead
from leads.tracking.queries import Cohort, cohorts

MOST_BARS = 10


def sources(user: User, question: Question) -> TileContent | None:
    """The leads that came in during the days of a period, by source, beside as many days before."""
    zone, (first, last) = current_company().zone.key, days_of(question.period)
    whole = next(iter(cohorts(user, "total", first, last, zone)), None)
    if whole is None or not whole.leads:
        return None
    before = next(iter(cohorts(user, "total", *days_before(question.period), zone)), None)
    rows = cohorts(user, "source", first, last, zone)
    came = Figure("New leads", number(whole.leads), url=whole.urls["all"], rows=whole.leads)
    shares = {
        "Qualified": (whole.qualified_share, before and before.qualified_share, whole.urls["qualified"]),
        "Converted": (whole.converted_share, before and before.converted_share, whole.urls["converted"]),
    }
    address = urlencode({"first": first.isoformat(), "last": last.isoformat(), "by": "source"})
    return TileContent(
        figures=[
            beside(came, whole.leads, before and before.leads),
            *(beside(Figure(name, percent(now), url=url), now, was) for name, (now, was, url) in shares.items()),
        ],
        chart="bars",
        data={
            "names": [row.name for row in rows[:MOST_BARS]],
            "values": [row.leads for row in rows[:MOST_BARS]],
            "urls": [row.urls["all"] for row in rows[:MOST_BARS]],
            "unit": "",
        },
        heads=("Source", "Leads", "Touched", "Qualified", "Converted", "First touch"),
        rows=[_row(row) for row in rows],
        explanation=(
            f"Leads that you may see and that came in since {full_day(first)}, by the source that they name. Shares "
            "are of those who came in, whatever happened when: those of the newest are still growing. First touch: the "
            f"middle one. Beside the figures: the change on the {DAYS[question.period]} days before. By no run."
        ),
        note=f"{DAYS[question.period]} days",
        url=f"{reverse('leads:tracking')}?{address}",
    )


def _row(row: Cohort) -> list[Cell]:
    return [
        Cell(row.name, url=row.urls["all"]),
        Cell(number(row.leads), row.leads, row.urls["all"]),
        Cell(percent(row.contacted_share), row.contacted_share, row.urls["contacted"]),
        Cell(percent(row.qualified_share), row.qualified_share, row.urls["qualified"]),
        Cell(percent(row.converted_share), row.converted_share, row.urls["converted"]),
        Cell(duration(row.response_seconds), row.response_seconds),
    ]


def sees_leads(user: User) -> bool:
    """Whether the person may see leads, and where they come from."""
    return can(user, Verb.VIEW, Lead) and not hides(user, "leads.lead.source")


TILES = (
    DashboardTile(
        "lead_sources", "New leads by source", sources, sees_leads, "leads.lead", "No lead came in during this time.",
        frozenset({"period"}), order=54, is_further=True,
    ),
)  # fmt: skip
