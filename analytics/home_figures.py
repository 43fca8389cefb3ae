"""What managers see first: retention, the net promoter score, what customers are worth, what is at risk, the forecast.

Each is the figure of its page, made by the same code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.churn_page import ChurnPage, last_good_run
from analytics.clv_queries import read_clv_page
from analytics.forecast_figures import six_figures
from analytics.forecast_page import ForecastPage, anchor, span_asked
from analytics.models import ChurnScore, ClvScore, DuplicatePair, RetentionRate, SatisfactionCount
from analytics.periods import PeriodKind
from analytics.queries import last_run
from analytics.retention_page import RetentionPage
from analytics.rights import sees_runs, sees_whole_base
from analytics.satisfaction.page import SatisfactionPage
from crm.access import can
from crm.choices import Role, Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hides
from crm.filtering.counting import count_up_to
from crm.models import User
from crm.tiles.counting import list_url
from crm.tiles.spec import Figure, HomeFigures
from pipeline.models import Deal

MOST_PAIRS = 1_000  # of the card: ten thousand of a million customers' pairs took 160 ms to count


def retention(user: User) -> list[Figure]:
    """Raw retention of the last full month."""
    run = last_run("retention") if sees_runs(user) and sees_whole_base(user) else None
    if run is None:
        return []
    rates = RetentionRate.objects.filter(period=PeriodKind.MONTH, dimension="").order_by("start")
    page = RetentionPage(run, list(rates), PeriodKind.MONTH, "", current_company().currency)
    return [Figure(**page.cards[0], rows=page.full[-1].retained)] if page.cards else []


def net_promoter(user: User) -> list[Figure]:
    """The score of the newest quarter that is over; of all answers before there is one."""
    run = last_run("satisfaction") if sees_runs(user) and sees_whole_base(user) else None
    if run is None:
        return []
    counts = list(SatisfactionCount.objects.filter(dimension=""))
    kind, currency = PeriodKind.QUARTER, current_company().currency
    page = SatisfactionPage(run, counts, kind, "", names={}, retention=(), currency=currency)
    newest = page.newest_full
    card = page.newest_card() if newest else page.cards[0]
    rows = page.by_period[newest].n if newest else page.whole.n
    label = f"NPS, {card['label']}" if newest else card["label"]
    return [Figure(**{**card, "label": label}, rows=rows)] if rows else []


def lifetime_value(user: User) -> list[Figure]:
    """What the customers are expected to bring."""
    if not sees_runs(user) or hidden_fields(user, ClvScore):
        return []
    page = read_clv_page(user)
    return [Figure(**page.cards[0])] if page and page.has_money else []


def value_at_risk(user: User) -> list[Figure]:
    """Money of the next days times the chance to leave; without money, who is at high risk."""
    run = last_good_run() if sees_runs(user) and not hidden_fields(user, ChurnScore) else None
    if run is None:
        return []
    page = ChurnPage(run, user, current_company().currency)
    cards = {card["label"]: card for card in page.cards}
    if "Value at risk" in cards:
        return [Figure(**cards["Value at risk"])]
    return [Figure(**cards["High risk"], rows=page.high["customers"])]


def forecast(user: User) -> list[Figure]:
    """What was won of the target of the running quarter, with the pace, and the forecast."""
    if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
        return []
    run = last_run("forecast")
    span = span_asked("", "", anchor(run))
    total = ForecastPage(user, span, run, "rep").total
    cards = six_figures(total, span, run, current_company().currency)
    won, said, pace = (Figure(**card) for card in cards[:3])
    said = replace(said, url=list_url("analytics:forecast_detail", {}))
    if not total.target:
        return [won, said]
    reached = min(int(100 * total.won / total.target), 100)
    is_behind = total.won / total.target < span.share_over
    change: dict[str, Any] = {"change": _("behind") if is_behind else _("on pace")}
    change["change_tone"] = "warn" if is_behind else "good"
    return [replace(won, note=f"{won.note}; {pace.note.split(';')[0]}", progress=reached, **change), said]


def duplicates(user: User) -> list[Figure]:
    """Pairs of contacts that wait for somebody to look at them."""
    if not can(user, Verb.VIEW, DuplicatePair):
        return []
    waiting = count_up_to(DuplicatePair.objects.visible_to(user).waiting(), MOST_PAIRS)
    url = list_url("duplicates:pair_list", {})
    rows = waiting.value if waiting.is_exact else None
    return [Figure(_("Duplicates"), str(waiting), _("pairs wait for a look"), url, rows=rows)]


MANAGER = (Role.MANAGER,)
FIGURES = (
    HomeFigures("forecast", "Forecast", forecast, roles=MANAGER, order=10, most=2),
    HomeFigures("retention", "Retention", retention, roles=MANAGER, order=20),
    HomeFigures("net_promoter", "NPS", net_promoter, roles=MANAGER, order=30),
    HomeFigures("lifetime_value", "Lifetime value", lifetime_value, roles=MANAGER, order=40),
    HomeFigures("at_risk", "Value at risk", value_at_risk, roles=MANAGER, order=50, is_late=True),
    HomeFigures("duplicates", "Duplicates", duplicates, roles=(Role.ADMIN,), order=40),
)
