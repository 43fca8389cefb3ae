"""What the page of sequence selling shows: what follows what, and how far the order tells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.models import ModelRun
from analytics.queries import customers_url
from analytics.sequences.wording import explanation, of_habit, of_order, quality_explanation
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.languages.words import in_words
from crm.templatetags.figures import number, plural

MODELS = (
    ("base", _("How often each is bought"), _("the same for everybody")),
    ("habit", _("What the customer bought so far"), _("names the chance of each, no order")),
    ("one", _("The last purchase"), _("a Markov chain of order one")),
    ("two", _("The last two purchases"), _("a Markov chain of order two")),
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
        by = in_words("by %(customers)s", customers=plural(found["customers"], "customer"))
        if found["left_out"]:
            by = in_words("%(by)s; %(days)s left out", by=by, days=plural(found["left_out"], "day"))
        cards = [
            {
                "label": "Next purchases",
                "value": number(found["steps"]),
                "note": by,
            },
            {"label": "Rules", "value": number(found["rule_count"]), "note": "beyond chance, by 20 customers or more"},
            {
                "label": "Customers with something in line",
                "value": number(found["in_line"]),
                "note": in_words("of %(count)s", count=number(found["customers"])),
                "url": customers_url(**{FILTER: as_text(Condition("next_item", "not_empty"))}),
            },
        ]
        if self.is_tried:
            one = found["gains"]["two" if self.order == 2 else "one"]
            cards.append(
                {
                    "label": "Log loss below the base rate",
                    "value": number(one["mean"], 3),
                    "note": in_words(
                        "95 %%: %(low)s to %(high)s", low=number(one["low"], 3), high=number(one["high"], 3)
                    ),
                    "change": "" if one["low"] > 0 else _("no better"),
                    "change_tone": "warn",
                }
            )
        return cards

    @property
    def tells_of_habit(self) -> str:
        """Whether the order tells more than what the customer bought so far."""
        return of_habit(self.found["gains"], is_two=self.order == 2)

    @property
    def tells_of_order(self) -> str:
        """Whether it matters which came first."""
        return of_order(self.found["gains"].get("two over no order" if self.order == 2 else "one over no order"))

    @property
    def explanation(self) -> str:
        return explanation(self.run, kept=len(self.kept))

    @property
    def quality_explanation(self) -> str:
        return quality_explanation(self.found)


def tree_of(item: str) -> str:
    """The customers for whom it is in line as a filter tree."""
    return as_text(Condition("next_item", "any", [item]))
