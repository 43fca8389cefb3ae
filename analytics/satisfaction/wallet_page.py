"""What the page of the share of wallet shows: of how many customers, how much, in which bands, and who is behind."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.models import ModelRun
from crm.templatetags.figures import full_day, number, percent, plural
from feedback.choices import SMALL_N

HOW = (
    "What each customer bought of us, less what they returned, in the 365 days up to the day of their last answer, "
    "over what they said there that they spend a year with everybody. In the company’s currency. The share of all "
    "together is the sum of the one over the sum of the other; the middle is that of the customer in the middle."
)


class WalletPage:
    """The share of wallet of a run of the step."""

    def __init__(self, run: ModelRun) -> None:
        self.run = run
        self.found: dict[str, Any] = run.metrics.get("wallet") or {}

    @property
    def is_empty(self) -> bool:
        return not self.found.get("n")

    @property
    def is_small(self) -> bool:
        return self.found.get("n", 0) < SMALL_N

    @property
    def bands(self) -> list[dict[str, Any]]:
        """Each with its words, its part of the customers, and the list of them."""
        n = self.found["n"]
        return [
            {**one, "label": _words(one), "part": one["count"] / n, "url": _url(one)} for one in self.found["bands"]
        ]

    @property
    def segments(self) -> list[dict[str, Any]]:
        return [{**one, "name": one["name"] or "No segment"} for one in self.found["segments"]]

    @property
    def sentences(self) -> list[str]:
        """What a reader has to know before the figures, and who is in none of them."""
        found = self.found
        said = []
        if found.get("unknown"):
            said.append(
                f"{plural(found['unknown'], 'customer')} bought in a currency without a rate: no share of them."
            )
        if found.get("nothing"):
            said.append(f"{plural(found['nothing'], 'customer')} said that they spend nothing: no share of them.")
        if found.get("strangers"):
            said.append(f"{plural(found['strangers'], 'answer')} came by an open link, from nobody whom we know.")
        if found.get("beyond"):
            said.append(f"{plural(found['beyond'], 'customer')} bought more of us than they said that they spend.")
        return said

    @property
    def explanation(self) -> str:
        first, last = (full_day(dt.date.fromisoformat(self.found[name])) for name in ("first", "last"))
        few = f"n is the number of customers; under {number(SMALL_N)} a figure is grey."
        return f"{HOW} {few} Answers of {first} to {last}."


def _words(band: dict[str, Any]) -> str:
    low, high = percent(band["low"]), band["high"]
    if high is None:
        return "all they say, or more"
    return f"under {percent(high)}" if not band["low"] else f"{low} to under {percent(high)}"


def _url(band: dict[str, Any]) -> str:
    """The contacts of a band; those at its upper end stand in the next one, too."""
    bounds = {"wallet_min": band["low"] or None, "wallet_max": band["high"]}
    asked = {name: value for name, value in bounds.items() if value is not None}
    return f"{reverse('contacts:contact_list')}?{urlencode(asked)}"
