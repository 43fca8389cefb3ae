"""Deals and their ledger as arrays, and what of them was known on an earlier day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.deal_flow import LOST, NEVER, UNKNOWN_DAY, WON, Deals, Floats, Ints
from analytics.statements import read_columns, rows_of

EPOCH = dt.date(1970, 1, 1)
DEALS_SQL = sql.SQL("""
SELECT d.id, coalesce(d.opened_on - DATE '1970-01-01', {unknown})::bigint,
       CASE d.outcome WHEN 'open' THEN {never} ELSE coalesce(d.closed_on - DATE '1970-01-01', {unknown}) END::bigint,
       CASE d.outcome WHEN 'won' THEN {won} WHEN 'lost' THEN {lost} ELSE 0 END::bigint,
       coalesce(d.base_amount, 'NaN')::float8, (d.amount IS NOT NULL)::int::bigint,
       coalesce(d.product_id, 0), coalesce(d.owner_id, 0), d.stage_id
FROM pipeline_deal AS d WHERE d.archived_at IS NULL
""")
DEAL_COLUMNS = (
    ("id", "i8"), ("opened", "i8"), ("closed", "i8"), ("outcome", "i8"), ("base", "f8"), ("has_amount", "i8"),
    ("product", "i8"), ("owner", "i8"), ("stage", "i8"),
)  # fmt: skip
LEDGER_SQL = sql.SQL("""
SELECT s.id, s.deal_id, (s.changed_on - DATE '1970-01-01')::bigint, s.to_stage_id,
       coalesce(s.base_amount, 'NaN')::float8, (g.kind = 'open' AND NOT s.is_inferred)::int::bigint
FROM pipeline_stagechange AS s JOIN pipeline_stage AS g ON g.id = s.to_stage_id
""")
LEDGER_COLUMNS = (("id", "i8"), ("deal", "i8"), ("day", "i8"), ("stage", "i8"), ("base", "f8"), ("lived", "i8"))
PRICES_SQL = """
SELECT p.id, p.unit_price * CASE WHEN p.currency = c.currency THEN 1 ELSE (
    SELECT r.rate FROM crm_exchangerate AS r WHERE r.currency = p.currency ORDER BY r.valid_from DESC LIMIT 1) END
FROM orders_product AS p
CROSS JOIN (SELECT coalesce(max(currency), 'EUR') AS currency FROM crm_company) AS c
WHERE p.unit_price IS NOT NULL
"""
STAGES_SQL = "SELECT id, probability FROM pipeline_stage WHERE probability IS NOT NULL AND kind = 'open'"


def day_number(day: dt.date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True)
class Steps:
    """What steps of deals brought, in the order of their days: the row of the deal, the day and the value of each."""

    row: Ints
    day: Ints
    value: NDArray[Any]

    def only(self, chosen: NDArray[np.bool_]) -> Steps:
        return Steps(self.row[chosen], self.day[chosen], self.value[chosen])

    def put(self, values: NDArray[Any], cut: int) -> NDArray[Any]:
        """Into `values`, which has a row for each deal, what each stood at before the cut-off: the last step stays."""
        count = np.searchsorted(self.day, cut)
        values[self.row[:count]] = self.value[:count]
        return values


@dataclass(frozen=True)
class DealRows:
    """Every deal, with what it takes to say how it stood on any day. `ids`, `stage_ids`, `prices` (list price in the
    company's currency, NaN where unknown), `own_amount` have a row for each deal; `stage_chances` are of stages that
    have one of their own. `codes` are the stages, by `stage_codes` from 1, of steps that were taken here."""

    ids: Ints
    deals: Deals
    prices: Floats
    own_amount: Floats
    stage_ids: Ints
    stage_chances: dict[int, float]
    stage_codes: dict[int, int]
    stages: Steps
    amounts: Steps
    codes: Steps

    def as_known(self, cut: int, *, is_now: bool) -> tuple[Deals, Floats]:
        """The deals with the stages and amounts that were known before the cut-off, and the chance that the house gives
        to each stage (NaN: none). Now, an open deal's are those it has."""
        stage = self.stages.put(np.zeros(len(self.ids), np.int64), cut)
        amount = self.amounts.put(np.full(len(self.ids), np.nan), cut)
        if is_now:
            still = self.deals.outcome == 0
            stage = np.where(still, self.stage_ids, stage)
            amount = np.where(still, self.own_amount, amount)
        chances = np.full(len(self.ids), np.nan)
        for key, chance in self.stage_chances.items():
            chances[stage == key] = chance
        return self.by_code(cut).with_amounts(amount), chances

    def by_code(self, cut: int) -> Deals:
        """The deals with the codes of their stages before the cut-off: what their chances are learned from. An import
        knows open stages of open deals alone."""
        return self.deals.with_stages(self.codes.put(np.zeros(len(self.ids), np.int64), cut))


def read_deals() -> DealRows:
    """Every deal that is not archived."""
    numbers = {"unknown": UNKNOWN_DAY, "never": NEVER, "won": WON, "lost": LOST}
    query = DEALS_SQL.format(**{name: sql.Literal(value) for name, value in numbers.items()})
    found = read_columns(query, DEAL_COLUMNS)
    found = {name: column[np.argsort(found["id"], kind="stable")] for name, column in found.items()}
    ledger = read_columns(LEDGER_SQL, LEDGER_COLUMNS)
    row = np.searchsorted(found["id"], ledger["deal"])
    inside = np.isin(ledger["deal"], found["id"])
    order = np.lexsort((ledger["id"][inside], ledger["day"][inside]))
    prices: dict[int, float] = {key: float(price) for key, price in rows_of(PRICES_SQL) if price is not None}
    own_amount = np.where(found["has_amount"] == 1, found["base"], np.nan)
    deals = Deals(
        opened=found["opened"],
        closed=found["closed"],
        outcome=found["outcome"],
        brought=np.where(found["outcome"] == WON, found["base"], np.nan),
        amount=own_amount,
        product=_codes(found["product"]),
        owner=_codes(found["owner"]),
        stage=np.zeros(len(found["id"]), np.int64),
    )
    known = np.unique(np.concatenate([found["stage"], ledger["stage"]]))
    stages = Steps(row[inside][order], ledger["day"][inside][order], ledger["stage"][inside][order])
    amounts = replace(stages, value=ledger["base"][inside][order])
    codes = replace(stages, value=np.searchsorted(known, stages.value) + 1)
    return DealRows(
        ids=found["id"],
        deals=deals,
        prices=_looked_up(found["product"], prices),
        own_amount=own_amount,
        stage_ids=found["stage"],
        stage_chances={key: chance / 100 for key, chance in rows_of(STAGES_SQL)},
        stage_codes={int(key): code for code, key in enumerate(known, start=1)},
        stages=stages,
        amounts=amounts.only(~np.isnan(amounts.value)),
        codes=codes.only(ledger["lived"][inside][order] == 1),
    )


def _codes(keys: Ints) -> Ints:
    """Ids as codes from 1; 0 stays 0."""
    known, codes = np.unique(keys, return_inverse=True)
    return codes + (0 if len(known) and known[0] == 0 else 1)


def _looked_up(keys: Ints, values: dict[int, float]) -> NDArray[Any]:
    known, codes = np.unique(keys, return_inverse=True)
    table = np.array([values.get(int(key), np.nan) for key in known])
    return table[codes] if len(known) else np.empty(0)
