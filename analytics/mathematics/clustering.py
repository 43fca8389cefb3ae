"""Groups of alike rows: k-means, k by the silhouette, and how far the groups come again in other samples.

Sources: Lloyd (1982) and Arthur and Vassilvitskii (2007) for k-means; Rousseeuw (1987) for the silhouette; Kaufman and
Rousseeuw (1990) for what it means (below 0.25: no substantial structure); Hubert and Arabie (1985) for the adjusted
Rand index; Hennig (2007) for the bootstrap, and the Jaccard index of each cluster in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
SEED = 42
KS = range(2, 9)
STARTS = 10
MOST_FITTED = 20_000
MOST_JUDGED = 4_000
RESAMPLES = 20
NO_STRUCTURE = 0.25
CHUNK = 50_000


@dataclass(frozen=True)
class Clustering:
    """`centres`: clusters x features. `silhouettes`: the mean silhouette by k. `stability`: the mean adjusted Rand
    index between these clusters and those of bootstrap resamples; `jaccard`: the mean of the best Jaccard index of each
    cluster in them (0.75 and more is stable, below 0.6 it should not be trusted)."""

    centres: Floats
    silhouettes: dict[int, float]
    stability: float
    jaccard: Floats

    def sorted_by(self, column: int) -> Clustering:
        """The same with the clusters in the order of this feature, the greatest first."""
        order = np.argsort(-self.centres[:, column], kind="stable")
        return replace(self, centres=self.centres[order], jaccard=self.jaccard[order])

    @property
    def k(self) -> int:
        return len(self.centres)

    @property
    def silhouette(self) -> float:
        return self.silhouettes[self.k]

    @property
    def has_structure(self) -> bool:
        return self.silhouette >= NO_STRUCTURE


def cluster(points: Floats) -> Clustering | None:
    """Clusters of standardised points (rows x features), the same for the same points in the same order.

    Fitted on at most `MOST_FITTED` rows drawn by lot, judged on at most `MOST_JUDGED` of these. None where fewer than
    three rows differ: nothing can be told apart.
    """
    some = drawn(points, MOST_FITTED)
    most = len(np.unique(some, axis=0)) - 1
    judged = drawn(some, MOST_JUDGED)
    with threadpool_limits(1):  # sums over several threads differ in the last digit from run to run
        fits = {k: fitted(some, k) for k in KS if k <= most}
        found = {k: silhouette(judged, nearest(judged, centres)[0]) for k, centres in fits.items()}
        if not found:
            return None
        best = max(found, key=lambda k: (round(found[k], 9), -k))
        stability, jaccard = resampled(judged, fits[best])
    return Clustering(fits[best], found, stability, jaccard)


def drawn(points: Floats, most: int) -> Floats:
    """All rows, or so many of them by lot (of a fixed seed), in their order."""
    if len(points) <= most:
        return points
    return points[np.sort(np.random.default_rng(SEED).choice(len(points), most, replace=False))]


def fitted(points: Floats, k: int, starts: int = STARTS, seed: int = SEED) -> Floats:
    """The centres of k clusters, the best of several starts (k-means++)."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - pages read this module, and none computes

    centres: Floats = KMeans(k, n_init=starts, random_state=seed).fit(points).cluster_centers_
    return centres


def silhouette(points: Floats, codes: Codes) -> float:
    """The mean silhouette of points in clusters, from -1 to 1; 0 where all are in one."""
    if not 1 < len(np.unique(codes)) < len(points):
        return 0.0
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    return float(silhouette_score(points, codes))


def nearest(points: Floats, centres: Floats) -> tuple[Codes, Floats]:
    """The place of the nearest centre of each point, and the distance to it; a chunk at a time."""
    codes, distances = np.empty(len(points), np.int64), np.empty(len(points))
    for start in range(0, len(points), CHUNK):
        part = slice(start, start + CHUNK)
        squares = np.stack([((points[part] - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
        codes[part] = squares.argmin(axis=1)
        distances[part] = np.sqrt(squares.min(axis=1))
    return codes, distances


def resampled(points: Floats, centres: Floats) -> tuple[float, Floats]:
    """(mean adjusted Rand index, mean Jaccard index of each cluster) over resamples that are clustered anew.

    Each resample draws as many points with replacement; all points then go to its nearest centre, so that the two
    clusterings are of the same points.
    """
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415

    rng = np.random.default_rng(SEED)
    codes = nearest(points, centres)[0]
    k = len(centres)
    rand, jaccard = [], np.zeros(k)
    for turn in range(RESAMPLES):
        again = points[rng.integers(0, len(points), len(points))]
        if len(np.unique(again, axis=0)) < k:
            rand.append(0.0)
            continue
        other = nearest(points, fitted(again, k, starts=3, seed=SEED + turn))[0]
        rand.append(float(adjusted_rand_score(codes, other)))
        jaccard += overlaps(codes, other, k).max(axis=1)
    return float(np.mean(rand)), jaccard / RESAMPLES


def overlaps(first: Codes, second: Codes, k: int) -> Floats:
    """The Jaccard index of each cluster of the one with each of the other: k x k, 0 for two empty ones."""
    both = np.zeros((k, k))
    np.add.at(both, (first, second), 1)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return both / np.maximum(either, 1)


def plane(points: Floats) -> tuple[Floats, Floats]:
    """(features x 2, share of the spread of each): the first two principal components, by the larger loading up."""
    centred = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    shares = sizes**2 / max(float((sizes**2).sum()), 1e-12)
    found, spread = np.zeros((points.shape[1], 2)), np.zeros(2)
    found[:, : len(axes)], spread[: len(axes)] = (axes * signs[:, None]).T, shares[: len(axes)]
    return found, spread
