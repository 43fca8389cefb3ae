"""Which customers buy alike: k-means clusters of how they bought up to a day, by the rules of `mathematics.clustering`.

Customers are who bought something up to the end of the day; archived ones are among them. The features are counted from
their orders of up to that day alone. Counts, days and money are taken as ln(1 + x) (money below zero mirrored), so that
a few very large ones do not make a cluster each; then each feature is standardised. Who bought once has no days between
purchases, who bought nothing of a known family no families: these stand at the mean of who has. A feature that is the
same for all is left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.clustering import Clustering, cluster, drawn, nearest, plane
from analytics.models import ClusterScore, ModelRun
from analytics.statements import copy_text, drop_tables, execute, read_columns
from analytics.steps import StepResult
from analytics.steps.cluster_words import FEATURES, in_words, names_of, sentences_of
from analytics.swapping import hold, rebuild
from crm.jobs import Progress

Floats = NDArray[np.float64]
FEWEST = 30
PARTS = 4
REASONS = 3
LEAST_REASON = 0.5
SHOWN_POINTS = 600
LEAST_SPREAD = 1e-9
TABLE = ClusterScore._meta.db_table
FRESH = f"{TABLE}_fresh"
ORDERS_SQL = sql.SQL("""
SELECT b.contact_id, b.recency, b.frequency, b.monetary, b.average, b.tenure,
  coalesce(b.gap, 'NaN'::float8), b.returns, coalesce(f.families, 'NaN'::float8)
FROM (
  SELECT contact_id,
    ({day} - max(ordered_on) FILTER (WHERE is_purchase))::float8 AS recency,
    (count(*) FILTER (WHERE is_purchase))::float8 AS frequency,
    coalesce(sum(base_amount), 0)::float8 AS monetary,
    (coalesce(sum(base_amount) FILTER (WHERE is_purchase), 0) / count(*) FILTER (WHERE is_purchase))::float8 AS average,
    ({day} - min(ordered_on) FILTER (WHERE is_purchase))::float8 AS tenure,
    (max(ordered_on) FILTER (WHERE is_purchase) - min(ordered_on) FILTER (WHERE is_purchase))::float8
      / nullif((count(*) FILTER (WHERE is_purchase)) - 1, 0) AS gap,
    (1 - (count(*) FILTER (WHERE is_purchase))::float8 / count(*)) AS returns
  FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= {day}
  GROUP BY contact_id HAVING bool_or(is_purchase)
) AS b LEFT JOIN (
  SELECT o.contact_id, count(DISTINCT p.family)::float8 AS families
  FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id JOIN orders_product p ON p.id = l.product_id
  WHERE o.contact_id IS NOT NULL AND o.ordered_on <= {day} AND o.is_purchase AND p.family <> ''
  GROUP BY o.contact_id
) AS f ON f.contact_id = b.contact_id
""")
COLUMNS = (("contact_id", "i8"), *((name, "f8") for name in FEATURES))
FRESH_SQL = sql.SQL(
    "CREATE UNLOGGED TABLE {fresh} (contact_id bigint, name text, distance double precision, reasons jsonb)"
)
FILL_SQL = sql.SQL("""
SELECT contact_id, name, distance, reasons, {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}
""")


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Cluster the customers as of the end of `as_of`. Where nothing can be told apart, nobody is in a cluster."""
    progress.report(0, PARTS, "Reading how customers bought")
    contacts, facts = facts_of(as_of)
    progress.report(1, PARTS, "Looking for clusters")
    points, used = standardised(facts)
    found = cluster(points) if len(contacts) >= FEWEST and used else None
    progress.report(2, PARTS, "Putting customers into clusters")
    if found is None:
        rows = _write(run_id, as_of, iter(()))
        metrics, said = {}, [_nothing(len(contacts))]
    else:
        found = found.sorted_by(used.index("monetary") if "monetary" in used else 0)
        codes, distances = nearest(points, found.centres)
        names = names_of(found.centres, used)
        rows = _write(run_id, as_of, _lines(contacts, facts, points, used, [names[code] for code in codes], distances))
        metrics = figures(found, facts, points, codes, names, used)
        said = sentences_of(found, names)
    progress.report(PARTS, PARTS, "Done")
    return StepResult(rows, {}, {**metrics, "customers": len(contacts), "sentences": said}, data_to=as_of)


def facts_of(as_of: dt.date) -> tuple[NDArray[np.int64], dict[str, Floats]]:
    """(contacts in the order of their ids, the features of each by name; NaN where not known)."""
    day = sql.SQL("{}::date").format(sql.Literal(as_of.isoformat()))
    read = read_columns(ORDERS_SQL.format(day=day), COLUMNS)
    contacts = read.pop("contact_id")
    order = np.argsort(contacts)
    return contacts[order], {name: column[order] for name, column in read.items()}


def standardised(facts: Mapping[str, Floats]) -> tuple[Floats, list[str]]:
    """(customers x used features, their names): logarithms with mean 0 and deviation 1, what is not known at 0."""
    columns, used = [], []
    for name, values in facts.items():
        known = ~np.isnan(values)
        if not known.any():
            continue
        logs = values if name == "returns" else np.sign(values) * np.log1p(np.abs(values))
        mean, spread = logs[known].mean(), logs[known].std()
        if spread > LEAST_SPREAD:
            columns.append(np.where(known, (logs - mean) / spread, 0.0))
            used.append(name)
    count = len(next(iter(facts.values())))
    return (np.stack(columns, axis=1) if columns else np.empty((count, 0))), used


def figures(
    found: Clustering,
    facts: Mapping[str, Floats],
    points: Floats,
    codes: NDArray[Any],
    names: list[str],
    used: list[str],
) -> dict[str, Any]:
    """The figures of a run: customers by name of a cluster first, then how good the clusters are and what they are."""
    axes, spread = plane(drawn(points, 20_000))
    shown = drawn(np.column_stack([points @ axes, codes]), SHOWN_POINTS)
    sizes = {name: int((codes == place).sum()) for place, name in enumerate(names)}
    return {
        **sizes,
        "k": found.k,
        "silhouette": round(found.silhouette, 6),
        "stability": round(found.stability, 6),
        "has_structure": found.has_structure,
        "silhouettes": {str(k): round(value, 6) for k, value in found.silhouettes.items()},
        "names": names,
        "features": {name: FEATURES[name].label for name in used},
        "profile": [
            {
                "name": name,
                "customers": sizes[name],
                "jaccard": round(float(found.jaccard[place]), 4),
                "medians": {one: median(facts[one][codes == place]) for one in used},
            }
            for place, name in enumerate(names)
        ],
        "medians": {one: median(facts[one]) for one in used},
        "points": [[round(x, 2), round(y, 2), int(code)] for x, y, code in shown.tolist()],
        "spread": [round(float(one), 4) for one in spread],
        "axes": [_strongest(axes[:, place], used) for place in range(2)],
    }


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    return in_words(run.metrics)


def median(values: Floats) -> float | None:
    """The median of the known ones, None where none is known."""
    known = values[~np.isnan(values)]
    return round(float(np.median(known)), 4) if len(known) else None


def _strongest(loadings: Floats, used: list[str]) -> str:
    """The label of the feature that a direction goes with most."""
    return FEATURES[used[int(np.abs(loadings).argmax())]].label


def _nothing(count: int) -> str:
    if count < FEWEST:
        return f"There are {count:,} customers: at least {FEWEST} are needed to look for clusters. There are none now."
    return "All customers bought alike, so no clusters can be told apart. There are none now."


def _lines(
    contacts: NDArray[np.int64],
    facts: Mapping[str, Floats],
    points: Floats,
    used: list[str],
    names: list[str],
    distances: Floats,
) -> Iterator[str]:
    """A line for COPY of each customer, with the features in which it differs most from all."""
    middles = {name: median(facts[name]) for name in used}
    for row, contact in enumerate(contacts.tolist()):
        reasons = [
            [used[at], round(float(facts[used[at]][row]), 4), middles[used[at]]]
            for at in np.argsort(-np.abs(points[row]), kind="stable")[:REASONS]
            if abs(points[row, at]) >= LEAST_REASON
        ]
        yield f"{contact}\t{names[row]}\t{distances[row]:.6f}\t{json.dumps(reasons)}\n"


def _write(run_id: int, as_of: dt.date, lines: Iterator[str]) -> int:
    """Build the table of clusters and put it in place."""
    hold(TABLE)
    fresh = sql.Identifier(FRESH)
    execute(FRESH_SQL.format(fresh=fresh))
    copy_text(FRESH, lines)
    rows = rebuild(TABLE, FILL_SQL.format(run_id=sql.Literal(run_id), as_of=sql.Literal(as_of), fresh=fresh))
    drop_tables(FRESH)
    return rows
