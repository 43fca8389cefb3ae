"""The tile of dashboards that campaigns bring: what each of them brought."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from campaigns.choices import CampaignState, Reached
from campaigns.marks import mark_url
from campaigns.models import Campaign, Recipient
from campaigns.queries import read_outcomes
from campaigns.specs import points
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import full_day, number, percent, short_money
from crm.tiles.spec import Cell, DashboardTile, Question, TileContent

DAYS = {"month": 30, "quarter": 90, "year": 365}
MOST = 10
NOTHING = "–"


def campaigns(user: User, question: Question) -> TileContent | None:
    """The newest campaigns that began in a period: how many were reached, who responded, the lift with its interval."""
    since = company_today() - dt.timedelta(days=DAYS[question.period])
    begun = Q(starts_on__gte=since) | Q(launched_at__date__gte=since)
    rows = Campaign.objects.visible_to(user).filter(begun).exclude(state=CampaignState.PLANNED)
    day = Coalesce(TruncDate("launched_at"), "starts_on")
    found = list(rows.order_by(day.desc(), "-pk")[:MOST])
    if not found:
        return None
    read_outcomes(found, user)
    shows_money = not hides(user, "campaigns.recipient.amount")
    return TileContent(
        chart="bars",
        data={
            "names": [one.name for one in found],
            "values": [_share(one.outcome.together.rate(Reached.RESPONDED)) for one in found],
            "urls": [one.get_absolute_url() for one in found],
            "unit": " %",
        },
        heads=("Campaign", "Reached", "Response", "Lift", "Low", "High", *(("Incremental",) if shows_money else ())),
        rows=[_row(one, shows_money=shows_money) for one in found],
        explanation=(
            f"The newest campaigns begun since {full_day(since)}, of the people whom you may see. Response: who "
            "responded of those who were reached. Lift: by how many points more than in the control group, with its "
            "95 % interval (Newcombe); none without a control group. Counted from the recipients, by no run."
        ),
        note=f"response of those begun since {full_day(since)}",
        url=reverse("campaigns:campaign_list"),
    )


def _row(campaign: Any, *, shows_money: bool) -> list[Cell]:
    together = campaign.outcome.together
    lift = together.lift(Reached.RESPONDED) if campaign.outcome.control is not None else None
    rate = together.rate(Reached.RESPONDED)
    cells = [
        Cell(campaign.name, url=campaign.get_absolute_url()),
        Cell(number(together.tally.n), together.tally.n, mark_url(campaign.pk, "reached")),
        Cell(percent(rate, 1) if rate is not None else NOTHING, rate, mark_url(campaign.pk, Reached.RESPONDED.value)),
        *(
            Cell(points(bound), bound) if lift is not None else Cell(NOTHING)
            for bound in ((lift.value, lift.low, lift.high) if lift is not None else (None, None, None))
        ),
    ]
    if shows_money:
        amount = together.incremental_amount
        cells.append(Cell(NOTHING if amount is None else short_money(amount, campaign.currency), amount))
    return cells


def _share(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 2)


def sees_campaigns(user: User) -> bool:
    """Whether the person may see campaigns, and what came of them."""
    return can(user, Verb.VIEW, Campaign) and not hides(user, f"{Recipient._meta.label_lower}.responded")


TILES = (
    DashboardTile(
        "campaigns", "Campaigns", campaigns, sees_campaigns, "campaigns.campaign", "No campaign began in this time.",
        frozenset({"period"}), order=70,
    ),
)  # fmt: skip
