"""Tiles of the analysis for dashboards that people put together: cohorts, and segments of recency and value."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from analytics.cohort_page import CohortPage
from analytics.models import CohortCount, RfmScore
from analytics.queries import cells_for, last_run, segments
from analytics.rfm_page import RfmPage
from analytics.rights import sees_runs, sees_whole_base
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.models import User
from crm.templatetags.figures import full_day, number, percent, short_money
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent

NOT_RUN = "The analysis has not run yet: it does so in the night, or now on the page of runs."
MOST_AGES = 12


def cohorts(user: User, question: Question) -> TileContent | None:
    """Of those who first bought in the same period, who bought again so many periods later."""
    run = last_run("cohorts")
    if run is None:
        return None
    page = CohortPage(run, list(CohortCount.objects.filter(period=question.period)), question.period)
    if not page.rows:
        return None
    ages = page.ages[:MOST_AGES]
    shares = dict(zip(page.ages, page.averages, strict=True))
    shown = [age for age in (1, 2, 3, 4) if shares.get(age) is not None]
    return TileContent(
        figures=[
            Figure(f"{question.period.capitalize()} {age}", percent(shares[age]), "bought again in it") for age in shown
        ],
        chart="triangle",
        data=page.map_data,
        heads=("Cohort", "Size", *(f"+{age}" for age in ages)),
        rows=[
            [
                Cell(row.label, url=row.url),
                Cell(number(row.size), row.size, row.url),
                *(Cell(percent(cell.share), cell.share, cell.url) for cell in row.cells[: len(ages)]),
                *(Cell("") for _ in range(len(ages) - len(row.cells))),
            ]
            for row in page.rows
        ],
        explanation=page.explanation,
        note=f"as of {full_day(run.as_of)}",
        url=reverse("analytics:cohort_list") + f"?period={question.period}",
    )


def rfm(user: User, question: Question) -> TileContent | None:
    """Customers and their money by segment of recency, frequency and monetary value."""
    run = last_run("rfm")
    if run is None or not run.row_count:
        return None
    currency = current_company().currency
    page = RfmPage(run, cells_for(user, run), segments(), currency)
    rows = [row for row in page.segment_rows if row.tally.customers]
    if not rows:
        return None
    return TileContent(
        figures=[Figure(**card) for card in (page.cards[0], *page.cards[2:])],
        chart="bars",
        data={
            "names": [row.name for row in rows],
            "values": [float(row.tally.revenue) for row in rows],
            "urls": [row.url for row in rows],
            "unit": f" {currency}",
        },
        heads=("Segment", "Customers", "Share", "Net revenue", "Share"),
        rows=[
            [
                Cell(row.name, url=row.url),
                Cell(number(row.tally.customers), row.tally.customers, row.url),
                Cell(percent(row.customer_share), row.customer_share),
                Cell(short_money(row.tally.revenue, currency), float(row.tally.revenue)),
                Cell(percent(row.revenue_share), row.revenue_share),
            ]
            for row in rows
        ],
        explanation=(
            "Customers that you may see, by the segment that their scores of recency, frequency and monetary value "
            f"give (1 to 5, by fifths), and what they have brought in all. As of {full_day(run.as_of)}, run {run.pk}."
        ),
        note=f"as of {full_day(run.as_of)}",
        url=reverse("analytics:rfm_detail"),
    )


def _sees_cohorts(user: User) -> bool:
    return sees_runs(user) and sees_whole_base(user)


def _sees_scores(user: User) -> bool:
    return sees_runs(user) and not hidden_fields(user, RfmScore)


_more: dict[str, Any] = {"is_further": True}
FURTHER_TILES = (
    DashboardTile("cohorts", "Cohorts", cohorts, _sees_cohorts, "analytics.rfmscore", NOT_RUN, frozenset({"period"}),
                  order=12, **_more),
    DashboardTile("rfm", "Segments of recency and value", rfm, _sees_scores, "analytics.rfmscore", NOT_RUN, order=44,
                  **_more),
)  # fmt: skip
