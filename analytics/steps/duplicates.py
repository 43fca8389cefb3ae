"""Which contacts may be one party: Fellegi-Sunter record linkage over all current contacts, learned without labels.

`mathematics/linkage.py` has the model, `duplicate_facts.py` what is compared, `duplicate_candidates.py` which pairs.
Persons and organizations are told apart by models of their own. No threshold is set by hand: a pair is kept where the
posterior probability says that it is worth a look. Pairs of which a person said that they are two parties are kept
as well, so that this can be taken back; no page and no file shows them (`PairQuerySet.waiting`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from analytics.mathematics.likeness import MISSING, Comparison
from analytics.mathematics.linkage import SAME, Compared, Linkage, fit
from analytics.models import DuplicatePair
from analytics.statements import execute, rows_of
from analytics.steps import StepResult
from analytics.steps.duplicate_candidates import Candidates, candidates, compare, random_pairs, rarity_of
from analytics.steps.duplicate_facts import Facts, read_facts
from contacts.choices import ContactKind
from crm.jobs import Progress
from crm.templatetags.figures import number

LEAST_PROBABILITY = 0.25
"""Below, a pair is not worth anybody's look: three of four are two parties."""
PROBABLE = 0.5
MOST_LEARNED_FROM = 300_000
RANDOM_PAIRS = 200_000
AT_ONCE = 500_000
SEED = 42
PARTS = 3
STAGED = "duplicate_pairs_new"
MAKE_STAGED = f"""
CREATE TEMP TABLE {STAGED} (first_id bigint, second_id bigint, probability float8, evidence jsonb) ON COMMIT DROP
"""
# the contacts are held until the end: one that goes meanwhile takes its pairs along
INSERT_SQL = f"""
WITH held AS (
  SELECT c.id FROM contacts_contact AS c
  WHERE c.id IN (SELECT first_id FROM {STAGED} UNION SELECT second_id FROM {STAGED}) FOR KEY SHARE
)
INSERT INTO analytics_duplicatepair (first_id, second_id, probability, evidence, run_id)
SELECT s.first_id, s.second_id, s.probability, s.evidence, %s FROM {STAGED} AS s
WHERE s.first_id IN (SELECT id FROM held) AND s.second_id IN (SELECT id FROM held)
ORDER BY s.first_id, s.second_id
ON CONFLICT (first_id, second_id) DO UPDATE
SET probability = excluded.probability, evidence = excluded.evidence, run_id = excluded.run_id
"""  # noqa: S608 - names of ours
WAITING_SQL = """
SELECT count(*), count(*) FILTER (WHERE p.probability >= %s) FROM analytics_duplicatepair AS p
WHERE NOT EXISTS (
  SELECT FROM analytics_distinctpair AS d WHERE d.first_id = p.first_id AND d.second_id = p.second_id
)
"""


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Find the pairs anew. One that is found again keeps its id; those that are not go in the same transaction."""
    execute(f"DROP TABLE IF EXISTS {STAGED}")
    execute(MAKE_STAGED)
    models: dict[str, Any] = {}
    for place, kind in enumerate(ContactKind.values):
        progress.report(place, PARTS, f"Comparing {ContactKind(kind).label.lower()}s")
        models[kind] = _link(kind, progress)
    progress.report(PARTS - 1, PARTS, "Writing pairs down")
    execute(INSERT_SQL, [run_id])
    execute("DELETE FROM analytics_duplicatepair WHERE run_id <> %s", [run_id])
    execute("ANALYZE analytics_duplicatepair")
    waiting, probable = rows_of(WAITING_SQL, [PROBABLE])[0]
    progress.report(PARTS, PARTS, "Done")
    metrics = {
        "pairs": int(waiting),
        "probable": int(probable),
        "said_to_be_two": DuplicatePair.objects.count() - int(waiting),
        "contacts": sum(one["contacts"] for one in models.values()),
        "compared": sum(one["compared"] for one in models.values()),
        "models": models,
    }
    return StepResult(int(waiting), dict(parameters), metrics | {"sentences": _sentences(metrics)}, data_to=as_of)


def _sentences(found: Mapping[str, Any]) -> list[str]:
    said = [
        (
            f"{number(found['pairs'])} pairs may be one party, {number(found['probable'])} of them rather than not; "
            f"{number(found['compared'])} pairs of {number(found['contacts'])} contacts were compared."
        )
    ]
    if found["said_to_be_two"]:
        said.append(f"{number(found['said_to_be_two'])} more were said not to be the same and are not shown.")
    return said


def _link(kind: str, progress: Progress) -> dict[str, Any]:
    """Find the pairs of one kind of contact, stage those worth a look; the model in figures."""
    facts = read_facts(kind)
    found = candidates(facts, kind)
    first, second = found.first, found.second
    figures: dict[str, Any] = {"contacts": len(facts), "compared": len(found)}
    if not len(found):
        return figures
    linkage = learn(facts, found)
    for start in range(0, len(first), AT_ONCE):
        progress.report(0, None, f"Comparing {number(start)} of {number(len(first))} pairs")
        one, other = first[start : start + AT_ONCE], second[start : start + AT_ONCE]
        _stage(facts, one, other, linkage)
    return figures | _figures(facts, linkage)


def learn(facts: Facts, found: Candidates) -> Linkage:
    """The model of these contacts, from their candidate pairs (some of them by lot, where there are many)."""
    count = len(facts)
    u = strangers(facts)
    some = np.arange(len(found))
    if len(found) > MOST_LEARNED_FROM:
        some = np.sort(np.random.default_rng(SEED).choice(len(found), MOST_LEARNED_FROM, replace=False))
    first, second, times = found.unseen
    fields = facts.compares.values()
    related = (
        [how.one_place for how in fields],
        [how.one_name for how in fields],
        [how.one_firm for how in fields],
    )
    return fit(
        compare(facts, np.append(found.first[some], first), np.append(found.second[some], second)),
        u,
        pairs_in_all=count * (count - 1) / 2,
        names=[how.is_name for how in fields],
        unlike=[how.comparison.unlike for how in fields],
        shared=[row for row in related if any(row)],
        times=np.append(np.full(len(some), len(found) / len(some)), times),
    )


def strangers(facts: Facts) -> list[NDArray[np.float64]]:
    """u: by field, how often two contacts by lot stand at each level. That they have the very same value is counted
    exactly, from how frequent each value is: of rare ones, no sample has two."""
    compared = compare(facts, *random_pairs(len(facts), RANDOM_PAIRS, SEED))
    shares = []
    for place, (name, how) in enumerate(facts.compares.items()):
        column, level = facts.columns[name], compared.levels[:, place]
        counts = np.bincount(level[level > SAME], minlength=len(how.comparison.levels)) + 0.5
        same = float((column.counts * rarity_of(column)).sum() / max(column.known, 1)) or 0.5
        share = counts / counts[SAME + 1 :].sum() * (1 - min(same, 0.999))
        share[SAME] = min(same, 0.999)
        shares.append(share)
    return shares


def _stage(facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64], linkage: Linkage) -> None:
    compared = compare(facts, first, second)
    probability = linkage.probability(compared)
    kept = np.flatnonzero(probability >= LEAST_PROBABILITY)
    chosen = compared.take(kept)
    weights = linkage.weights(chosen) / np.log(2)
    names, comparisons = list(facts.compares), [how.comparison for how in facts.compares.values()]
    command = f"COPY {STAGED} (first_id, second_id, probability, evidence) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row, evidence in zip(kept, _evidence(names, comparisons, chosen, weights), strict=True):
            ids = int(facts.ids[first[row]]), int(facts.ids[second[row]])
            copy.write_row((*ids, float(probability[row]), json.dumps(evidence)))


def _evidence(
    names: Sequence[str], comparisons: Sequence[Comparison], compared: Compared, weights: NDArray[np.float64]
) -> Iterator[list[tuple[str, int, float]]]:
    """Of each pair: field, level, weight in bits; the heaviest first."""
    for levels, bits in zip(compared.levels, weights, strict=True):
        told = [place for place in np.argsort(-bits) if levels[place] != MISSING]
        kept = {place: comparisons[place].swapped(int(levels[place])) for place in told}
        yield [(names[place], kept[place], round(float(bits[place]), 2)) for place in told]


def _figures(facts: Facts, linkage: Linkage) -> dict[str, Any]:
    """The model for its page: how often each level stands in pairs of one party (m) and of strangers (u)."""
    pairs = len(facts) * (len(facts) - 1) / 2
    return {
        "rounds": linkage.rounds,
        "expected_pairs": round(float(linkage.shares[0] * pairs), 1),
        "fields": {
            name: {
                "m": [round(float(share), 4) for share in linkage.m[0][place]],
                "u": [float(f"{share:.3g}") for share in linkage.u[place]],
            }
            for place, name in enumerate(facts.compares)
        },
    }
