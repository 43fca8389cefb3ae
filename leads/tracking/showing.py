"""The figures of tracking as the page shows them: cards and the steps of the funnel."""

from __future__ import annotations

from typing import Any

from crm.templatetags.figures import duration, money, number, percent
from leads.tracking.queries import Cohort


def cards(total: Cohort, currency: str, *, sees_costs: bool) -> list[dict[str, Any]]:
    """At most seven figures of all leads that came in on the days."""
    found = [
        {
            "label": "Leads",
            "value": number(total.leads),
            "url": total.urls["all"],
            "note": f"{number(total.open)} open",
        },
        {
            "label": "Became customers",
            "value": percent(total.converted_share, 1) if total.leads else "–",
            "url": total.urls["converted"],
            "note": f"{number(total.converted)} of them so far",
        },
        {
            "label": "Response, median",
            "value": _response(total),
            "note": f"{percent(total.in_time_share)} of {number(total.clocked)} in time"
            if total.clocked
            else "no rule sets a clock",
        },
    ]
    if sees_costs:
        per_lead, per_customer = total.cost_per_lead, total.cost_per_customer
        found += [
            {
                "label": "Cost per lead",
                "value": money(per_lead, currency) if per_lead is not None else "–",
                "note": f"{money(total.cost, currency)} in all" if total.cost is not None else "no cost is entered",
            },
            {
                "label": "Cost per customer",
                "value": money(per_customer, currency) if per_customer is not None else "–",
                "note": "acquisition cost of those so far",
            },
        ]
    return found


def _response(total: Cohort) -> str:
    if total.response_seconds is None:
        return "–"
    return f"{'≈ ' if total.is_about else ''}{duration(total.response_seconds)}"


def funnel(total: Cohort) -> list[dict[str, Any]]:
    """Each step with its share of all, and of the step before."""
    steps = (
        ("Came in", "all", total.leads),
        ("Contacted", "contacted", total.contacted),
        ("Qualified", "qualified", total.qualified),
        ("Became customers", "converted", total.converted),
    )
    rows, before = [], total.leads
    for label, name, count in steps:
        rows.append(
            {
                "label": label,
                "count": count,
                "share": count / total.leads if total.leads else 0.0,
                "step": percent(count / before) if before and name != "all" else "",
                "url": total.urls[name],
            }
        )
        before = count
    return rows
