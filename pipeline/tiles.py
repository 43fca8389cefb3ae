"""The tile of dashboards that selling brings: who closed what, as the page of sales performance shows it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import days, full_day, number, percent, plain_number, short_money
from crm.tiles.comparing import DAYS, beside, days_before, days_of
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from pipeline.models import Deal
from pipeline.performance import Figures, deals_behind, figures_by, total_figures

MOST_BARS = 10


def sales(user: User, question: Question) -> TileContent | None:
    """What each rep won in the days of a period, beside as many days before."""
    first, last = days_of(question.period)
    rows = figures_by(user, "rep", first, last)
    if not rows:
        return None
    currency, whole = current_company().currency, total_figures(user, first, last)
    before = total_figures(user, *days_before(question.period))
    address = urlencode({"by": "rep", "since": first.isoformat(), "until": last.isoformat()})
    won = Figure("Won", short_money(whole.amount, currency), f"{number(whole.won)} of {number(whole.closed)} closed")
    rate, size = Figure("Win rate", percent(whole.win_rate)), Figure("A deal", short_money(whole.mean_amount, currency))
    cycle = Figure("From opening to won", days(whole.median_won), "half of them were faster")
    best = [row for row in rows if row.amount][:MOST_BARS]
    return TileContent(
        figures=[
            beside(won, whole.amount, before.amount),
            beside(rate, whole.win_rate, before.win_rate),
            beside(size, whole.mean_amount, before.mean_amount),
            beside(cycle, whole.median_won, before.median_won, more_is="bad"),
        ],
        chart="bars" if best else "",
        data={
            "names": [row.name or "nobody" for row in best],
            "values": [float(row.amount) for row in best],
            "urls": [deals_behind("rep", row, first, last) for row in best],
            "unit": f" {currency}",
        },
        heads=("Rep", "Won", "Deals won", "Lost", "Win rate", "Days to win"),
        rows=[_row(row, currency, deals_behind("rep", row, first, last)) for row in rows],
        explanation=(
            f"Deals that you may see, closed since {full_day(first)}, in {currency}; a deal that reps share counts by "
            "their parts. Win rate: won ÷ (won + lost). Days to win: from opening to won, the middle one. Beside the "
            f"figures: the change on the {DAYS[question.period]} days before. Counted now, by no run."
        ),
        note=f"{DAYS[question.period]} days",
        url=f"{reverse('pipeline:performance')}?{address}",
    )


def _row(row: Figures, currency: str, url: str) -> list[Cell]:
    return [
        Cell(row.name or "nobody", url=url),
        Cell(short_money(row.amount, currency), row.amount),
        Cell(plain_number(row.won), row.won),
        Cell(plain_number(row.lost), row.lost),
        Cell(percent(row.win_rate), row.win_rate),
        Cell(days(row.median_won), row.median_won),
    ]


def sees_sales(user: User) -> bool:
    """As the page of sales performance asks it."""
    return can(user, Verb.VIEW, Deal) and not hides(user, "pipeline.deal.amount", "pipeline.deal.owner")


TILES = (
    DashboardTile(
        "sales", "Sales by rep", sales, sees_sales, "pipeline.deal", "No deal was opened or closed in this time.",
        frozenset({"period"}), order=52, is_further=True,
    ),
)  # fmt: skip
