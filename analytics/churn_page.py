"""What the page of churn shows, made of the figures of a run and the scores that a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics.choices import RiskBand
from analytics.churn_words import Reason
from analytics.model_page import ModelPage, auc_note
from analytics.models import ChurnScore, ModelRun
from analytics.queries import customers_url
from analytics.reasons import reasons_shown
from analytics.steps.defaults import SUBSCRIPTIONS
from contacts.models import Contact
from crm.customfields.definitions import definitions_of
from crm.languages.words import in_words, translated
from crm.templatetags.figures import number, percent, plural, short_money

if TYPE_CHECKING:
    from crm.models import User

SHOWN_CUSTOMERS = 10
SHOWN_DRIVERS = 12
MOVED, MOVED_MUCH = 0.1, 0.25
COLUMNS: dict[str, tuple[str, ...]] = {
    "calibration": ("n", "predicted", "actual", "low", "high"),
    "lift": ("n", "lift", "reached", "found"),
}
WAYS = {1: _("the more, the likelier to leave"), -1: _("the more, the likelier to stay")}
TONES = {RiskBand.HIGH: "bad", RiskBand.MEDIUM: "warn", RiskBand.LOW: "good"}


@dataclass(frozen=True)
class AtRisk:
    """A customer at risk with what speaks for it."""

    score: ChurnScore
    reasons: list[Reason]


def last_good_run() -> ModelRun | None:
    """The run whose scores the table holds: the newest that scored anybody."""
    runs = ModelRun.objects.filter(step="churn", row_count__gt=0)
    return runs.select_related("actor").order_by("-created_at", "-pk").first()


def newer_sentences(run: ModelRun | None) -> list[str]:
    """What a later run said that had nothing to learn from."""
    newest = ModelRun.objects.filter(step="churn").order_by("-created_at", "-pk").first()
    return list(newest.metrics.get("sentences", ())) if newest and (run is None or newest.pk != run.pk) else []


class ChurnPage(ModelPage):
    """The figures of one run for one viewer; money in the company's currency."""

    def __init__(self, run: ModelRun, user: User, currency: str) -> None:
        super().__init__(run)
        self.user, self.currency = user, currency
        self.horizon = run.parameters.get("horizon_days", 90)
        self.scores = ChurnScore.objects.visible_to(user)

    @property
    def is_by_label(self) -> bool:  # type: ignore[override]
        return bool(self.found.get("way") == "label")

    @property
    def money_word(self) -> str:
        return _("revenue") if self.found.get("margin_share") == 1 else _("margin")

    @property
    def own_margins(self) -> str:
        """Between what the margins of nine in ten customers lie; empty where one is used for all."""
        own = self.found.get("own_margins")
        return f"{percent(own['low'])} and {percent(own['high'])}" if own else ""

    @property
    def cards(self) -> list[dict[str, Any]]:
        found, high = self.found, self.high
        at_risk = sum(row["value"] or 0 for row in self.bands)
        cards = [
            {
                "label": "High risk",
                "value": number(high["customers"]),
                "note": _("a chance of 60 % or more to leave")
                if self.is_by_label
                else in_words("a chance of 60 %% or more to leave in %(days)s days", days=self.horizon),
                "url": high["url"],
            },
            {"label": "Left before", "value": percent(found["base_rate"], 1), "note": "of those who were tested"},
            {
                "label": "AUC",
                "value": number(found["auc"], 3),
                "note": auc_note(found),
            },
            {"label": "Brier score", "value": number(found["brier"], 3), "note": "0 is perfect; lower is better"},
        ]
        if at_risk:
            word = translated(self.money_word)
            note = in_words("%(money)s of the next %(days)s days, times the chance", money=word, days=self.horizon)
            card = {"label": "Value at risk", "value": short_money(at_risk, self.currency), "note": note}
            cards.insert(1, {**card, "url": customers_url(at_risk_min=1)})
        return cards

    @property
    def high(self) -> dict[str, Any]:
        """The band of those most likely to leave."""
        return next(row for row in self.bands if row["band"] == RiskBand.HIGH)

    @cached_property
    def bands(self) -> list[dict[str, Any]]:
        """Customers and value at risk by band, of those that the person may see."""
        counted: dict[str, dict[str, Any]] = {
            row["band"]: dict(row)
            for row in self.scores.order_by().values("band").annotate(customers=Count("pk"), value=Sum("value_at_risk"))
        }
        return [
            {
                "band": band,
                "label": RiskBand(band).label,
                "tone": TONES[RiskBand(band)],
                "customers": counted.get(band, {}).get("customers", 0),
                "value": counted.get(band, {}).get("value"),
                "url": customers_url(risk=band),
            }
            for band in RiskBand.values
        ]

    @property
    def at_risk(self) -> list[AtRisk]:
        """The customers with the most at risk; without money, those most likely to leave."""
        order = ("-value_at_risk", "-pk") if self.has_money else ("-probability", "-pk")
        rows = self.scores.select_related("contact").order_by(*order)[:SHOWN_CUSTOMERS]
        return [AtRisk(row, [one for one in self._reasons(row) if one.raises][:2]) for row in rows]

    def _reasons(self, row: ChurnScore) -> list[Reason]:
        labels = self.found.get("features", {})
        return reasons_shown(row.reasons, labels, self.user, Contact, is_by_label=self.is_by_label)

    @property
    def label_name(self) -> str:
        """What the custom field or the subscriptions are called, by which customers have left."""
        key = self.run.parameters.get("label") or SUBSCRIPTIONS
        return next((one.label for one in definitions_of("contacts.contact") if one.key == key), key)

    @property
    def at_risk_url(self) -> str:
        """All customers with a chance, as a list in the same order."""
        order = "-at_risk" if self.has_money else "-churn"
        return f"{reverse('contacts:contact_list')}?sort={order}&columns=name,churn,risk,at_risk&churn_min=0"

    @cached_property
    def has_money(self) -> bool:
        return any(row["value"] is not None for row in self.bands)

    @property
    def facts(self) -> str:  # type: ignore[override]
        """Whether the facts of the record help, in words; empty where they were not tried."""
        tried = self.found.get("facts")
        if not tried:
            return ""
        does = "is better with them" if tried["used"] else "is not better by a standard error, so they are left out"
        return (
            "The facts of the record (source, country, person or organization, markets, age) were tried, each as it "
            f"was on the day: the model {does} (log loss {number(tried['log_loss'], 4)} with, "
            f"{number(tried['log_loss_without'], 4)} without, on the same folds)."
        )

    @property
    def drivers(self) -> list[dict[str, Any]]:
        rows = self.found.get("drivers", [])[:SHOWN_DRIVERS]
        most = max((row["size"] for row in rows), default=1.0)
        return [{**row, "share": row["size"] / most, "way": WAYS.get(row.get("direction"), "")} for row in rows]

    @property
    def drift(self) -> list[dict[str, Any]]:
        """Inputs that moved since the customers that were learnt from, the most moved first."""
        return [
            {**row, "word": _("much") if row["psi"] > MOVED_MUCH else _("a little")}
            for row in self.found.get("drift", ())
            if row["psi"] > MOVED
        ]

    @property
    def what_n(self) -> str:
        train, test = self.found["n_train"], self.found["n_test"]
        if self.is_by_label:
            return f"{plural(test, 'customer')} with a label, each predicted by a model that did not see it"
        return f"learnt from {plural(train, 'customer')}, tested once on {plural(test, 'customer')} of later days"


def tables(page: ChurnPage | None, part: str) -> Sequence[Sequence[Any]]:
    """The tables of the page as rows of a file: the head, then what the last run found, if there was one."""
    if part in COLUMNS:
        head = COLUMNS[part]
        rows = (page.calibration if part == "calibration" else page.lift) if page else ()
        return [head, *([row[name] for name in head] for row in rows)]
    found, measure = page.found if page else {}, "size" if part == "drivers" else "psi"
    title = "mean_log_odds" if part == "drivers" else "psi"
    return [("feature", title), *((row["label"], row[measure]) for row in found.get(part, ()))]
