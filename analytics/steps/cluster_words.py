"""What the features of a cluster are called, how a cluster gets its name, and what is said of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.clustering import NO_STRUCTURE, Clustering

LEAST_MARK = 0.4
"""So many standard deviations from the mean of all, a feature marks a cluster."""
MOST_WORDS = 3
LEAST_WORD = 0.15
"""Below that, a feature says nothing of a cluster, not even to tell it from another one."""
AVERAGE = "average"


@dataclass(frozen=True)
class Feature:
    """A feature in words: its label, what a cluster is that has little or much of it, and its kind (`days`, `count`,
    `money`, `share`)."""

    label: str
    low: str
    high: str
    kind: str


FEATURES = {
    "recency": Feature("Days since the last purchase", "recent", "long silent", "days"),
    "frequency": Feature("Purchases", "rare", "frequent", "count"),
    "monetary": Feature("Net revenue", "low value", "high value", "money"),
    "average": Feature("Mean purchase", "small orders", "large orders", "money"),
    "tenure": Feature("Days since the first purchase", "new", "long-standing", "days"),
    "gap": Feature("Days between purchases", "short gaps", "long gaps", "days"),
    "returns": Feature("Share of returns", "few returns", "many returns", "share"),
    "families": Feature("Product families", "narrow range", "wide range", "count"),
}


def names_of(centres: NDArray[np.float64], used: list[str]) -> list[str]:
    """A name of each cluster (centres: clusters x standardised features): what marks it most, at most three things.

    Two that would have the same name get further words, and at last a number.
    """
    words = [_marks(centre, used) for centre in centres]
    lengths = [min(max(sum(is_strong for _, is_strong in one), 1), MOST_WORDS) for one in words]
    names = [_name(one, length) for one, length in zip(words, lengths, strict=True)]
    for length in range(2, len(used) + 1):
        doubled = {name for name in names if names.count(name) > 1}
        if not doubled:
            break
        names = [
            _name(one, max(length, known)) if name in doubled else name
            for name, one, known in zip(names, words, lengths, strict=True)
        ]
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
    return names


def _marks(centre: NDArray[np.float64], used: list[str]) -> list[tuple[str, bool]]:
    """(word, whether it marks the cluster) of each feature that says anything of it, the strongest first."""
    order = np.argsort(-np.abs(centre), kind="stable")
    found = []
    for at in order:
        if abs(centre[at]) < LEAST_WORD:
            break
        feature = FEATURES[used[at]]
        found.append((feature.high if centre[at] > 0 else feature.low, bool(abs(centre[at]) >= LEAST_MARK)))
    return found


def _name(words: list[tuple[str, bool]], length: int) -> str:
    taken = [word for word, _ in words[:length]]
    if not words or not words[0][1]:
        taken = [AVERAGE] if length == 1 else [AVERAGE, *taken]
    name = ", ".join(taken)
    return name[:1].upper() + name[1:]


def sentences_of(found: Clustering, names: list[str]) -> list[str]:
    """What is said of the clusters where they should not be leaned on."""
    said = []
    if not found.has_structure:
        said.append(
            f"The best silhouette is {found.silhouette:.2f}, below {NO_STRUCTURE}: the data have no substantial "
            "structure (Kaufman and Rousseeuw 1990). These clusters cut a continuum: take them as a help to look, not "
            "as kinds of customers."
        )
    weak = [name for name, value in zip(names, found.jaccard.tolist(), strict=True) if value < 0.6]
    if weak:
        said.append(f"Not stable, with a Jaccard index below 0.6 in other samples (Hennig 2007): {'; '.join(weak)}.")
    return said


def in_words(found: dict[str, Any]) -> list[str]:
    """A run in words, a line each."""
    if "k" not in found:
        return list(found.get("sentences", ()))
    sizes = "; ".join(f"{row['name']}: {row['customers']:,}" for row in found["profile"])
    how = f"silhouette {found['silhouette']:.3f}, stability {found['stability']:.3f}"
    first = f"{found['customers']:,} customers in {found['k']} clusters, {how}."
    return [first, f"{sizes}.", *found.get("sentences", ())]
