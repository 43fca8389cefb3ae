"""What is kept of leads by day of coming in: how many, how far they came, how soon they were touched.

A day is one of the company's time zone. The time to the first touch is counted in steps, each a tenth longer than the
one before: the middle of many leads is known by them to five percent.
"""

from __future__ import annotations

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.kept_sums.spec import KeptSums, Part
from crm.models import User
from leads.models import Lead

LEAD = "{leads_lead} AS d"
STEP, STEPS = 1.1, "+"
ZONE = "(SELECT coalesce(max(c.time_zone), 'UTC') FROM crm_company AS c)"
DAY = f"(d.created_at AT TIME ZONE {ZONE})"
CONTACTED = "d.first_touch_at IS NOT NULL OR d.qualified_at IS NOT NULL OR coalesce(d.converted, false)"
QUALIFIED = "d.qualified_at IS NOT NULL OR coalesce(d.converted, false)"
REACHED = {
    "leads": "1",
    "contacted": f"({CONTACTED})::int",
    "qualified": f"({QUALIFIED})::int",
    "converted": "coalesce(d.converted, false)::int",
    "lost": "(d.status = 'disqualified')::int",
    "clocked": "(d.respond_by IS NOT NULL)::int",
    "in_time": "coalesce(d.first_touch_at <= d.respond_by, false)::int",
}
SECONDS = "greatest(extract(epoch FROM d.first_touch_at - d.created_at), 1)"
SOON = {"step": f"floor(ln({SECONDS}) / ln({STEP}))"}
TOUCHED = "d.first_touch_at >= d.created_at"
KINDS = {
    "total": {},
    "source": {"source": "d.source"},
    "list": {"list_name": "d.list_name"},
    "owner": {"owner_id": "d.owner_id"},
}
LEADS = KeptSums(
    model="leads.LeadSum",
    tables=("leads_lead",),
    groups=("day", "source", "list_name", "owner_id", "step"),
    sums=("leads", "contacted", "qualified", "converted", "lost", "clocked", "in_time"),
    parts=tuple(
        part
        for kind, group in KINDS.items()
        for part in (
            Part(kind, LEAD, {"day": DAY, **group}, REACHED, "true"),
            Part(f"{kind}{STEPS}", LEAD, {"day": DAY, **group, **SOON}, {"leads": "1"}, TOUCHED),
        )
    ),
    settings=("crm_company.time_zone",),
)


def sees_all(user: User | None) -> bool:
    """Whether the sums of all leads are what the person may see."""
    return user is None or scope_of(user, Lead, Verb.VIEW) == Scope.ALL
