"""What the ratings say: importance beside performance, gaps to competitors, delight, value, trust, and what comments
are about. All ratings are on a scale of 0 to 100.

Attributes of the same words are one, whichever survey asked. Trust and commitment come from surveys of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.satisfying import (
    Gap,
    Mean,
    Ratings,
    gap,
    gaps_by_attribute,
    index_of,
    means_by_attribute,
    pairs,
    priority,
    quadrant,
    scaled,
    value_of,
)
from analytics.statements import read_columns, rows_of
from feedback.choices import Dimension, SurveyKind

ANSWERS_SQL = sql.SQL("""
SELECT a.response_id, a.question_id, a.value::float8, coalesce(r.touch_point_id, 0)
FROM feedback_answer a JOIN feedback_response r ON r.id = a.response_id JOIN feedback_question q ON q.id = a.question_id
WHERE a.value IS NOT NULL AND q.kind = 'rating' AND q.high > q.low AND r.told_at < {end} AND q.dimension <> 'nps'
""")
QUESTIONS_SQL = """
SELECT q.id, q.text, q.dimension, q.competitor, q.low::float8, q.high::float8, s.kind
FROM feedback_question q JOIN feedback_survey s ON s.id = q.survey_id WHERE q.kind = 'rating' AND q.high > q.low
ORDER BY q.id
"""
TAGS_SQL = sql.SQL("""
SELECT tag, coalesce(nullif(nps_group, ''), 'none'), count(*) FROM feedback_response r, unnest(r.tags) AS tag
WHERE r.told_at < {end} GROUP BY 1, 2
""")
TOUCH_POINTS_SQL = "SELECT id, name FROM feedback_touchpoint"
OVERALL, NO_TOUCH = "overall", 0


@dataclass
class Asked:
    """The ratings as columns, and what each question is about."""

    response: NDArray[Any]
    touch: NDArray[Any]
    rating: NDArray[Any]
    attribute: NDArray[Any]
    kind: NDArray[Any]
    names: Sequence[str]
    kinds: Sequence[tuple[str, str, str]]

    def of(self, dimension: str, *, competitor: str = "", trust: bool = False) -> Ratings:
        """The ratings of a dimension; of surveys of trust, or of the others."""
        wanted = [
            place
            for place, (about, whom, survey) in enumerate(self.kinds)
            if about == dimension and whom == competitor and (survey == SurveyKind.TRUST) == trust
        ]
        return self._chosen(np.isin(self.kind, wanted))

    def _chosen(self, chosen: NDArray[Any]) -> Ratings:
        """One rating by response and attribute: the last where one was asked twice."""
        response, attribute, rating = self.response[chosen], self.attribute[chosen], self.rating[chosen]
        keys = response * (len(self.names) + 1) + attribute
        _, last = np.unique(keys[::-1], return_index=True)
        kept = np.sort(len(keys) - 1 - last)
        return Ratings(response[kept], attribute[kept], rating[kept])

    @property
    def competitors(self) -> list[str]:
        return sorted({whom for about, whom, _ in self.kinds if about == Dimension.COMPETITOR})

    @property
    def touch_of(self) -> dict[int, int]:
        return dict(zip(self.response.tolist(), self.touch.tolist(), strict=True))


def read_ratings(end: sql.Literal) -> Asked:
    """All ratings told before a moment."""
    columns = read_columns(
        ANSWERS_SQL.format(end=end), (("response", "i8"), ("question", "i8"), ("value", "f8"), ("touch", "i8"))
    )
    questions = rows_of(QUESTIONS_SQL)
    names: dict[str, int] = {}
    kinds: dict[tuple[str, str, str], int] = {}
    spelled: list[str] = []
    places, bounds = [], []
    for _, text, dimension, competitor, low, high, survey in questions:
        if text.lower() not in names:
            names[text.lower()] = len(names)
            spelled.append(text)
        kind = kinds.setdefault((dimension, competitor, survey), len(kinds))
        places.append((names[text.lower()], kind))
        bounds.append((low, high))
    ids = np.array([row[0] for row in questions], dtype=np.int64)
    at = np.searchsorted(ids, columns["question"])
    place = np.array(places, dtype=np.int64).reshape(-1, 2)
    scale = np.array(bounds, dtype=float).reshape(-1, 2)
    rating = scaled(columns["value"], scale[at, 0], scale[at, 1])
    return Asked(columns["response"], columns["touch"], rating, place[at, 0], place[at, 1], spelled, list(kinds))


def ratings_metrics(asked: Asked, end: sql.Literal) -> dict[str, Any]:
    """Everything the page of ratings shows, as JSON."""
    return {
        "attributes": attributes(asked),
        "delight": delight(asked),
        "value": value_of(asked.of(Dimension.BENEFIT), asked.of(Dimension.COST)).as_json(),
        "value_items": _items(asked, Dimension.BENEFIT) + _items(asked, Dimension.COST),
        "trust": index_of(asked.of(Dimension.PERFORMANCE, trust=True)).as_json(),
        "trust_items": _items(asked, Dimension.PERFORMANCE, trust=True),
        "commitment": index_of(asked.of(Dimension.INTENTION, trust=True)).as_json(),
        "tags": _tags(end),
    }


def attributes(asked: Asked) -> list[dict[str, Any]]:
    """Attributes with performance, importance, quadrant, priority and the gap to each competitor; the most urgent
    first. The quadrants divide at the mean performance and the mean importance of the attributes that have both."""
    performance = asked.of(Dimension.PERFORMANCE)
    good, matters = means_by_attribute(performance), means_by_attribute(asked.of(Dimension.IMPORTANCE))
    both = sorted(set(good) & set(matters))
    middle = (_middle(good, both), _middle(matters, both))
    gaps = {
        whom: gaps_by_attribute(performance, asked.of(Dimension.COMPETITOR, competitor=whom))
        for whom in asked.competitors
    }
    compared = {one for found in gaps.values() for one in found}
    found = []
    for one in sorted(set(both) | compared):
        mine, need = good.get(one, Mean(0)), matters.get(one, Mean(0))
        has_both = one in both and mine.mean is not None and need.mean is not None
        found.append(
            {
                "name": asked.names[one],
                "performance": mine.as_json(),
                "importance": need.as_json(),
                "quadrant": quadrant(mine.mean or 0, need.mean or 0, middle=middle) if has_both else "",
                "priority": priority(mine.mean or 0, need.mean or 0) if has_both else None,
                "competitors": {whom: gaps[whom][one].as_json() for whom in gaps if one in gaps[whom]},
            }
        )
    return sorted(found, key=lambda one: (-(one["priority"] or 0), one["name"]))


def delight(asked: Asked) -> dict[str, Any]:
    """CD: performance above expectation, in all, by attribute and by touch point."""
    perceived, expected = asked.of(Dimension.PERFORMANCE), asked.of(Dimension.EXPECTATION)
    response, _, first, second = pairs(perceived, expected)
    names: dict[int, str] = dict(rows_of(TOUCH_POINTS_SQL))
    touch_of = asked.touch_of
    touch = np.array([touch_of.get(int(one), NO_TOUCH) for one in response], dtype=np.int64)
    by_touch = {
        names.get(int(one), ""): gap(first[touch == one], second[touch == one]) for one in np.unique(touch) if one
    }
    by_attribute = {asked.names[one]: found for one, found in gaps_by_attribute(perceived, expected).items()}
    return {
        OVERALL: gap(first, second).as_json(),
        "attributes": _listed(by_attribute),
        "touch_points": _listed(by_touch),
    }


def _listed(found: Mapping[str, Gap]) -> list[dict[str, Any]]:
    """The largest mean gap first."""
    rows = [{"name": name, **one.as_json()} for name, one in found.items()]
    return sorted(rows, key=lambda row: -(row["mean"] or 0))


def _middle(means: Mapping[int, Mean], keys: Iterable[int]) -> float:
    known = [mean for key in keys if (mean := means[key].mean) is not None]
    return sum(known) / len(known) if known else 0.0


def _items(asked: Asked, dimension: str, *, trust: bool = False) -> list[dict[str, Any]]:
    found = means_by_attribute(asked.of(dimension, trust=trust))
    return [{"name": asked.names[key], "about": dimension, **mean.as_json()} for key, mean in found.items()]


def _tags(end: sql.Literal) -> dict[str, dict[str, int]]:
    """How many comments are about each of the 7 Ps, by the group of who wrote them."""
    found: dict[str, dict[str, int]] = {}
    for tag, group, count in rows_of(TAGS_SQL.format(end=end)):
        found.setdefault(tag, {})[group] = int(count)
    return found
