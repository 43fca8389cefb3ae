"""Clusters: separated ones are found as they are, measured as scikit-learn measures, and always the same."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score

from analytics.mathematics.clustering import Clustering, cluster, nearest, overlaps, plane
from analytics.steps.cluster_words import names_of, sentences_of


@pytest.mark.parametrize("k", [2, 4, 6])
def test_separated_clusters_are_found_with_their_number(k):
    angles = np.arange(k) * 2 * np.pi / k
    middles = 20 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points, truth = make_blobs(400, centers=middles, cluster_std=0.6, random_state=3)
    found = cluster(points)
    codes, distances = nearest(points, found.centres)
    assert found.k == k
    assert adjusted_rand_score(truth, codes) == 1.0
    assert found.silhouette == pytest.approx(silhouette_score(points, codes), abs=1e-12)
    assert found.stability == 1.0
    assert found.jaccard == pytest.approx(np.ones(k))
    assert distances == pytest.approx(np.linalg.norm(points - found.centres[codes], axis=1))
    assert found.has_structure


def test_the_same_points_give_the_same_clusters():
    points = np.random.default_rng(5).normal(size=(500, 4))
    first, second = cluster(points), cluster(points.copy())
    assert np.array_equal(first.centres, second.centres)
    assert (first.silhouettes, first.stability) == (second.silhouettes, second.stability)


def test_one_cloud_has_no_structure_and_says_so():
    found = cluster(np.random.default_rng(1).normal(size=(600, 5)))
    assert not found.has_structure
    names = [str(place) for place in range(found.k)]
    assert "no substantial structure" in sentences_of(found, names)[0]


@pytest.mark.parametrize("rows", [np.zeros((50, 2)), np.repeat([[0.0, 1.0], [2.0, 3.0]], 20, axis=0)])
def test_rows_that_hardly_differ_have_no_clusters(rows):
    assert cluster(rows) is None


def test_three_kinds_of_rows_are_at_most_two_clusters_without_an_error():
    assert cluster(np.repeat([[0.0], [5.0], [50.0]], 20, axis=0)).k == 2


def test_overlaps_are_those_of_counting():
    found = overlaps(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)
    assert found == pytest.approx(np.array([[1 / 2, 1 / 4], [0, 2 / 3]]))


def test_plane_holds_the_spread_of_flat_points():
    rng = np.random.default_rng(2)
    flat = rng.normal(size=(200, 2)) @ np.array([[3.0, 0, 1], [0, 1.0, 1]])
    axes, spread = plane(flat)
    assert spread.sum() == pytest.approx(1)
    assert axes.T @ axes == pytest.approx(np.eye(2))
    assert plane(flat[:, :1])[1].tolist() == [1, 0]


def test_names_say_what_marks_and_are_never_twice():
    used = ["recency", "frequency", "monetary"]
    centres = np.array([[-1.5, 1.2, 1.1], [1.3, -0.8, -0.2], [0.3, 0.2, 0.1], [0.3, 0.2, 0.1], [0.1, 0.1, 0]])
    assert names_of(centres, used) == [
        "Recent, frequent, high value",
        "Long silent, rare",
        "Average, long silent, frequent",
        "Average, long silent, frequent (2)",
        "Average",
    ]
    assert names_of(centres[:3], used)[2] == "Average"


def test_clusters_that_do_not_come_again_are_named():
    found = Clustering(np.zeros((2, 1)), {2: 0.5}, 0.5, np.array([0.9, 0.4]))
    (said,) = sentences_of(found, ["Good", "Shaky"])
    assert "Shaky" in said
    assert "Good" not in said
