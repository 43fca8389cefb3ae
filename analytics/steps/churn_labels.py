"""Who left by contract or by a label: a custom field, or subscriptions that have ended; and what is known of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.statements import rows_of
from analytics.steps import AnalysisError
from analytics.steps.churn_scores import Population
from analytics.steps.defaults import SUBSCRIPTIONS
from analytics.steps.feature_columns import FeatureColumns
from contacts.models import Contact
from crm.customfields.definitions import definitions_of
from crm.customfields.values import FALSE_TEXTS, TRUE_TEXTS
from orders.models import Subscription

LEFT = re.compile(
    r"\b(churn|left|lost|leav|cancel|clos|end|exit|attrit|inactive|gone|terminat|defect|quit|yes|true)", re.I
)
STAYED = re.compile(r"\b(no|not|non|never|false|stay|exist|activ|retain|current|loyal|remain|kept|open)", re.I)
SPOKEN = {"true": "yes", "false": "no"}
MONTH_DAYS = 365.25 / 12


@dataclass
class Labelled:
    """The customers with a label, sentences about what was left out, what each brings a month where that is known."""

    population: Population
    positive: str
    sentences: list[str] = field(default_factory=list)
    monthly: NDArray[np.float64] | None = None


def has_subscriptions(as_of: dt.date) -> bool:
    return Subscription.objects.filter(started_on__lte=as_of).exists()


def labelled_population(label: str, as_of: dt.date, positive: str | None) -> Labelled:
    """Everybody with a label. Raises AnalysisError with a sentence where there is none to learn from."""
    definitions = definitions_of("contacts.contact")
    wanted = next((one for one in definitions if one.key == label), None)
    if wanted is None and label != SUBSCRIPTIONS:
        keys = ", ".join(one.key for one in definitions) or "none"
        raise AnalysisError(f"There is no custom field “{label[:60]}” to learn churn from. The fields are: {keys}.")
    contracts = _contracts(as_of)
    if wanted is None:
        values: dict[int, Any] = {key: one["ended"] for key, one in contracts.items()}
        others = [one for one in definitions if not one.is_late]
    else:
        rows = Contact.objects.filter(custom__has_key=wanted.key).order_by("pk")
        values = {key: custom[wanted.key] for key, custom in rows.values_list("pk", "custom")}
        others = [one for one in definitions if one.key != wanted.key and not one.is_late]
    name = wanted.label if wanted else "Ended subscriptions"
    outcome, left, said = _outcome(list(values.values()), positive, name)
    contacts = np.array(list(values), dtype=np.int64)
    customs = dict(Contact.objects.filter(pk__in=list(values)).values_list("pk", "custom"))
    columns = _Columns(as_of)
    for one in others:
        columns.add_custom(one, [customs.get(key, {}).get(one.key) for key in values])
    if contracts and wanted is None:
        columns.add_contracts([contracts[key] for key in values])
    population = Population(contacts, columns.features, outcome, columns.labels)
    late = sum(one.is_late for one in definitions)
    if late:
        said.append(f"{late} late field{'s are' if late > 1 else ' is'} never used: filled in after the fact.")
    monthly = _monthly(contracts, values, wanted is None)
    return Labelled(population, left, [*said, *columns.sentences], monthly)


def _outcome(values: Sequence[Any], positive: str | None, name: str) -> tuple[NDArray[np.int64], str, list[str]]:
    """(0 or 1, the value that means "left", sentences)."""
    texts = ["true" if one is True else "false" if one is False else str(one).strip() for one in values]
    classes = sorted(set(texts))
    if len(classes) < 2:
        what = f"only “{SPOKEN.get(classes[0], classes[0])}”" if classes else "no value at all"
        raise AnalysisError(f"“{name}” holds {what}: to learn who leaves, there must be both who left and who stayed.")
    if positive is not None and positive.casefold() not in {one.casefold() for one in classes}:
        raise AnalysisError(
            f"Nobody has the value “{positive[:60]}” in “{name}”. Its values are: {', '.join(classes[:10])}."
        )
    if positive is None and len(classes) > 2:
        raise AnalysisError(
            f"“{name}” has {len(classes):,} different values ({', '.join(classes[:5])} …). Say which one means that a "
            "customer left: churn.positive=VALUE."
        )
    left = next((one for one in classes if positive and one.casefold() == positive.casefold()), "") or _which_left(
        classes, texts
    )
    outcome = np.array([text == left for text in texts], dtype=np.int64)
    said = [] if classes == ["false", "true"] else [f"“{left}” in “{name}” is taken for: left."]
    return outcome, left, said


def _which_left(classes: Sequence[str], texts: Sequence[str]) -> str:
    """Of two values the one that means "left": by its words, else the rarer one."""
    for one, other in (classes, classes[::-1]):
        folded = one.casefold()
        if folded in TRUE_TEXTS and other.casefold() in FALSE_TEXTS:
            return one
        if STAYED.search(other) and not STAYED.search(one):
            return one
    for one, other in (classes, classes[::-1]):
        if LEFT.search(one) and not STAYED.search(one) and not LEFT.search(other):
            return one
    return min(classes, key=texts.count)


class _Columns(FeatureColumns):
    """With what is known of the contracts."""

    def add_contracts(self, rows: Sequence[dict[str, Any]]) -> None:
        """What is known of the contracts: plan, price, length. An end shows in no feature but the length."""
        self.add_texts("subscription_plan", "Plan", [one["plan"] or None for one in rows])
        monthly = [np.nan if one["monthly"] is None else float(one["monthly"]) for one in rows]
        self.add_number("subscription_monthly", "A month", np.array(monthly))
        self.add_number("subscription_months", "Months so far", np.array([one["months"] for one in rows]))
        self.add_number("subscription_count", "Subscriptions", np.array([float(one["count"]) for one in rows]))


CONTRACTS_SQL = """
SELECT contact_id, bool_and(coalesce(ended_on <= %(as_of)s, false)),
  (array_agg(plan ORDER BY started_on DESC, id DESC))[1], count(*),
  sum(monthly_amount) FILTER (WHERE ended_on IS NULL OR ended_on > %(as_of)s),
  coalesce(sum(monthly_amount) FILTER (WHERE ended_on IS NULL OR ended_on > %(as_of)s),
    (array_agg(monthly_amount ORDER BY started_on DESC, id DESC))[1]),
  max(least(coalesce(ended_on, %(as_of)s), %(as_of)s) - started_on)
FROM orders_subscription WHERE started_on <= %(as_of)s GROUP BY contact_id ORDER BY contact_id
"""


def _contracts(as_of: dt.date) -> dict[int, dict[str, Any]]:
    """By contact: whether every contract has ended by as-of, and what is known of them."""
    return {
        key: {
            "ended": ended,
            "plan": plan,
            "count": count,
            "running": running,
            "monthly": monthly,
            "months": days / MONTH_DAYS,
        }
        for key, ended, plan, count, running, monthly, days in rows_of(CONTRACTS_SQL, {"as_of": as_of})
    }


def _monthly(contracts: dict[int, dict[str, Any]], keys: Any, is_own: bool) -> NDArray[np.float64] | None:
    """What each customer's running contracts bring a month; None where no contract names an amount."""
    amounts = [float(contracts.get(key, {}).get("running") or 0) for key in keys]
    return np.array(amounts) if any(amounts) else None
