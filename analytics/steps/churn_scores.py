"""What both ways of predicting churn share: guards on features, the figures of a run, and the table of scores."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.choices import RiskBand
from analytics.mathematics import quality
from analytics.mathematics.classifying import CANDIDATES, METHODS, TOO_GOOD, Choice, Classifier, single_auc
from analytics.mathematics.features import Features
from analytics.mathematics.quality import Floats, Labels
from analytics.models import ChurnScore
from analytics.statements import copy_text, drop_tables, execute
from analytics.swapping import hold, rebuild

TABLE = ChurnScore._meta.db_table
FRESH = f"{TABLE}_fresh"
HIGH, MEDIUM = 0.6, 0.3
REASONS = 4
FEWEST_CUSTOMERS, FEWEST_OF_A_KIND = 30, 5
CHUNK = 100_000
FRESH_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {fresh} (
    contact_id bigint, probability float8, band text, expected_margin numeric, value_at_risk numeric, reasons jsonb
)
""")
FILL_SQL = sql.SQL("SELECT *, {run_id}::bigint AS run_id, {as_of}::date AS as_of FROM {fresh}")
USUAL = {"recency": "gap", "overdue": "gap"}


@dataclass(frozen=True)
class Population:
    """Customers (ids), what is known of them, and (where it is known) whether they left."""

    contacts: NDArray[np.int64]
    features: Features
    outcome: Labels | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.contacts)

    @property
    def is_enough(self) -> bool:
        """Enough customers, and enough of both kinds, to learn from."""
        return self.outcome is not None and len(self) >= FEWEST_CUSTOMERS and self.rarest >= FEWEST_OF_A_KIND

    @property
    def rarest(self) -> int:
        return int(np.bincount(self.outcome, minlength=2).min()) if self.outcome is not None and len(self) else 0


def nothing_learnt(parameters: Mapping[str, Any], sentences: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(parameters, metrics) of a run that had nothing to learn from."""
    keys = "model auc auc_low auc_high average_precision brier top_decile_lift baseline_auc n_train n_test base_rate"
    return dict(parameters), {**dict.fromkeys(keys.split()), "sentences": list(sentences)}


def too_telling(
    population: Population, allowed: Sequence[str], *, who: str = "who left", step: str = "churn"
) -> tuple[list[str], list[str]]:
    """(names to leave out, sentences): features that nearly give the outcome away by themselves, unless allowed."""
    assert population.outcome is not None  # noqa: S101 - for the type checker
    gone, said = [], []
    for name in population.features.names:
        area = single_auc(population.features, name, population.outcome)
        if area > TOO_GOOD and name not in allowed:
            gone.append(name)
            label = population.labels.get(name, name)
            said.append(
                f"“{label}” alone tells {who} with an AUC of {area:.3f}: it is probably known only afterwards. "
                f"It is left out; an administrator can allow it ({step}.allow={name})."
            )
    return gone, said


def figures(outcome: Labels, predicted: Floats) -> dict[str, Any]:
    """The quality of probabilities, with everything that the page draws."""
    area, low, high = quality.auc_with_interval(outcome, predicted)
    return {
        "auc": round(area, 6),
        "auc_low": round(low, 6),
        "auc_high": round(high, 6),
        "average_precision": round(quality.average_precision(outcome, predicted), 6),
        "brier": round(quality.brier(outcome, predicted), 6),
        "log_loss": round(quality.log_loss(outcome, predicted), 6),
        "top_decile_lift": round(quality.top_decile_lift(outcome, predicted), 4),
        "calibration_table": quality.calibration_table(outcome, predicted),
        "lift_table": quality.lift_table(outcome, predicted),
    }


def baseline(name: str, outcome: Labels, score: Floats) -> dict[str, Any]:
    """What a model has to beat: how well one score tells the outcomes apart on the same rows, with its interval."""
    area, low, high = quality.auc_with_interval(outcome, score)
    return {"name": name, "auc": round(area, 6), "low": round(low, 6), "high": round(high, 6)}


def chosen(choice: Choice) -> dict[str, Any]:
    return {
        "model": choice.kind,
        "calibration": choice.calibrator.kind,
        "folds": choice.folds,
        "best_model": choice.best,
        "standard_error": round(choice.error, 6),
        "log_losses": {kind: round(loss, 6) for kind, loss in choice.losses.items()},
        "selection_bias": round(choice.selection_bias, 6),
        "by_model": {kind: dict(one) for kind, one in choice.by_model.items()},
        "reasons_method": METHODS[choice.kind],
    }


def how_chosen(found: Mapping[str, Any]) -> str:
    """Which model a run took, by what rule, and how it is calibrated, in a sentence."""
    if (error := found.get("standard_error")) is None:  # a run of before the rule
        how = "chosen by cross-validated log loss"
    elif found["best_model"] == found["model"]:
        how = "of the least cross-validated log loss, and none that is simpler is within a standard error of it"
        if found["model"] == CANDIDATES[0]:
            how = "of the least cross-validated log loss"
    else:
        how = (
            f"the simplest within one standard error ({error:.4f}) of the least cross-validated log loss, "
            f"that of {found['best_model']}"
        )
    return f"{found['model']}, {how}; calibration: {found['calibration']}."


def drivers(
    names: Sequence[str], contributions: NDArray[np.float32], features: Features, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What drives the probabilities: the mean size of what each feature adds, the largest first. `direction` is 1 where
    more of a number speaks for leaving, -1 where against it, 0 where neither (rank correlation within 0.3)."""
    sizes = np.abs(contributions).mean(axis=0)
    return [
        {
            "name": names[place],
            "label": labels.get(names[place], names[place]),
            "size": round(float(sizes[place]), 5),
            "direction": _direction(features.numbers.get(names[place]), contributions[:, place]),
        }
        for place in np.argsort(-sizes, kind="stable")
        if sizes[place] > 0
    ]


def _direction(column: NDArray[np.float32] | None, added: NDArray[np.float32]) -> int:
    if column is None:
        return 0
    known = ~np.isnan(column)
    if len(np.unique(column[known])) < 2 or len(np.unique(added[known])) < 2:
        return 0
    ranks = quality.midranks(column[known]), quality.midranks(added[known])
    together = float(np.corrcoef(*ranks)[0, 1])
    return int(np.sign(together)) if abs(together) > 0.3 else 0


def drift(before: Features, now: Features, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """How far each feature has moved since the customers that were learnt from (population stability index)."""
    rows = [(name, quality.stability_index(before.numbers[name], now.numbers[name])) for name in before.numbers]
    for name, codes in before.codes.items():
        known = sorted({*before.categories[name], *now.categories[name]})
        shares = [
            _shares_of(column, categories[name], known)
            for column, categories in ((codes, before.categories), (now.codes[name], now.categories))
        ]
        rows.append((name, quality.index_of(shares[0], shares[1])))
    rows.sort(key=lambda row: -row[1])
    return [{"name": name, "label": labels.get(name, name), "psi": round(index, 4)} for name, index in rows]


def _shares_of(codes: NDArray[np.int32], labels: Sequence[str], known: Sequence[str]) -> NDArray[np.float64]:
    """The share of each category of `known`, and of rows without one."""
    places = np.array([*(known.index(label) for label in labels), len(known)], dtype=np.int64)
    return np.bincount(places[codes], minlength=len(known) + 1) / max(len(codes), 1)


def band_of(probability: float) -> str:
    return RiskBand.HIGH if probability >= HIGH else RiskBand.MEDIUM if probability >= MEDIUM else RiskBand.LOW


def write_scores(
    run_id: int,
    as_of: dt.date,
    population: Population,
    probability: Floats,
    classifier: Classifier,
    margin: Floats | None,
    *,
    table: str = TABLE,
    fill: sql.SQL = FILL_SQL,
) -> tuple[int, list[dict[str, Any]]]:
    """Build the table of scores with the reasons of each customer and put it in place; (rows, drivers).

    `fill` is a query over the fresh scores (`{fresh}`, the columns of `FRESH_SQL`) that gives the columns of `table`.
    """
    hold(table)
    fresh = sql.Identifier(FRESH)
    drawn: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    names: Sequence[str] = ()

    def scored() -> Iterator[str]:
        nonlocal names
        for start in range(0, len(population), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(population)))
            names, contributions = classifier.contributions(population.features.take(rows))
            some = slice(None, None, max(len(rows) // 2_000, 1))
            drawn.append((rows[some], contributions[some]))
            yield _lines(population, rows, probability, names, contributions, margin)

    execute(FRESH_SQL.format(fresh=fresh))
    copy_text(FRESH, scored())
    count = rebuild(table, fill.format(run_id=sql.Literal(run_id), as_of=sql.Literal(as_of), fresh=fresh))
    drop_tables(FRESH)
    if not drawn:
        return count, []
    shown = population.features.take(np.concatenate([rows for rows, _ in drawn]))
    return count, drivers(names, np.concatenate([added for _, added in drawn]), shown, population.labels)


def _lines(
    population: Population,
    rows: NDArray[np.int64],
    probability: Floats,
    names: Sequence[str],
    contributions: NDArray[np.float32],
    margin: Floats | None,
) -> str:
    strongest = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :REASONS]
    lines = []
    for place, row in enumerate(rows):
        reasons = [
            [
                names[at],
                population.features.value(names[at], row),
                round(float(contributions[place, at]), 4),
                *_usual(population.features, names[at], row),
            ]
            for at in strongest[place]
            if abs(contributions[place, at]) >= 0.005
        ]
        chance = float(probability[row])
        money = r"\N" if margin is None else f"{margin[row]:.2f}"
        at_risk = r"\N" if margin is None else f"{margin[row] * chance:.2f}"
        text = json.dumps(reasons, ensure_ascii=False).replace("\\", "\\\\")
        lines.append(f"{population.contacts[row]}\t{chance:.6f}\t{band_of(chance)}\t{money}\t{at_risk}\t{text}\n")
    return "".join(lines)


def _usual(features: Features, name: str, row: int) -> list[Any]:
    """What the value is compared with in words: the usual gap beside the days since the last purchase."""
    return [features.value(USUAL[name], row)] if name in USUAL and USUAL[name] in features.numbers else []


def band_counts(probability: Floats, margin: Floats | None) -> dict[str, dict[str, float]]:
    """Customers and value at risk by band."""
    bands = np.array([band_of(one) for one in probability])
    return {
        band: {
            "customers": int((bands == band).sum()),
            "value_at_risk": round(float((margin * probability)[bands == band].sum()), 2)
            if margin is not None
            else 0.0,
        }
        for band in RiskBand.values
    }
