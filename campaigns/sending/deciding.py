"""The winner of the variants of a campaign: a share of its people is tested, the rest waits for what comes of it.

How large the share is, when it is decided and by what are fixed at the start. It is decided once, by clicks or orders
(never by looks): each pair of variants by the difference of their rates, the p-values corrected for their number (Holm
1979). The winner is the variant of the highest rate where it differs from each of the others; else there is none, no
difference was shown, and the rest gets the first variant. It waits for who is tested and has not got the mail yet (a
pause, quiet hours, a slow channel), though not for ever.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from analytics.mathematics.experiments import Difference, Sample, difference, holm
from campaigns.choices import CampaignState, DecidesBy, RecipientState
from campaigns.models import Campaign, Recipient, Variant
from campaigns.sending.outcomes import count_outcomes
from crm.log import log

logger = logging.getLogger(__name__)
LEVEL = 0.05
# with fewer people in a variant, or fewer clicks or orders in all, the normal distribution says nothing of their rates
LEAST_PEOPLE, LEAST_HITS = 30, 10
WAITS_AT_MOST = dt.timedelta(days=7)
GOT = (RecipientState.SENT, RecipientState.UNCERTAIN)
ORDERED_SQL = """
SELECT r.variant_id, count(*), count(*) FILTER (WHERE EXISTS (
  SELECT 1 FROM orders_order o WHERE o.contact_id = r.contact_id AND o.is_purchase
    AND o.ordered_at >= %(launched)s AND o.ordered_at < %(until)s
))
FROM campaigns_recipient r JOIN campaigns_variant v ON v.id = r.variant_id
WHERE r.campaign_id = %(campaign)s AND NOT v.is_control AND r.state IN ('sent', 'uncertain') GROUP BY r.variant_id
"""


@dataclass(frozen=True)
class Arm:
    """A variant in the test: how many got it, how many clicked or ordered."""

    variant: str
    n: int
    hits: int

    @property
    def rate(self) -> float:
        return self.hits / self.n if self.n else 0.0


@dataclass(frozen=True)
class Pair:
    """Two variants compared: the difference of the first to the second with its 95 % interval, p, and p after Holm."""

    first: str
    second: str
    value: float
    low: float
    high: float
    p: float
    p_holm: float

    @property
    def difference(self) -> Difference:
        return Difference(self.value, self.low, self.high, self.p, None)

    @property
    def differs(self) -> bool:
        return self.p_holm < LEVEL


@dataclass(frozen=True)
class Decision:
    """What the test said. `winner`: a variant's name; empty where no difference was shown."""

    arms: Sequence[Arm]
    pairs: Sequence[Pair]
    winner: str

    @property
    def is_small(self) -> bool:
        """Whether too few got it, clicked or ordered for anything to be told from it."""
        return is_small(self.arms)


def is_small(arms: Sequence[Arm]) -> bool:
    return any(arm.n < LEAST_PEOPLE for arm in arms) or sum(arm.hits for arm in arms) < LEAST_HITS


def decide(arms: Sequence[Arm]) -> Decision:
    """The test of some variants. Pairs of which one side has fewer than two people are left out, and nobody wins."""
    found = []
    for one, other in combinations(arms, 2):
        compared = difference(Sample.of_rate(one.hits, one.n), Sample.of_rate(other.hits, other.n))
        if compared is not None:
            found.append((one, other, compared))
    corrected = holm([compared.p for _, _, compared in found])
    pairs = [
        Pair(one.variant, other.variant, compared.value, compared.low, compared.high, compared.p, p)
        for (one, other, compared), p in zip(found, corrected, strict=True)
    ]
    return Decision(arms, pairs, _winner(arms, pairs))


def _winner(arms: Sequence[Arm], pairs: Sequence[Pair]) -> str:
    best = max(arms, key=lambda arm: arm.rate, default=None)
    if best is None or len(arms) < 2 or is_small(arms):
        return ""
    clear = {pair.first if pair.second == best.variant else pair.second for pair in pairs
             if pair.differs and best.variant in (pair.first, pair.second)}  # fmt: skip
    return best.variant if clear == {arm.variant for arm in arms if arm is not best} else ""


def decide_due() -> int:
    """Decide every test whose moment has come; how many. One that fails does not stop the others."""
    due = Campaign.objects.filter(state=CampaignState.SENDING, decides_at__lte=timezone.now(), decided_at=None)
    decided = 0
    for key in list(due.order_by("pk").values_list("pk", flat=True)):
        try:
            decided += decide_campaign(key)
        except (DatabaseError, ValueError, TypeError, LookupError, ArithmeticError):
            logger.exception("The test of campaign %s could not be decided", key)
    return decided


@transaction.atomic
def decide_campaign(key: int) -> bool:
    """Decide the test of a campaign, once, whoever asks: who waited gets the winner. Whether it was decided now."""
    campaign: Campaign = Campaign.objects.select_for_update().get(pk=key)
    now = timezone.now()
    is_due = campaign.decides_at is not None and campaign.decides_at <= now
    if campaign.state != CampaignState.SENDING or campaign.decided_at is not None or not is_due:
        return False
    if _is_on_its_way(campaign, now):
        return False
    variants = list(campaign.variants.filter(is_control=False).order_by("position", "pk"))
    decision = decide(_arms(campaign, variants, now))
    given = next((one for one in variants if one.name == decision.winner), variants[0])
    campaign.decided_at, campaign.decision = now, as_data(decision)
    campaign.winner = given if decision.winner else None
    campaign.version += 1
    campaign.save(update_fields=["decided_at", "decision", "winner", "version", "updated_at"])
    held = Recipient.objects.filter(campaign=campaign, state=RecipientState.HELD)
    count = held.update(state=RecipientState.WAITING, variant=given)
    none = "too few for a winner" if decision.is_small else "no difference was shown"
    said = f"the winner is “{given}”" if decision.winner else f"{none}, “{given}” goes out"
    log(actor=None, verb="decide", object=campaign, summary=f"Test of {campaign}: {said}; {count:,} waited for it")
    return True


def _is_on_its_way(campaign: Campaign, now: dt.datetime) -> bool:
    """Whether some who are tested have still to get the mail. They are waited for as long again as the test was meant
    to take, a week at most."""
    assert campaign.decides_at is not None  # noqa: S101 - for the type checker; asked for
    planned = campaign.decides_at - (campaign.launched_at or campaign.decides_at)
    if now >= campaign.decides_at + min(planned, WAITS_AT_MOST):
        return False
    tested = Recipient.objects.filter(campaign=campaign, state__in=(RecipientState.WAITING, RecipientState.HANDED))
    return tested.exists()


def _arms(campaign: Campaign, variants: Sequence[Variant], moment: dt.datetime) -> list[Arm]:
    """Who got each variant so far, and of them who clicked or ordered until the moment of the decision."""
    count_outcomes(campaign.pk)
    counts: dict[int, tuple[int, int]] = {}
    if campaign.decides_by == DecidesBy.CLICKS:
        rows = Recipient.objects.filter(campaign=campaign, state__in=GOT, variant__is_control=False).order_by()
        until = Q(clicked=True, clicked_at__lt=moment)
        for variant, n, hits in rows.values_list("variant").annotate(n=Count("pk"), hits=Count("pk", filter=until)):
            counts[variant] = (n, hits)
    else:
        values = {"campaign": campaign.pk, "launched": campaign.launched_at, "until": moment}
        with connection.cursor() as cursor:
            cursor.execute(ORDERED_SQL, values)
            counts = {variant: (n, hits) for variant, n, hits in cursor.fetchall()}
    return [Arm(one.name, *counts.get(one.pk, (0, 0))) for one in variants]


def as_data(decision: Decision) -> dict[str, Any]:
    """A decision as it is kept with the campaign."""
    return {
        "winner": decision.winner,
        "arms": [{"variant": arm.variant, "n": arm.n, "hits": arm.hits} for arm in decision.arms],
        "pairs": [
            {name: getattr(pair, name) for name in ("first", "second", "value", "low", "high", "p", "p_holm")}
            for pair in decision.pairs
        ],
    }


def decision_of(campaign: Campaign) -> Decision | None:
    """What the test of a campaign said; None before it is decided."""
    data = campaign.decision
    if campaign.decided_at is None or not data:
        return None
    return Decision([Arm(**arm) for arm in data["arms"]], [Pair(**pair) for pair in data["pairs"]], data["winner"])
