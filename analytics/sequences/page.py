"""What the page of sequence selling shows: what follows what, and how far the order tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from analytics.models import ModelRun
from analytics.queries import customers_url
from analytics.steps.defaults import SEQUENCE_HORIZON
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.templatetags.figures import full_day, number, plural

MODELS = (
    ("base", "How often each is bought", "the same for everybody"),
    ("habit", "What the customer bought so far", "names the chance of each, no order"),
    ("one", "The last purchase", "a Markov chain of order one"),
    ("two", "The last two purchases", "a Markov chain of order two"),
)


MOST_SHOWN = 200


class SequencePage:
    """The figures of one run, for who may see all customers."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self.found: dict[str, Any] = run.metrics

    @property
    def sentences(self) -> list[str]:
        return list(self.found.get("sentences", ()))

    @property
    def is_tried(self) -> bool:
        return "gains" in self.found

    @property
    def order(self) -> int:
        """Of the chain whose rules are used; 0 where none is."""
        return int(self.found.get("order", 0))

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The rules that the run holds, the strongest first."""
        return list(self.found.get("rules", ()))

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Those that the page shows."""
        return self.kept[:MOST_SHOWN]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What is in line for how many customers, each with the way to exactly them."""
        counts = self.found.get("in_line_by_item", {})
        return [
            {"item": item, "count": count, "url": customers_url(next_item=item), "tree": tree_of(item)}
            for item, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]

    @property
    def hidden_rules(self) -> int:
        return int(self.found.get("rule_count", 0)) - len(self.rules)

    @property
    def models(self) -> list[dict[str, Any]]:
        """The models beside each other: log loss, hits, and whether its rules are used."""
        taken = {1: "one", 2: "two"}.get(self.order, "")
        return [
            {"name": label, "note": note, "is_taken": name == taken, **self.found["quality"][name]}
            for name, label, note in MODELS
        ]

    @property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        left_out = f"; {plural(found['left_out'], 'day')} left out" if found["left_out"] else ""
        cards = [
            {
                "label": "Next purchases",
                "value": number(found["steps"]),
                "note": f"by {plural(found['customers'], 'customer')}{left_out}",
            },
            {"label": "Rules", "value": number(found["rule_count"]), "note": "beyond chance, by 20 customers or more"},
            {
                "label": "Customers with something in line",
                "value": number(found["in_line"]),
                "note": f"of {number(found['customers'])}",
                "url": customers_url(**{FILTER: as_text(Condition("next_item", "not_empty"))}),
            },
        ]
        if self.is_tried:
            one = found["gains"]["two" if self.order == 2 else "one"]
            cards.append(
                {
                    "label": "Log loss below the base rate",
                    "value": number(one["mean"], 3),
                    "note": f"95 %: {number(one['low'], 3)} to {number(one['high'], 3)}",
                    "change": "" if one["low"] > 0 else "no better",
                    "change_tone": "warn",
                }
            )
        return cards

    @property
    def tells_of_habit(self) -> str:
        """Whether the order tells more than what the customer bought so far."""
        gains, is_two = self.found["gains"], self.order == 2
        one = gains["two over habit" if is_two else "one over habit"]
        what = "the last two purchases" if is_two else "the last purchase"
        if one["high"] < 0:
            turned = {"mean": -one["mean"], "low": -one["high"], "high": -one["low"]}
            return (
                f"What the customer bought so far tells more than {what}: kinds of customers differ more than their "
                f"order of buying does. Log loss less by {_between(turned)}."
            )
        if one["low"] > 0:
            verb = "tell" if is_two else "tells"
            return (
                f"{what.capitalize()} {verb} more than all that the customer bought so far: log loss less by "
                f"{_between(one)}."
            )
        return f"Whether {what} or what the customer bought so far tells more is not sure: by {_between(one)}."

    @property
    def tells_of_order(self) -> str:
        """Whether it matters which came first."""
        one = self.found["gains"].get("two over no order" if self.order == 2 else "one over no order")
        if one is None:
            return ""
        said = "It matters which comes first" if one["low"] > 0 else "Whether it matters which comes first is not sure"
        return f"{said}: log loss against what goes together either way round less by {_between(one)}."

    @property
    def explanation(self) -> str:
        found = self.found
        left_out = (
            f" {number(found['left_out'])} days of purchases without a known product are left out." if found["left_out"]
            else ""
        )  # fmt: skip
        tried = (
            f" All {number(found['cells'])} such pairs (or triples) are tried; only those are told whose p is below "
            "0.05 when all are taken together (Holm), and whose lift lies above 1 among the latest fifth alone, too."
            if "cells" in found
            else ""
        )
        kept = len(self.kept)
        file = f" The file holds the first {number(kept)} of them." if found.get("rule_count", 0) > kept else ""
        return (
            f"As of {full_day(self.run.as_of)}, run {self.run.pk}. All that a customer bought on a day is one "
            "purchase, known by the family (a product without one stands for itself) of the largest net amount; "
            f"returns are no purchases.{left_out} Share: of n next purchases after the one named (of all "
            "customers), how many were of the item. Lift: that share divided by the item's share of all next "
            "purchases, with its 95 % interval by the delta method; the steps of one customer vary as one. Only "
            f"items other than the last one, by 20 customers or more.{tried} The strongest, by lift times share, stand "
            f"first.{file} Half within: the median days until it was bought. Chance: the low "
            f"end (Wilson, 95 %) of the share that bought it next within {SEQUENCE_HORIZON} days, of purchases "
            "that are at least as old. The other way round: how often the last one follows the item; where both "
            "are high, customers buy both and their order says little."
        )

    @property
    def quality_explanation(self) -> str:
        found = self.found
        cut = full_day(dt.date.fromisoformat(found["cut_on"]))
        return (
            f"Learned from {number(found['learned'])} next purchases of another item up to {cut}, tried on "
            f"{number(found['tried'])} later ones that no model saw. Each tells which other item than the last one it "
            "is. Log loss: the mean of −ln(chance given to what was bought); less is better. "
            "Among the first one and three: how often what was bought is among the items named as likeliest. The "
            "chances are counts drawn towards the simpler guess; by how much was chosen within the earlier part. The "
            "interval of a difference takes all steps of a customer together. A chain is used where it beats how often "
            "each is bought, what the customer bought so far, and the same chain without order (what goes together, "
            "either way round); that of two where it beats that of one, too; else nothing is in line."
        )


def _between(gain: Mapping[str, float]) -> str:
    return f"{number(gain['mean'], 3)} (95 %: {number(gain['low'], 3)} to {number(gain['high'], 3)})"


def tree_of(item: str) -> str:
    """The customers for whom it is in line as a filter tree."""
    return as_text(Condition("next_item", "any", [item]))
