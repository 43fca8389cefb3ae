"""What the page of the chances by family shows: each family with how its chances did on later days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.model_page import ModelPage
from analytics.models import ModelRun
from analytics.queries import customers_url
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.languages.words import in_words
from crm.templatetags.figures import full_day, number, percent, plural


class FamilyPage(ModelPage):
    """The figures of one run, for who may see all customers."""

    words = {
        "happened": _("bought it"),
        "not": _("did not"),
        "people": _("pairs of customer and family"),
        "first": _("likeliest"),
        "found": _("of all who bought it"),
        "known": _("when a family has been bought"),
    }

    def __init__(self, run: ModelRun) -> None:
        super().__init__(run)
        self.horizon = int(run.parameters.get("horizon_days", 0))

    @property
    def is_tried(self) -> bool:
        return "auc" in self.found

    @property
    def sentences(self) -> list[str]:
        return list(self.found.get("sentences", ()))

    @property
    def what_n(self) -> str:
        return f"{plural(self.found['pairs'], 'pair')} of customer and family of later days, which no model saw"

    @property
    def cards(self) -> list[dict[str, Any]]:
        found, own = self.found, self.found["baselines"][0]
        return [
            {
                "label": "AUC", "value": number(found["auc"], 3),
                "note": in_words(
                    "%(low)s to %(high)s; by their own habit alone: %(alone)s",
                    low=number(found["auc_low"], 3), high=number(found["auc_high"], 3), alone=number(own["auc"], 3),
                ),
            },
            {"label": "Lift of the first tenth", "value": number(found["top_decile_lift"], 2), "note": "1 is by lot"},
            {
                "label": "Families with chances", "value": number(found["shown"]),
                "note": in_words(
                    "of %(count)s; days of the next purchase of %(timed)s",
                    count=number(len(found["names"])), timed=number(found["timed"]),
                ),
            },
            {
                "label": "With a chance or a day", "value": number(found["n_scored"]),
                "note": in_words(
                    "who bought in the %(days)s days before", days=number(self.run.parameters.get("eligible_days"))
                ),
            },
        ]  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The families, those with chances first."""
        counts = self.found.get("likeliest", {})
        rows = [
            {
                **line, "count": counts.get(line["family"], 0), "tree": tree_of(line["family"]),
                "url": customers_url(**{FILTER: tree_of(line["family"]), "sort": "-buys_chance"}),
            }
            for line in self.found.get("families", ())
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (not row["is_shown"], -row["buyers"], row["family"]))

    @property
    def models(self) -> list[dict[str, Any]]:
        """The regressions beside the two plainest guesses, on the same pairs."""
        found = self.found
        own = {
            "name": "The regressions", "loss": found["log_loss"], "auc": found["auc"], "low": found["auc_low"],
            "high": found["auc_high"],
        }  # fmt: skip
        return [own, *found["baselines"]]

    @property
    def explanation(self) -> str:
        first, second, last = (full_day(dt.date.fromisoformat(day)) for day in self.found["cut_offs"])
        return (
            f"As of {last}, run {self.run.pk}. For each of the twenty families that most customers bought (a product "
            f"without a family stands for itself), a logistic regression learned who bought it in the {self.horizon} "
            f"days after {first}, by what was known then, of {number(self.found['n_train'])} customers who had bought "
            f"anything in {number(self.run.parameters['eligible_days'])} days. It was tried once on the "
            f"{self.horizon} days after {second} ({number(self.found['n_test'])} customers), fitted again on these, "
            f"and used on {last}. Chances are shown where the log loss on the later days is surely less than by how "
            "many buy the family in all, and than by how recently and how often each customer bought it (a "
            "regression on these alone); 95 % over all families together (Bonferroni). Gain: by how much less. "
            "The day of the next purchase is the median wait of MBG/NBD, fitted on who has bought the family, if the "
            f"customer still buys it; it is shown where as many bought within the {self.horizon} days after "
            f"{second} as the model had foretold: within a fifth of it, or within chance (Wilson, 95 %)."
        )

    @property
    def quality_explanation(self) -> str:
        found = self.found
        return (
            f"A row for each customer and tried family, {number(found['bought'])} of {number(found['pairs'])} bought, "
            "whether the chances of the family are shown or not. Log loss: the mean of −ln(chance given to what "
            "happened); less is better. AUC: the chance that a pair that was bought stands above one that was not; "
            "its interval (DeLong) takes pairs for independent, though a customer stands in several. Average "
            f"precision {number(found['average_precision'], 3)}, Brier {number(found['brier'], 4)}, bought in all "
            f"{percent(found['bought'] / found['pairs'], 1)}."
        )


def tree_of(family: str) -> str:
    """The customers to whom it is the likeliest as a filter tree."""
    return as_text(Condition("buys", "any", [family]))
