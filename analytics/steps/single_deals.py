"""Whether single deals can be told apart: the chance to be won by who sells what to whom, measured out of fold.

It forecasts nothing. Where the AUC stays near 0.5 a score of single deals would be a lottery with decimals, and the
forecast rightly rests on how many are won of how many.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics.classifying import LINEAR, out_of_fold
from analytics.mathematics.features import Codes, Features
from analytics.mathematics.quality import auc
from analytics.statements import read_columns

MOST_DEALS = 10_000
FEWEST_DEALS, FEWEST_OF_A_KIND = 200, 30
KNOWN_BEFORE = ("owner", "product", "customer")
SQL = sql.SQL("""
SELECT coalesce(owner_id, 0) AS owner, coalesce(product_id, 0) AS product,
       coalesce(organization_id, contact_id, 0) AS customer, (outcome = 'won')::int::bigint AS won
FROM pipeline_deal WHERE outcome <> 'open' AND archived_at IS NULL AND closed_on < {cutoff}::date
ORDER BY closed_on DESC, id DESC LIMIT {most}
""")


def tell_apart(cutoff: dt.date) -> dict[str, Any] | None:
    """`n` closed deals (the newest), and the pooled AUC by model; None where there are too few to say."""
    query = SQL.format(cutoff=sql.Literal(cutoff.isoformat()), most=sql.Literal(MOST_DEALS))
    found = read_columns(query, (*((name, "i8") for name in KNOWN_BEFORE), ("won", "i8")))
    won = found["won"].astype(np.int64)
    if len(won) < FEWEST_DEALS or np.bincount(won, minlength=2).min() < FEWEST_OF_A_KIND:
        return None
    codes: dict[str, Codes] = {}
    categories: dict[str, tuple[str, ...]] = {}
    for name in KNOWN_BEFORE:
        keys, places = np.unique(found[name], return_inverse=True)
        codes[name] = places.astype(np.int32)
        categories[name] = tuple(str(key) for key in keys)
    out, _ = out_of_fold(Features({}, codes, categories), won, (LINEAR,))
    return {"n": len(won), "auc": {kind: round(auc(won, predicted), 4) for kind, predicted in out.items()}}
