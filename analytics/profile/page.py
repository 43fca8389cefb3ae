"""What the page of the profile shows: the tree, each leaf with its customers, and how far to trust it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from analytics.mathematics.profiling import DEPTH, FOLDS
from analytics.models import ModelRun
from analytics.profile.drawing import Drawing, draw
from analytics.queries import customers_url
from crm.filtering.trees.nodes import Condition, as_text
from crm.templatetags.figures import full_day, money, number, percent, plural


class ProfilePage:
    """The figures of one run, for who may see all customers."""

    def __init__(self, run: ModelRun, currency: str) -> None:
        self.run, self.currency = run, currency
        self.found: dict[str, Any] = run.metrics

    @property
    def has_tree(self) -> bool:
        return "tree" in self.found

    @property
    def sentences(self) -> list[str]:
        return list(self.found.get("sentences", ()))

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.found["tree"])

    @cached_property
    def boxes(self) -> list[dict[str, Any]]:
        return [
            {
                "box": box,
                "url": customers_url(profile=box.rule) if box.rule else "",
                "figures": f"{number(box.best)} of {number(box.count)} best · {percent(box.share)}",
                "baseline": box.y + 20,
            }
            for box in self.drawing.boxes
        ]

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The nodes for the nested list, each leaf with where it leads."""
        return self._told(self.found["tree"])

    def _told(self, node: dict[str, Any]) -> dict[str, Any]:
        if "question" in node:
            return {**node, "branches": [("Yes", self._told(node["yes"])), ("No", self._told(node["no"]))]}
        return self._leaf(node)

    def _leaf(self, leaf: dict[str, Any]) -> dict[str, Any]:
        return {**leaf, "url": customers_url(profile=leaf["rule"]), "tree": tree_of(leaf["rule"])}

    @cached_property
    def leaves(self) -> list[dict[str, Any]]:
        """The leaves, the one with the largest share of the best first."""
        rows = [self._leaf(leaf) for leaf in self.found["leaves"]]
        base = self.found["n_best"] / self.found["customers"]
        return sorted(({**row, "lift": row["share"] / base} for row in rows), key=lambda row: -row["share"])

    @property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        between = f"95 %: {number(found['auc_low'], 2)} to {number(found['auc_high'], 2)}; by lot it is 0.5"
        is_better = found["log_loss"] < found["baseline_log_loss"]
        return [
            {
                "label": "Best customers",
                "value": number(found["n_best"]),
                "note": f"of {plural(found['customers'], 'customer')}: "
                f"{money(found['least_worth'], self.currency)} a year and more",
            },
            {"label": "AUC out of fold", "value": number(found["auc"], 3), "note": between},
            {
                "label": "Log loss out of fold",
                "value": number(found["log_loss"], 4),
                "note": f"without a tree: {number(found['baseline_log_loss'], 4)}",
                "change": "" if is_better else "no better",
                "change_tone": "warn",
            },
            {
                "label": "Brier score out of fold",
                "value": number(found["brier"], 4),
                "note": f"without a tree: {number(found['baseline_brier'], 4)}",
            },
        ]

    @property
    def by_leaves(self) -> list[dict[str, Any]]:
        """The cross-validated log loss by the number of leaves that the pruning leaves."""
        losses = sorted(self.found["losses"].items(), key=lambda one: int(one[0]))
        return [{"leaves": int(n), "loss": loss, "is_chosen": int(n) == self.found["leaf_count"]} for n, loss in losses]

    @property
    def explanation(self) -> str:
        found, day = self.found, full_day(self.run.as_of)
        learned = ""
        if found["learned_from"] < found["customers"]:
            learned = f" Grown from {number(found['learned_from'])} of them, drawn by lot; counted of all."
        country = " The country is as it stood when the tree was made." if "country" in found["features"] else ""
        return (
            f"As of {day}, run {self.run.pk}. The best customers are the tenth with the most net revenue a year since "
            "their first purchase (the first year counts whole). Asked is what was known before the first "
            f"purchase: {', '.join(sorted(found['features'].values()))}.{country} N = "
            f"{number(found['customers'])} who bought something up to that day; archived ones are counted.{learned} A "
            f"classification tree (CART, entropy) of at most {DEPTH} questions one after the other, leaves of "
            f"{number(found['least_leaf'])} customers or more, pruned by cost-complexity to the least log loss in "
            f"{FOLDS} stratified folds. The interval of a leaf is Wilson's, 95 %, of the customers that it was made "
            "of: choosing the questions makes high shares look higher than they are."
        )

    @property
    def quality_explanation(self) -> str:
        return (
            f"Each customer is judged by a tree that was grown and pruned without it ({FOLDS} stratified folds, seed "
            "42; the pruning is chosen anew inside each). The interval of the AUC is DeLong's. Beside it stands the "
            "share of the best alone, the same for everybody. Of two ways to say a chance the one with the lower log "
            "loss and Brier score is better."
        )


def tree_of(rule: str) -> str:
    """The customers of a leaf as a filter tree."""
    return as_text(Condition("profile", "any", [rule]))
