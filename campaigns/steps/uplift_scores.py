"""What the uplift says of people: the four groups, what each group and each fifth did, and the table of scores."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.experiments import Sample, difference
from analytics.mathematics.features import Features
from analytics.mathematics.quality import Floats, Labels
from analytics.mathematics.uplift import Learner
from analytics.statements import copy_text, drop_tables, execute
from analytics.steps.churn_scores import drivers
from analytics.swapping import hold, rebuild
from campaigns.choices import Moved
from campaigns.models import UpliftScore

TABLE = UpliftScore._meta.db_table
FRESH = f"{TABLE}_fresh"
REASONS, LEAST_REASON = 4, 0.002
FIFTHS = 5
CHUNK = 20_000
FRESH_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {fresh} (contact_id bigint, uplift float8, base float8, moved text, reasons jsonb)
""")
FILL_SQL = sql.SQL("""
SELECT contact_id, uplift, base, moved, percent_rank() OVER (ORDER BY uplift) AS better_than, reasons,
  {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}
""")


@dataclass(frozen=True)
class Bounds:
    """Where the groups part: the mean uplift (never below 0) and the mean chance without the campaign."""

    uplift: float
    base: float

    @classmethod
    def of(cls, uplift: Floats, base: Floats) -> Bounds:
        return cls(max(float(uplift.mean()), 0.0), float(base.mean()))

    def groups(self, uplift: Floats, base: Floats) -> NDArray[np.str_]:
        """The group of each: put off where it is below 0; moved where it is as large as the mean; else those who come
        anyhow, as often as the mean or more, and those who do not."""
        anyhow = np.where(base >= self.base, Moved.SURE.value, Moved.LOST.value)
        found = np.where(uplift >= self.uplift, Moved.PERSUADABLE.value, anyhow)
        return np.where(uplift < 0, Moved.SLEEPING.value, found)


def compared(treated: Labels, outcome: Labels, rows: NDArray[Any]) -> dict[str, Any]:
    """How many of these people were treated and kept out, what share responded, and the lift with its interval."""
    sides = []
    for kind in (1, 0):
        hits = outcome[rows & (treated == kind)]
        sides.append(Sample.of_rate(int(hits.sum()), len(hits)))
    found = difference(sides[0], sides[1])
    lift = {"lift": found.value, "low": found.low, "high": found.high, "p": found.p} if found else {}
    return {
        "n": int(rows.sum()),
        "treated": sides[0].n,
        "control": sides[1].n,
        "treated_rate": sides[0].mean,
        "control_rate": sides[1].mean,
        **{name: round(value, 8) for name, value in lift.items()},
    }


def groups_table(names: NDArray[np.str_], treated: Labels, outcome: Labels) -> list[dict[str, Any]]:
    """The four groups out of fold: how many, and what the campaign did to them."""
    return [{"moved": name, **compared(treated, outcome, names == name)} for name in Moved.values]


def fifths_table(order: Floats, treated: Labels, outcome: Labels) -> list[dict[str, Any]]:
    """Fifths from those whom the campaign is said to move most, out of fold."""
    rows = []
    for place, part in enumerate(np.array_split(np.argsort(-order, kind="stable"), FIFTHS), 1):
        inside = np.zeros(len(order), dtype=bool)
        inside[part] = True
        rows.append({"place": place, **compared(treated, outcome, inside)})
    return rows


def write_uplift(
    run_id: int,
    as_of: dt.date,
    contacts: NDArray[np.int64],
    features: Features,
    learner: Learner | None,
    bounds: Bounds,
    labels: Mapping[str, str],
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Build the table of scores and put it in place; (contacts by group, what drives the uplift). Without a learner
    nobody has a score."""
    hold(TABLE)
    fresh = sql.Identifier(FRESH)
    counts = dict.fromkeys(Moved.values, 0)
    drawn: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    names: list[str] = []

    def scored(learner: Learner) -> Iterator[str]:
        nonlocal names
        for start in range(0, len(contacts), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(contacts)))
            some = features.take(rows)
            uplift, base = learner.uplift(some), np.clip(learner.base(some), 0, 1)
            groups = bounds.groups(uplift, base)
            names, added = learner.contributions(some)
            for name in groups:
                counts[str(name)] += 1
            few = slice(None, None, max(len(rows) // 1_000, 1))
            drawn.append((rows[few], added[few]))
            yield _lines(contacts[rows], some, uplift, base, groups, names, added)

    execute(FRESH_SQL.format(fresh=fresh))
    copy_text(FRESH, scored(learner) if learner else ())
    rebuild(TABLE, FILL_SQL.format(run_id=sql.Literal(run_id), as_of=sql.Literal(as_of), fresh=fresh))
    drop_tables(FRESH)
    if not drawn:
        return counts, []
    shown = features.take(np.concatenate([rows for rows, _ in drawn]))
    return counts, drivers(names, np.concatenate([added for _, added in drawn]), shown, labels)


def _lines(
    contacts: NDArray[np.int64],
    features: Features,
    uplift: Floats,
    base: Floats,
    groups: NDArray[np.str_],
    names: list[str],
    added: NDArray[np.float32],
) -> str:
    strongest = np.argsort(-np.abs(added), axis=1, kind="stable")[:, :REASONS]
    lines = []
    for row, contact in enumerate(contacts):
        reasons = [
            [names[at], features.value(names[at], row), round(float(added[row, at]), 5)]
            for at in strongest[row]
            if abs(added[row, at]) >= LEAST_REASON
        ]
        text = json.dumps(reasons, ensure_ascii=False).replace("\\", "\\\\")
        lines.append(f"{contact}\t{uplift[row]:.6f}\t{base[row]:.6f}\t{groups[row]}\t{text}\n")
    return "".join(lines)


def bounds_as_metrics(bounds: Bounds) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(bounds).items()}
