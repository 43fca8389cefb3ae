"""The scores as they stood at the end of each month, and who moved between the segments.

A month is written by the first run after its end and not touched again, whatever is entered later, unless a run is
asked to `rewrite`. The first run writes the months of the last year, too, from what is known on that day. The columns
of other steps are kept where those steps ran as of the very month end, as the nightly run after it does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.models import ChurnScore, ClvScore, RfmScore, ScoreHistory, SegmentMove
from analytics.periods import Period, PeriodKind
from analytics.statements import execute, rows_of
from analytics.steps import AnalysisError, StepResult, whole_number
from analytics.steps.rfm import drop_base, make_base, scores_query
from analytics.swapping import hold
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from analytics.models import ModelRun

TABLE = ScoreHistory._meta.db_table
MONTHS = 13
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")
# column of the history: (table of another step, its column); both have contact_id and as_of
CLV = ClvScore._meta.db_table
OTHER_SCORES = {
    "p_alive": (CLV, "p_alive"),
    "clv": (CLV, "clv"),
    "churn_probability": (ChurnScore._meta.db_table, "probability"),
}
COLUMNS = "recency_days frequency monetary r f m segment usage_level".split()
INSERT_SQL = sql.SQL("""
INSERT INTO {table} (month_end, contact_id, run_id, {columns} {others})
SELECT {month_end}, s.contact_id, s.run_id, {own} {values}
FROM ({scores}) AS s {joins}
""")
MOVES_SQL = sql.SQL("""
SELECT coalesce(b.segment, ''), a.segment, b.contact_id IS NULL, count(*)
FROM {table} AS a
LEFT JOIN {table} AS b ON b.contact_id = a.contact_id AND b.month_end = {before}
WHERE a.month_end = {month_end}
GROUP BY 1, 2, 3
""")


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`months`: how many month ends back are written where they are missing; `rewrite`: those that are there, too."""
    rewrite = str(given.get("rewrite") or "").strip().lower()
    if rewrite not in YES + NO:
        raise AnalysisError(f"rewrite must be yes or no, not “{rewrite[:40]}”.")
    return {
        "months": whole_number(given.get("months"), name="months", most=240) or MONTHS,
        "rewrite": rewrite in YES,
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Write the month ends up to `as_of` that are missing, oldest first."""
    hold(RfmScore._meta.db_table)
    months = month_ends(as_of, parameters["months"])
    wanted = [month for month in months if parameters["rewrite"] or not _is_written(month)]
    rows = 0
    written: dict[str, int] = {}
    for place, month in enumerate(wanted):
        progress.report(place, len(wanted), f"Scoring as of {full_day(month)}")
        if count := _write(month, run_id):
            written[month.isoformat()] = count
            rows += count
    for month in months:
        if month.isoformat() in written:
            _write_moves(month)
    progress.report(len(wanted), len(wanted), "Done")
    said = [] if written else [_nothing_written(wanted, months[-1])]
    return StepResult(
        rows=rows,
        parameters=dict(parameters),
        metrics={"months": written, "sentences": said},
        data_from=wanted[0] if wanted else None,
        data_to=wanted[-1] if wanted else None,
    )


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    return [f"{month}: {number(count)} customers" for month, count in run.metrics["months"].items()] + list(
        run.metrics["sentences"]
    )


def month_ends(as_of: dt.date, count: int) -> list[dt.date]:
    """The last `count` days up to `as_of` on which a month ended, the oldest first."""
    month = Period.of(as_of, PeriodKind.MONTH)
    last = month if month.end <= as_of else month.previous
    return [last.moved(-back).end for back in range(min(count, last.number - 12) - 1, -1, -1)]


def _nothing_written(wanted: Sequence[dt.date], last: dt.date) -> str:
    if wanted:
        return f"No customer has a purchase up to {full_day(last)}, so there is nothing to keep."
    return f"Nothing new to keep: the last month that ended is {full_day(last)}."


def _is_written(month_end: dt.date) -> bool:
    return ScoreHistory.objects.filter(month_end=month_end).exists()


def _write(month_end: dt.date, run_id: int) -> int:
    """The scores of one month end from what is known now; how many."""
    execute(sql.SQL("DELETE FROM {} WHERE month_end = {}").format(sql.Identifier(TABLE), sql.Literal(month_end)))
    drop_base()
    make_base(month_end, None)
    joins = [
        sql.SQL("LEFT JOIN {} AS {} USING (contact_id)").format(
            sql.SQL("(SELECT contact_id, {} AS {} FROM {} WHERE as_of = {})").format(
                sql.Identifier(name), sql.Identifier(column), sql.Identifier(table), sql.Literal(month_end)
            ),
            sql.Identifier(f"of_{column}"),
        )
        for column, (table, name) in OTHER_SCORES.items()
    ]
    own = [sql.Identifier(column) for column in COLUMNS]
    kept = [sql.Identifier(column) for column in OTHER_SCORES]
    execute(
        INSERT_SQL.format(
            table=sql.Identifier(TABLE),
            columns=sql.SQL(", ").join(own),
            others=sql.SQL("").join(sql.SQL(", {}").format(column) for column in kept),
            month_end=sql.Literal(month_end),
            own=sql.SQL(", ").join(sql.SQL("s.{}").format(column) for column in own),
            values=sql.SQL("").join(sql.SQL(", {}").format(column) for column in kept),
            scores=scores_query(month_end, run_id),
            joins=sql.SQL(" ").join(joins),
        )
    )
    drop_base()
    return ScoreHistory.objects.filter(month_end=month_end).count()


def _write_moves(month_end: dt.date) -> None:
    """Who went from where to where since the month before, where that month is there."""
    before = Period.of(month_end, PeriodKind.MONTH).previous.end
    SegmentMove.objects.filter(month_end=month_end).delete()
    if not _is_written(before):
        return
    query = MOVES_SQL.format(table=sql.Identifier(TABLE), before=sql.Literal(before), month_end=sql.Literal(month_end))
    SegmentMove.objects.bulk_create(
        SegmentMove(month_end=month_end, before=old, after=new, is_new=is_new, customers=count)
        for old, new, is_new, count in rows_of(query)
    )
