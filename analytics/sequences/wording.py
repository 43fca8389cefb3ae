"""The figures of sequence selling in sentences, in the language of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.models import ModelRun
from analytics.steps.defaults import SEQUENCE_HORIZON
from crm.languages.words import in_words
from crm.templatetags.figures import full_day, number, plural

HABIT = {
    "habit": (
        _("What the customer bought so far tells more than the last purchase: kinds of customers differ more than "
          "their order of buying does. Log loss less by %(between)s."),
        _("What the customer bought so far tells more than the last two purchases: kinds of customers differ more "
          "than their order of buying does. Log loss less by %(between)s."),
    ),
    "order": (
        _("The last purchase tells more than all that the customer bought so far: log loss less by %(between)s."),
        _("The last two purchases tell more than all that the customer bought so far: log loss less by %(between)s."),
    ),
    "open": (
        _("Whether the last purchase or what the customer bought so far tells more is not sure: by %(between)s."),
        _("Whether the last two purchases or what the customer bought so far tells more is not sure: by %(between)s."),
    ),
}  # fmt: skip
"""What tells more, for a chain of one purchase and of two."""


def of_habit(gains: Mapping[str, Any], *, is_two: bool) -> str:
    """Whether the order tells more than what the customer bought so far."""
    one = gains["two over habit" if is_two else "one over habit"]
    if one["high"] < 0:
        what, one = "habit", {"mean": -one["mean"], "low": -one["high"], "high": -one["low"]}
    else:
        what = "order" if one["low"] > 0 else "open"
    return in_words(HABIT[what][is_two], between=_between(one))


def of_order(gain: Mapping[str, float] | None) -> str:
    """Whether it matters which came first; nothing where that was not tried."""
    if gain is None:
        return ""
    if gain["low"] > 0:
        return in_words(
            "It matters which comes first: log loss against what goes together either way round less by %(between)s.",
            between=_between(gain),
        )
    return in_words(
        "Whether it matters which comes first is not sure: log loss against what goes together either way round less "
        "by %(between)s.",
        between=_between(gain),
    )


def _between(gain: Mapping[str, float]) -> str:
    mean, low, high = (number(gain[name], 3) for name in ("mean", "low", "high"))
    return in_words("%(mean)s (95 %%: %(low)s to %(high)s)", mean=mean, low=low, high=high)


def explanation(run: ModelRun, *, kept: int) -> str:
    """How the rules are found; `kept` of them are in the file."""
    found: dict[str, Any] = run.metrics
    said = [
        in_words(
            "As of %(day)s, run %(run)s. All that a customer bought on a day is one purchase, known by the family (a "
            "product without one stands for itself) of the largest net amount; returns are no purchases.",
            day=full_day(run.as_of), run=run.pk,
        )
    ]  # fmt: skip
    if found["left_out"]:
        days = plural(found["left_out"], "day")
        said.append(in_words("Purchases without a known product are left out: %(days)s.", days=days))
    said.append(
        in_words(
            "Share: of n next purchases after the one named (of all customers), how many were of the item. Lift: that "
            "share divided by the item's share of all next purchases, with its 95 %% interval by the delta method; the "
            "steps of one customer vary as one. Only items other than the last one, by 20 customers or more."
        )
    )
    if "cells" in found:
        said.append(
            in_words(
                "All %(count)s such pairs (or triples) are tried; only those are told whose p is below %(least)s when "
                "all are taken together (Holm), and whose lift lies above 1 among the latest fifth alone, too.",
                count=number(found["cells"]), least=number(0.05, 2),
            )
        )  # fmt: skip
    said.append(in_words("The strongest, by lift times share, stand first."))
    if found.get("rule_count", 0) > kept:
        said.append(in_words("The file holds the first %(count)s of them.", count=number(kept)))
    said.append(
        in_words(
            "Half within: the median days until it was bought. Chance: the low end (Wilson, 95 %%) of the share that "
            "bought it next within %(days)s days, of purchases that are at least as old. The other way round: how "
            "often the last one follows the item; where both are high, customers buy both and their order says little.",
            days=number(SEQUENCE_HORIZON),
        )
    )
    return " ".join(said)


def quality_explanation(found: Mapping[str, Any]) -> str:
    """How it is tried how far the order tells."""
    return in_words(
        "Learned from %(learned)s next purchases of another item up to %(day)s, tried on %(tried)s later ones "
        "that no model saw. Each tells which other item than the last one it is. Log loss: the mean of −ln(chance"
        " given to what was bought); less is better. Among the first one and three: how often what was bought is "
        "among the items named as likeliest. The chances are counts drawn towards the simpler guess; by how much "
        "was chosen within the earlier part. The interval of a difference takes all steps of a customer together."
        " A chain is used where it beats how often each is bought, what the customer bought so far, and the same "
        "chain without order (what goes together, either way round); that of two where it beats that of one, too;"
        " else nothing is in line.",
        learned=number(found["learned"]),
        day=full_day(dt.date.fromisoformat(found["cut_on"])),
        tried=number(found["tried"]),
    )
