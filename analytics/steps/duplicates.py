"""Which contacts may be one party: Fellegi-Sunter record linkage over all current contacts, learned without labels.

`mathematics/linkage.py` has the model, `duplicate_facts.py` what is compared, `duplicate_candidates.py` which pairs.
Persons and organizations are told apart by models of their own. No threshold is set by hand: a pair is kept where the
posterior probability says that it is worth a look. Pairs of which a person said that they are two parties are kept
as well, so that this can be taken back; no page and no file shows them (`PairQuerySet.waiting`).

With `compare=changed`, as at night, the pairs of those who have not changed since the last run stay, and the others are
compared by the model and the frequencies that were learned when everybody was (`duplicate_changes.py`): the result is
what comparing everybody by these would give. After a week, or when many have changed, everything is learned and
compared anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray
from psycopg import sql

from analytics.code_version import code_version
from analytics.duplicates.forgetting import lock_basis
from analytics.mathematics.likeness import MISSING, Comparison
from analytics.mathematics.linkage import Compared, Linkage
from analytics.models import DuplicateBasis, DuplicatePair
from analytics.statements import execute, read_columns, rows_of
from analytics.steps import AnalysisError, StepResult
from analytics.steps.duplicate_basis import (
    Basis,
    Pairs,
    frequencies_of,
    new_salt,
    read_basis,
    sums_of,
    write_basis,
)
from analytics.steps.duplicate_bounds import promising
from analytics.steps.duplicate_candidates import candidates
from analytics.steps.duplicate_changes import Changes, changes
from analytics.steps.duplicate_comparing import compare
from analytics.steps.duplicate_facts import Facts, read_facts
from analytics.steps.duplicate_learning import learn
from analytics.steps.duplicate_marks import marks_of
from contacts.choices import ContactKind
from contacts.models import Contact
from crm.company import current_company
from crm.database.copying import copying
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number, plural

ALL, CHANGED = "all", "changed"
MOST_CHANGED = 0.05
"""Of the contacts: when more are new, changed or gone since everybody was compared, everything is learned anew."""
LONGEST = dt.timedelta(days=6, hours=12)
"""After that, too: the seventh night, at whatever hour it begins."""
LEAST_PROBABILITY = 0.25
"""Below, a pair is not worth anybody's look: three of four are two parties."""
PROBABLE = 0.5
AT_ONCE = 1_000_000
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
STORED_SQL = sql.SQL("SELECT id, first_id, second_id, probability FROM analytics_duplicatepair")
STORED_COLUMNS = (("keys", "i8"), ("first", "i8"), ("second", "i8"), ("probability", "f8"))
OVER_SQL = """
DELETE FROM analytics_duplicatepair AS p USING unnest(%s::bigint[]) AS over (id) WHERE p.id = over.id AND p.run_id <> %s
"""


@dataclass(frozen=True)
class Work:
    """What one kind of contact came to: how everybody is now to be remembered (None where nothing was learned), which
    of the stored pairs stay as they are, why all were compared (or empty), and figures."""

    basis: Basis | None
    is_kept: NDArray[np.bool_]
    why_all: str
    figures: dict[str, Any]


def read_parameters(given: Mapping[str, Any]) -> dict[str, str]:
    """`compare`: `all` contacts with one another, or those that have `changed` with all. Raises AnalysisError."""
    asked = str(given.get("compare") or ALL).strip()
    if asked not in (ALL, CHANGED):
        raise AnalysisError(f"compare must be {ALL} or {CHANGED}, not “{asked[:40]}”.")
    return {"compare": asked}


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Find the pairs anew. One that is found again keeps its id; those that are not go in the same transaction."""
    execute(f"DROP TABLE IF EXISTS {STAGED}")
    execute(MAKE_STAGED)
    stored = stored_pairs()
    works: dict[str, Work] = {}
    for place, kind in enumerate(ContactKind.values):
        progress.report(place, PARTS, f"Comparing {ContactKind(kind).label.lower()}s")
        works[kind] = _link(kind, parameters.get("compare", ALL), stored, progress)
    progress.report(PARTS - 1, PARTS, "Writing pairs down")
    execute(INSERT_SQL, [run_id])
    is_kept = np.logical_or.reduce([work.is_kept for work in works.values()])
    execute(OVER_SQL, [stored.keys[~is_kept].tolist(), run_id])
    execute("ANALYZE analytics_duplicatepair")
    _remember(works)
    waiting, probable = rows_of(WAITING_SQL, [PROBABLE])[0]
    progress.report(PARTS, PARTS, "Done")
    metrics = {
        "pairs": int(waiting),
        "probable": int(probable),
        "said_to_be_two": DuplicatePair.objects.count() - int(waiting),
        "contacts": sum(work.figures["contacts"] for work in works.values()),
        "compared": sum(work.figures["compared"] for work in works.values()),
        "models": {kind: work.figures for kind, work in works.items()},
        **_since(works),
    }
    return StepResult(int(waiting), dict(parameters), metrics | {"sentences": _sentences(metrics)}, data_to=as_of)


def stored_pairs() -> Pairs:
    """All pairs that stand, in no order."""
    return Pairs(**read_columns(STORED_SQL, STORED_COLUMNS))


def _since(works: Mapping[str, Work]) -> dict[str, Any]:
    """When everybody was last compared with one another, where that was an earlier run; else why it was this one."""
    why = [f"{ContactKind(kind).label.lower()}s: {work.why_all}" for kind, work in works.items() if work.why_all]
    days = [work.basis.full_at for work in works.values() if work.basis and not why]
    return {
        "full_at": min(days).isoformat() if days else "",
        "changed": sum(work.figures.get("changed", 0) for work in works.values()),
        "why_all": "; ".join(why),
    }


def _remember(works: Mapping[str, Work]) -> None:
    """What the next run goes on from; the pairs stand. Nothing where somebody was erased since they were read."""
    lock_basis()
    pairs = stored_pairs()
    erased = list(Contact.objects.exclude(erased_at=None).order_by().values_list("pk", flat=True))
    for kind, work in works.items():
        if work.basis is None or np.isin(work.basis.marks.ids, erased).any():
            DuplicateBasis.objects.filter(kind=kind).delete()
        else:
            write_basis(kind, replace(work.basis, sums=sums_of(work.basis.marks.ids, pairs)))


def _sentences(found: Mapping[str, Any]) -> list[str]:
    said = [
        (
            f"{number(found['pairs'])} pairs may be one party, {number(found['probable'])} of them rather than not; "
            f"{number(found['compared'])} pairs of {number(found['contacts'])} contacts were compared."
        )
    ]
    if found["full_at"]:
        day = full_day(dt.datetime.fromisoformat(found["full_at"]).astimezone(current_company().zone).date())
        said.append(
            f"{plural(found['changed'], 'contact')} had changed since the last run and were compared with the others; "
            f"all were compared with one another on {day}."
        )
    if found["why_all"]:
        said.append(f"All were compared with one another ({found['why_all']}).")
    if found["said_to_be_two"]:
        said.append(f"{number(found['said_to_be_two'])} more were said not to be the same and are not shown.")
    return said


def _link(kind: str, asked: str, stored: Pairs, progress: Progress) -> Work:
    """Find the pairs of one kind of contact, stage those that are new or changed and worth a look."""
    facts = read_facts(kind)
    method = f"{code_version(__name__)} {' '.join(facts.compares)}"
    basis = read_basis(kind, method)
    if basis is None:
        return _link_all(kind, facts, method, len(stored.keys), "nothing was compared by this method before", progress)
    now = marks_of(facts, kind, basis.salt)
    found = changes(basis.marks, now, basis.doubted(stored), (stored.first, stored.second))
    if why := _why_all(basis, found, len(facts), asked):
        return _link_all(kind, facts, method, len(stored.keys), why, progress)
    as_frequent = basis.facts(facts)
    _stage_all(as_frequent, found.first, found.second, basis.linkage, progress)
    figures = {"contacts": len(facts), "compared": len(found.first), "changed": found.count}
    kept = replace(basis, marks=now, changed=basis.changed + found.count)
    if Contact.objects.filter(erased_at__gte=basis.full_at).exists():
        kept = kept.of_now(facts)
    return Work(kept, found.is_kept, "", figures | _figures(as_frequent, basis.linkage))


def _why_all(basis: Basis, found: Changes, contacts: int, asked: str) -> str:
    """Why everybody is to be compared with one another; empty where those who have changed will do."""
    changed = basis.changed + found.count
    if not changed:
        return ""  # it would come to the same
    if asked == ALL:
        return "so it was asked"
    if changed > MOST_CHANGED * contacts:
        return f"{plural(changed, 'contact')} had changed since that was last done"
    if timezone.now() - basis.full_at >= LONGEST:
        return "it is done once a week"
    return ""


def _link_all(kind: str, facts: Facts, method: str, stored: int, why: str, progress: Progress) -> Work:
    """Learn from these contacts, and compare all that share a key."""
    found = candidates(facts, kind)
    figures: dict[str, Any] = {"contacts": len(facts), "compared": len(found)}
    none_kept = np.zeros(stored, dtype=bool)
    if not len(found):
        return Work(None, none_kept, "", figures)
    linkage, salt = learn(facts, found), new_salt()
    _stage_all(facts, found.first, found.second, linkage, progress)
    marks = marks_of(facts, kind, salt)
    none = np.empty(0, dtype=np.uint64)
    basis = Basis(method, salt, linkage, frequencies_of(facts, salt), timezone.now(), 0, marks, none)
    return Work(basis, none_kept, why, figures | _figures(facts, linkage))


def _stage_all(
    facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64], linkage: Linkage, progress: Progress
) -> None:
    for start in range(0, len(first), AT_ONCE):
        progress.report(0, None, f"Comparing {number(start)} of {number(len(first))} pairs")
        _stage(facts, first[start : start + AT_ONCE], second[start : start + AT_ONCE], linkage)


def _stage(facts: Facts, first: NDArray[np.int64], second: NDArray[np.int64], linkage: Linkage) -> None:
    hopeful = promising(facts, first, second, linkage, LEAST_PROBABILITY)
    first, second = first[hopeful], second[hopeful]
    compared = compare(facts, first, second)
    probability = linkage.probability(compared)
    kept = np.flatnonzero(probability >= LEAST_PROBABILITY)
    chosen = compared.take(kept)
    weights = linkage.weights(chosen) / np.log(2)
    names, comparisons = list(facts.compares), [how.comparison for how in facts.compares.values()]
    command = f"COPY {STAGED} (first_id, second_id, probability, evidence) FROM STDIN"
    with connection.cursor() as cursor, copying(cursor, command) as copy:
        for row, evidence in zip(kept, _evidence(names, comparisons, chosen, weights), strict=True):
            ids = int(facts.ids[first[row]]), int(facts.ids[second[row]])
            copy.write_row((*ids, float(probability[row]), json.dumps(evidence)))


def _evidence(
    names: Sequence[str], comparisons: Sequence[Comparison], compared: Compared, weights: NDArray[np.float64]
) -> Iterator[list[tuple[str, int, float]]]:
    """Of each pair: field, level, weight in bits; the heaviest first."""
    kept = [[how.swapped(level) for level in range(len(how.levels))] for how in comparisons]
    order = np.argsort(-weights, axis=1, kind="stable").tolist()
    for places, levels, bits in zip(order, compared.levels.tolist(), weights.tolist(), strict=True):
        told = [place for place in places if levels[place] != MISSING]
        yield [(names[place], kept[place][levels[place]], round(bits[place], 2)) for place in told]


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
