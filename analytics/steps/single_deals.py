"""Whether single deals can be told apart: the chance to be won by who sells what to whom and when it began.

It forecasts nothing. Where the AUC stays near 0.5 a score of single deals would be a lottery with decimals, and the
forecast rightly rests on how many are won of how many.

It is measured twice. **Out of fold** a deal is rated by a model of other deals, whenever these were closed: that is how
such figures are published, and it flatters, since deals of one month tell of each other what nobody knew in that month.
**Forward** the deals opened in a fifth of the time are rated by a model of those that had been closed before it began:
that is what a score on the page would have been worth.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics.classifying import BOOSTING, LINEAR, Classifier, out_of_fold
from analytics.mathematics.features import Codes, Features
from analytics.mathematics.quality import Labels, auc
from analytics.statements import read_columns

MOST_DEALS = 10_000
FEWEST_DEALS, FEWEST_OF_A_KIND = 200, 30
PARTS = 5
KNOWN_BEFORE = ("owner", "product", "customer", "month")
SQL = sql.SQL("""
SELECT coalesce(owner_id, 0) AS owner, coalesce(product_id, 0) AS product,
       coalesce(organization_id, contact_id, 0) AS customer,
       coalesce(extract(month FROM opened_on), 0)::bigint AS month, (outcome = 'won')::int::bigint AS won,
       coalesce(opened_on - DATE '1970-01-01', closed_on - DATE '1970-01-01')::bigint AS opened,
       (closed_on - DATE '1970-01-01')::bigint AS closed
FROM pipeline_deal WHERE outcome <> 'open' AND archived_at IS NULL AND closed_on < {cutoff}::date
ORDER BY closed_on DESC, id DESC LIMIT {most}
""")


def tell_apart(cutoff: dt.date) -> dict[str, Any] | None:
    """`n` closed deals (the newest), the pooled AUC out of fold by model, and the AUC `forward` with the number of
    deals that it is of (`n_forward`; None where no time could be tried); None where there are too few to say."""
    query = SQL.format(cutoff=sql.Literal(cutoff.isoformat()), most=sql.Literal(MOST_DEALS))
    found = read_columns(query, tuple((name, "i8") for name in (*KNOWN_BEFORE, "won", "opened", "closed")))
    won = found["won"].astype(np.int64)
    if not _is_enough(won):
        return None
    codes: dict[str, Codes] = {}
    categories: dict[str, tuple[str, ...]] = {}
    for name in KNOWN_BEFORE:
        keys, places = np.unique(found[name], return_inverse=True)
        codes[name] = places.astype(np.int32)
        categories[name] = tuple(str(key) for key in keys)
    features = Features({}, codes, categories)
    # trees take ten times as long: they are asked too while the newest deals are all of them
    out, _ = out_of_fold(features, won, (LINEAR, BOOSTING) if len(won) < MOST_DEALS else (LINEAR,))
    area, count = _forward(features, won, found["opened"], found["closed"])
    return {
        "n": len(won),
        "auc": {kind: round(auc(won, predicted), 4) for kind, predicted in out.items()},
        "forward": area,
        "n_forward": count,
    }


def _forward(features: Features, won: Labels, opened: Labels, closed: Labels) -> tuple[float | None, int]:
    """The mean AUC of the later fifths (by day of opening), each weighing as many deals as it has; and how many."""
    order = np.argsort(opened, kind="stable")
    areas, counts = [], []
    for part in np.array_split(order, PARTS)[1:]:
        known = np.flatnonzero(closed < opened[part[0]])
        if not _is_enough(won[known]) or np.bincount(won[part], minlength=2).min() < FEWEST_OF_A_KIND:
            continue
        predicted = Classifier(LINEAR, features.take(known), won[known]).predict(features.take(part))
        areas.append(auc(won[part], predicted))
        counts.append(len(part))
    return (round(float(np.average(areas, weights=counts)), 4), sum(counts)) if areas else (None, 0)


def _is_enough(won: Labels) -> bool:
    return len(won) >= FEWEST_DEALS and int(np.bincount(won, minlength=2).min()) >= FEWEST_OF_A_KIND
