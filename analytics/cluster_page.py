"""What the page of clusters shows: which kinds of customers there are, what marks each, and how far to trust it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from analytics.mathematics.clustering import KS, NO_STRUCTURE, RESAMPLES
from analytics.models import ModelRun
from analytics.queries import customers_url
from analytics.steps.cluster_words import FEATURES
from crm.templatetags.figures import NOTHING, full_day, money, number, percent, plural

FORMULA = (
    "k-means (k-means++, the best of ten starts) on the standardised features, counts, days and money as ln(1 + x). "
    f"k is that of {KS[0]} to {KS[-1]} with the greatest mean silhouette (Rousseeuw 1987): how much nearer a customer "
    "is to the own cluster than to the next one, from -1 to 1. Large bases are fitted on 20,000 customers drawn by lot "
    "and judged on 4,000; everybody goes to the nearest middle."
)
STABILITY = (
    f"Clustered anew in {RESAMPLES} bootstrap resamples. Stability is the mean adjusted Rand index with them (1 is the "
    "same, 0 is by lot); the Jaccard index says it of each cluster (Hennig 2007): 0.75 and more is stable, below 0.6 "
    "the cluster should not be trusted."
)
PICTURE = (
    "Customers drawn by lot, on the two directions in which customers differ most (principal components of the "
    "features). A point is a customer; what is near in the picture can be apart in other directions."
)


class ClusterPage:
    """The figures of one run, for who may see all customers."""

    def __init__(self, run: ModelRun, currency: str) -> None:
        self.run, self.currency = run, currency
        self.found: dict[str, Any] = run.metrics

    @property
    def has_clusters(self) -> bool:
        return "k" in self.found

    @property
    def sentences(self) -> list[str]:
        return list(self.found.get("sentences", ()))

    @property
    def cards(self) -> list[dict[str, Any]]:
        found = self.found
        return [
            {"label": "Clusters", "value": number(found["k"]), "note": f"of {plural(found['customers'], 'customer')}"},
            {
                "label": "Silhouette",
                "value": number(found["silhouette"], 2),
                "note": f"from {NO_STRUCTURE} on there is structure",
                "change": "" if found["has_structure"] else "no structure",
                "change_tone": "warn",
            },
            {"label": "Stability", "value": number(found["stability"], 2), "note": "1: the same in every resample"},
        ]

    @property
    def used(self) -> list[str]:
        """The names of the features, in their own order: JSON keeps none."""
        return [name for name in FEATURES if name in self.found["features"]]

    @property
    def features(self) -> list[str]:
        return [FEATURES[name].label for name in self.used]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The clusters, each with its share, its medians and where it leads."""
        total = self.found["customers"]
        return [
            {
                **row,
                "share": row["customers"] / total,
                "cells": self._cells(row["medians"]),
                "url": customers_url(cluster=row["name"]),
                "tree": tree_of_cluster(row["name"]),
                "is_stable": row["jaccard"] >= 0.6,
            }
            for row in self.found["profile"]
        ]

    @property
    def all_cells(self) -> list[dict[str, str]]:
        return self._cells(self.found["medians"])

    def _cells(self, medians: dict[str, float | None]) -> list[dict[str, str]]:
        return [
            {"label": FEATURES[name].label, "text": in_words(name, medians[name], self.currency)} for name in self.used
        ]

    @property
    def by_k(self) -> list[dict[str, Any]]:
        """The mean silhouette of each number of clusters that was tried."""
        return [
            {"k": int(k), "value": value, "is_chosen": int(k) == self.found["k"]}
            for k, value in sorted(self.found["silhouettes"].items())
        ]

    @property
    def picture_note(self) -> str:
        return f"{percent(sum(self.found['spread']))} of the differences"

    @property
    def explanations(self) -> dict[str, str]:
        as_of = f"As of {full_day(self.run.as_of)}, run {self.run.pk}: orders up to that day."
        who = (
            f"{plural(self.found['customers'], 'customer')} who bought; archived ones are counted. Who bought once has "
            "no days between purchases, who bought nothing of a known family no families: they stand at the mean of "
            "the others. A feature that is the same for all is left out."
        )
        return {"profile": f"{FORMULA} {who} {as_of}", "quality": STABILITY, "picture": PICTURE}

    @property
    def chart_data(self) -> dict[str, Any]:
        names = self.found["names"]
        axes = [
            f"{label} ({percent(share)})" for label, share in zip(self.found["axes"], self.found["spread"], strict=True)
        ]
        series: list[list[list[float]]] = [[] for _ in names]
        for x, y, code in self.found["points"]:
            series[code].append([x, y])
        parts = [{"name": name, "points": one} for name, one in zip(names, series, strict=True)]
        return {"axes": axes, "series": parts}


def in_words(name: str, value: float | None, currency: str) -> str:
    """A value of a feature as it is read."""
    if value is None:
        return NOTHING
    kind = FEATURES[name].kind
    if kind == "money":
        return money(value, currency)
    if kind == "share":
        return percent(value)
    return number(value, 0 if float(value).is_integer() or abs(value) >= 10 else 1)


def tree_of_cluster(name: str) -> str:
    """The filter tree of a cluster's customers, as text."""
    return json.dumps({"version": 1, "where": {"field": "cluster", "op": "any", "value": [name]}})
