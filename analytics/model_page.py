"""What the pages of learned chances share: the figures of a run's quality, ready to be shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.models import AllowedFeature, ModelRun
from crm.languages.words import in_words
from crm.templatetags.figures import number

CHURN_WORDS = {
    "happened": _("left"),
    "not": _("stayed"),
    "people": _("customers"),
    "first": _("riskiest"),
    "found": _("of all who left"),
    "known": _("when a customer has left"),
}


def auc_note(found: dict[str, Any]) -> str:
    """Within what the AUC lies, and that of the best feature alone."""
    return in_words(
        "%(low)s to %(high)s; one feature alone: %(alone)s",
        low=number(found["auc_low"], 3), high=number(found["auc_high"], 3), alone=number(found["baseline_auc"], 3),
    )  # fmt: skip


class ModelPage:
    """The figures of one run that learned chances. `is_by_label`: they are pooled out of fold; `words` say of whom and
    what."""

    words = CHURN_WORDS
    is_by_label = False
    facts = ""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self.found: dict[str, Any] = run.metrics

    @property
    def labels(self) -> dict[str, str]:
        """The features by name, those that were left out too."""
        return {**self.found.get("features", {}), **self.found.get("left_out_labels", {})}

    @property
    def left_out(self) -> list[dict[str, Any]]:
        """Features that nearly give the answer away: left out by this run, or allowed by an administrator."""
        allowed = set(AllowedFeature.objects.values_list("name", flat=True))
        named = dict.fromkeys([*self.found.get("left_out", ()), *sorted(allowed & set(self.labels))])
        return [{"name": name, "label": self.labels.get(name, name), "is_allowed": name in allowed} for name in named]

    @property
    def quality_rows(self) -> list[dict[str, Any]]:
        """The model beside the others and beside what it has to beat."""
        losses, by_model = self.found.get("log_losses", {}), self.found.get("by_model", {})
        rows = [
            {"name": name, "loss": loss, "is_chosen": name == self.found["model"], "own": by_model.get(name)}
            for name, loss in sorted(losses.items(), key=lambda pair: pair[1])
        ]
        for row in rows:
            if row["is_chosen"]:
                row |= {"auc": self.found["auc"], "low": self.found["auc_low"], "high": self.found["auc_high"]}
        return [*rows, *self.found.get("baselines", ())]

    @property
    def choice(self) -> str:
        """By what rule the model was taken, in words."""
        error, folds = self.found.get("standard_error"), number(self.found.get("folds"))
        if error is None:  # a run of before the rule
            return f"The model with the least cross-validated log loss is taken ({folds} stratified folds)."
        return (
            f"Taken is the simplest model whose cross-validated log loss ({folds} stratified folds) is within one "
            f"standard error, here {number(error, 4)}, of the least: closer than that, chance decides which is least "
            "(Breiman et al. 1984)."
        )

    @property
    def flattery(self) -> str:
        """By how much the choice among the models may flatter the log loss, in words."""
        bias = self.found.get("selection_bias")
        if bias is None:
            return ""
        own = (
            "the AUC, Brier score and lift are of later days that had no part in the choice"
            if not self.is_by_label
            else "so the figures of this page may be that much too kind"
        )
        return (
            f"The folds that chose the model also measured the losses, so the least may be {number(bias, 4)} too low "
            f"(Tibshirani and Tibshirani 2009); {own}."
        )

    @property
    def calibration(self) -> list[dict[str, Any]]:
        return list(self.found.get("calibration_table", ()))

    @property
    def lift(self) -> list[dict[str, Any]]:
        return list(self.found.get("lift_table", ()))

    @property
    def chart_data(self) -> dict[str, Any]:
        return {"calibration": self.calibration, "lift": self.lift, "words": self.words}
