"""What is kept of deals by group, and whose sums a person may see.

A deal counts where it stands now: its stage, owner, team, product, its expected month while it is open, that of closing
once it is won. Its months by owner are those of `pipeline.credit`: what colleagues have a share of counts with them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.kept_sums.spec import KeptSums, Part
from crm.models import User
from crm.reach import reach_of
from pipeline.choices import Outcome
from pipeline.models import Deal, DealSum

DEAL, SHARE = "{pipeline_deal} AS d", "{pipeline_dealshare} AS s"
SHARED_ROWS = f"{DEAL} JOIN {SHARE} ON s.deal_id = d.id"
OPEN = "d.archived_at IS NULL AND d.outcome = 'open'"
COUNTED = "d.archived_at IS NULL AND d.outcome IN ('open', 'won')"
MONTH = """date_trunc('month', (CASE d.outcome WHEN 'won' THEN d.closed_on ELSE d.expected_on END)::timestamp)"""
BOARD = {"outcome": "d.outcome", "stage_id": "d.stage_id", "currency": "d.currency", "day": "d.stage_since"}
MONTHS = {"outcome": "d.outcome", "stage_id": "d.stage_id", "day": MONTH}
WHOSE = {"owner_id": "d.owner_id", "team_id": "d.team_id"}
SHARER = {"person_id": "s.user_id"}


def _money(part: str) -> dict[str, str]:
    """The sums of a part of a deal."""
    worth = f"{part} * coalesce(d.base_amount, 0)"
    return {
        "deals": part,
        "worth": worth,
        "commit": f"CASE WHEN d.forecast_category = 'commit' THEN {worth} ELSE 0 END",
        "best_case": f"CASE WHEN d.forecast_category IN ('commit', 'best_case') THEN {worth} ELSE 0 END",
        "expected": f"CASE WHEN d.forecast_category <> 'omitted' THEN {worth} ELSE 0 END",
    }


WHOLE, GIVEN, LESS = _money("1"), _money("s.percent / 100.0"), _money("-s.percent / 100.0")
OWN = {"deals": "1", "worth": "coalesce(d.base_amount, 0)", "own": "coalesce(d.amount, 0)"}
DEALS = KeptSums(
    model="pipeline.DealSum",
    tables=("pipeline_deal", "pipeline_dealshare"),
    groups=("outcome", "stage_id", "currency", "product_id", "owner_id", "team_id", "person_id", "day"),
    sums=("deals", "worth", "own", "commit", "best_case", "expected"),
    parts=(
        Part("board", DEAL, BOARD, OWN, OPEN),
        Part("board_of", DEAL, BOARD | WHOSE, OWN, OPEN),
        Part("months", DEAL, MONTHS | {"product_id": "d.product_id"}, WHOLE, COUNTED),
        Part("months_of", DEAL, MONTHS | WHOSE, WHOLE, COUNTED),
        Part("months_of", SHARED_ROWS, MONTHS | WHOSE, LESS, COUNTED),
        Part("shared", SHARED_ROWS, MONTHS | WHOSE | SHARER, GIVEN, COUNTED),
    ),
    parents={"pipeline_dealshare": "deal_id"},
)


def sees_all(user: User | None) -> bool:
    """Whether the sums of all deals together are what the person may see; where not, those by owner and team are."""
    return user is None or scope_of(user, Deal, Verb.VIEW) == Scope.ALL


def sums_of(user: User | None, *kinds: str) -> QuerySet[Any]:
    """The sums of these kinds of the deals that the person's own right reaches. What was shared with them besides is
    in none of these: `beyond_sums`."""
    return DealSum.objects.visible_to(user).filter(kind__in=kinds).order_by()


def summed_deals(user: User | None) -> QuerySet[Any]:
    """The deals that `sums_of` are of: those that the person's own right reaches."""
    return Deal.objects.all() if user is None else Deal.objects.in_charge_of(user)


def beyond_sums(user: User | None) -> QuerySet[Any] | None:
    """The deals that the person may see only since each was shared with them; None where there is none."""
    keys = [] if user is None or sees_all(user) else reach_of(user).shared("pipeline.deal", Verb.VIEW)
    if user is None or not keys:
        return None
    own = Deal.objects.in_charge_of(user).filter(pk__in=keys).values("pk")
    return Deal.objects.visible_to(user).filter(pk__in=keys).exclude(pk__in=own)


def open_by_stage(user: User | None) -> dict[int, int]:
    """How many open deals the person sees in each stage: of the sums that are kept, no deal of theirs is read."""
    kept = sums_of(user, "board" if sees_all(user) else "board_of").values_list("stage").annotate(n=Sum("deals"))
    counts = {stage: int(n) for stage, n in kept}
    if (more := beyond_sums(user)) is not None:
        rows = more.filter(outcome=Outcome.OPEN, archived_at=None).order_by()
        for stage, n in rows.values_list("stage").annotate(n=Count("pk")):
            counts[stage] = counts.get(stage, 0) + n
    return counts
