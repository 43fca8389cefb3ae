"""The table of the chances by family: some customers at a time, so that memory does not grow with their number."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.families import Known, Model, features_of
from analytics.mathematics.forecasting import waiting_time
from analytics.mathematics.histories import DAYS_A_WEEK, Ints
from analytics.mathematics.quality import Floats
from analytics.models import FamilyScore
from analytics.statements import copy_text, drop_tables, execute, rows_of
from analytics.steps.defaults import FAMILY_LEVELS, FAMILY_WAITS
from analytics.steps.family_rows import ranges, read_known
from analytics.swapping import hold, rebuild

TABLE = FamilyScore._meta.db_table
FRESH = f"{TABLE}_fresh"
REASONS, MOST_KEPT = 3, 8
LONGEST_WAIT = 3 * 365
SMALLEST_REASON = 0.05
TOLD_WITH = (("own_days_365", "own_days"), ("own_due", "own_recency"), ("overdue", "recency"))
"""Facts that go along with another one: alone one of them may speak against what both together speak for."""
FRESH_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {} (
    contact_id bigint, family text, chance float8, due text, due_on date, chances jsonb, expected jsonb, levels jsonb,
    waits jsonb
)
""")
FILL_SQL = sql.SQL("""
SELECT f.contact_id, f.family, f.chance, f.due, f.due_on, f.chances, f.expected, {run_id}::bigint AS run_id,
       {as_of}::date AS as_of, ARRAY(SELECT jsonb_array_elements_text(f.levels)) AS levels,
       ARRAY(SELECT jsonb_array_elements_text(f.waits)) AS waits
FROM {fresh} AS f
JOIN contacts_contact AS c ON c.id = f.contact_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
""")

COUNTS_SQL = sql.SQL("SELECT family, count(*) FROM {} WHERE chance IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1").format(
    sql.Identifier(TABLE)
)


@dataclass(frozen=True)
class Foretold:
    """A family with its model of who buys it, and that of when its buyers come back; None where one is not shown."""

    name: str
    place: int
    model: Model | None
    timing: BetaGeometric | None


@dataclass
class _Row:
    """What is written of one customer."""

    chances: list[dict[str, Any]]
    expected: list[dict[str, Any]]


def write_scores(
    run_id: int, as_of: dt.date, foretold: Sequence[Foretold], names: Sequence[str], eligible: int,
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[int, dict[str, int]]:  # fmt: skip
    """Score who bought within so many days and put the table in place: (rows, customers by the likeliest family).

    `tell` hears how many customers are done.
    """
    hold(TABLE)
    fresh = sql.Identifier(FRESH)
    execute(FRESH_SQL.format(fresh))
    done = 0
    if any(one.model or one.timing for one in foretold):
        for some in ranges():
            known = read_known(as_of, 0, names, some).eligible(eligible)
            copy_text(FRESH, _lines(known, as_of, foretold, names))
            done += len(known)
            tell(done)
    rows = rebuild(TABLE, FILL_SQL.format(fresh=fresh, run_id=sql.Literal(run_id), as_of=sql.Literal(as_of)))
    drop_tables(FRESH)
    return rows, dict(rows_of(COUNTS_SQL))


def _lines(known: Known, as_of: dt.date, foretold: Sequence[Foretold], names: Sequence[str]) -> Iterator[str]:
    rows = [_Row([], []) for _ in range(len(known))]
    for one in foretold:
        if one.model is not None:
            _add_chances(rows, known, one, one.model, names)
        if one.timing is not None:
            _add_days(rows, known, one, one.timing, as_of)
    for contact, row in zip(known.contacts.tolist(), rows, strict=True):
        row.chances.sort(key=lambda one: (-one["chance"], one["family"]))
        row.expected.sort(key=lambda one: (one["on"], one["family"]))
        if not (row.chances or row.expected):
            continue
        first, due = (next(iter(found), None) for found in (row.chances, row.expected))
        yield "\t".join([
            str(contact), _text(first["family"] if first else ""), str(first["chance"]) if first else r"\N",
            _text(due["family"] if due else ""), due["on"] if due else r"\N",
            _json(row.chances[:MOST_KEPT]), _json(row.expected), _json(levels(row.chances)),
            _json(waits(row.expected, as_of)),
        ]) + "\n"  # fmt: skip


def _add_chances(rows: Sequence[_Row], known: Known, one: Foretold, model: Model, names: Sequence[str]) -> None:
    features = features_of(known, one.place, names)
    if not len(features):
        return
    chances = np.round(model.chances(features), 4).tolist()
    facts, added = model.classifier.contributions(features)
    for part, whole in TOLD_WITH:
        added[:, facts.index(whole)] += added[:, facts.index(part)]
        added[:, facts.index(part)] = 0
    strongest = np.argsort(-np.abs(added), axis=1, kind="stable")[:, :REASONS]
    sizes = np.round(np.take_along_axis(added, strongest, axis=1).astype(float), 3).tolist()
    for place, (row, chance, best) in enumerate(zip(rows, chances, strongest.tolist(), strict=True)):
        reasons = [
            [facts[at], features.value(facts[at], place), size]
            for at, size in zip(best, sizes[place], strict=True)
            if abs(size) >= SMALLEST_REASON
        ]
        row.chances.append({"family": one.name, "chance": chance, "reasons": reasons})


def _add_days(rows: Sequence[_Row], known: Known, one: Foretold, timing: BetaGeometric, as_of: dt.date) -> None:
    days, has = waits_of(known, one.place, timing)
    for at, wait in zip(np.flatnonzero(has).tolist(), days.tolist(), strict=True):
        if wait <= LONGEST_WAIT:
            rows[at].expected.append({"family": one.name, "on": (as_of + dt.timedelta(days=wait)).isoformat()})


def waits_of(known: Known, family: int, timing: BetaGeometric) -> tuple[Ints, Any]:
    """(days to the next purchase of the family with an even chance, if it is still bought; who has bought it)."""
    histories, place, has = known.histories(family)
    if not len(place):
        return np.zeros(0, np.int64), has
    weeks: Floats = waiting_time(timing, histories)
    return np.rint(np.minimum(weeks * DAYS_A_WEEK, 1e6)).astype(np.int64)[place], has


def levels(chances: Sequence[dict[str, Any]]) -> list[str]:
    """The highest level that each chance reaches."""
    reached = ((one["family"], [step for step in FAMILY_LEVELS if 100 * one["chance"] >= step]) for one in chances)
    return [f"{family}:{steps[-1]}" for family, steps in reached if steps]


def waits(expected: Sequence[dict[str, Any]], as_of: dt.date) -> list[str]:
    """The shortest of the waits within which each purchase is expected."""
    found = []
    for one in expected:
        days = (dt.date.fromisoformat(one["on"]) - as_of).days
        within = [wait for wait in FAMILY_WAITS if days <= wait]
        if within:
            found.append(f"{one['family']}:{within[0]}")
    return found


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\\", "\\\\")
