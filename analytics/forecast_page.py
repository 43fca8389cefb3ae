"""What the page of the forecast shows: the quarter as it stands, each method's word on it, groups, back-tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, FloatField, Q, Sum, Value, When
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from analytics.models import ForecastSnapshot, ModelRun
from analytics.models.forecast import MONTHS_AHEAD
from analytics.periods import Period, PeriodKind
from crm.company import company_today
from crm.models import User
from pipeline.choices import ForecastCategory, Outcome
from pipeline.models import Target
from pipeline.performance import GROUPINGS, deals_seen

BY = ("rep", "office", "pipeline", "product")
METHODS = {
    "learned": "Learned",
    "naive": "As last time",
    "weighted": "Weighted",
}
WORDS = {
    "learned": "Chances by age, product, owner and stage, learned from the three months before, and deals to come.",
    "naive": "What the three months before brought.",
    "weighted": "Amount times probability of the stage. It ignores when, and deals to come.",
}


@dataclass(frozen=True)
class Row:
    """A group, or all deals, in the quarter that is shown; money in the company's currency."""

    key: Any
    name: str
    won: float
    open_count: int
    open_amount: float
    weighted: float
    commit: float
    best_case: float
    learned: float | None
    target: float | None

    @property
    def attainment(self) -> float | None:
        return self.won / self.target if self.target else None

    @property
    def missing(self) -> float | None:
        return max(self.target - self.won, 0.0) if self.target else None

    @property
    def coverage(self) -> float | None:
        """Open weighted pipeline / what is missing to the target."""
        return self.weighted / self.missing if self.missing else None


@dataclass(frozen=True)
class Quarter:
    """The quarter that is shown, and how much of it is over by today (0 to 1)."""

    period: Period
    today: dt.date

    @property
    def share_over(self) -> float:
        days = (self.period.next.start - self.period.start).days
        return min(max((self.today - self.period.start).days + 1, 0) / days, 1.0)


def quarter_asked(text: str) -> Quarter:
    """The running quarter unless `text` (its first day) names another. Raises ValueError where none begins then."""
    today = company_today()
    period = Period.read(text, PeriodKind.QUARTER) if text else Period.of(today, PeriodKind.QUARTER)
    return Quarter(period, today)


def total_row(user: User, quarter: Quarter, run: ModelRun | None) -> Row:
    """All deals that the person may see together."""
    rows = _rows(user, quarter, run, None)
    target = Target.objects.filter(_spans(quarter), user=None, team=None).aggregate(total=Sum("amount"))["total"]
    return _with_target(rows[0], target)


def group_rows(user: User, quarter: Quarter, run: ModelRun | None, by: str) -> list[Row]:
    """The groups, the largest forecast first; reps and teams with their targets."""
    rows = _rows(user, quarter, run, by)
    targets: dict[Any, Any] = {}
    if by in ("rep", "office"):
        field = "user" if by == "rep" else "team"
        found = Target.objects.filter(_spans(quarter), **{f"{field}__isnull": False})
        targets = dict(found.order_by().values(field).annotate(total=Sum("amount")).values_list(field, "total"))
    rows = [_with_target(row, targets.get(row.key)) for row in rows]
    return sorted(rows, key=lambda row: (-(row.learned or row.won + row.weighted), row.name))


def tests_of(run: ModelRun) -> list[dict[str, Any]]:
    """Each earlier cut-off with what came and what every method had said."""
    methods = run.metrics.get("methods", {})
    tests: dict[str, dict[str, Any]] = {}
    for name in METHODS:
        for one in methods.get(name, {}).get("backtest", ()):
            test = tests.setdefault(one["cutoff"], {"actual": one["actual"], "said": {}})
            off = (one["predicted"] - one["actual"]) / one["actual"] if one["actual"] else None
            test["said"][name] = {"amount": one["predicted"], "off": off}
    return [
        {"cutoff": dt.date.fromisoformat(day), **test, "said": [test["said"].get(name) for name in METHODS]}
        for day, test in sorted(tests.items())
    ]


def snapshots_of(limit: int = 12) -> list[dict[str, Any]]:
    """What was thought on earlier days, the newest first: a day, and what each method said then."""
    days: dict[dt.date, dict[str, Any]] = {}
    for one in ForecastSnapshot.objects.order_by("-taken_on")[: limit * 6]:
        days.setdefault(one.taken_on, {})[one.method] = one.amount
    return [
        {"day": day, "said": [said.get(name) for name in (*METHODS, "commit", "best_case")]}
        for day, said in list(days.items())[:limit]
    ]


def slipped_url() -> str:
    return f"{reverse('pipeline:deal_list')}?slipped=yes"


def list_url(by: str, row: Row) -> str:
    """The open deals of a group, in the list."""
    grouping = GROUPINGS[by]
    value = row.name if grouping.value_of == "name" else row.key
    if value in (None, "") or not grouping.filter:
        return ""
    return f"{reverse('pipeline:deal_list')}?{urlencode({grouping.filter: value, 'outcome': Outcome.OPEN.value})}"


def slipped(user: User) -> tuple[int, float]:
    """Open deals whose expected day has passed: how many, and their amount."""
    rows = deals_seen(user).filter(outcome=Outcome.OPEN, expected_on__lt=company_today())
    found = rows.aggregate(n=Count("pk"), amount=Sum("base_amount"))
    return found["n"], float(found["amount"] or 0)


def _spans(quarter: Quarter) -> Q:
    """Targets of the quarter itself, and of the months in it."""
    start, end = quarter.period.start, quarter.period.next.start
    return Q(starts_on=start, months=3) | Q(starts_on__gte=start, starts_on__lt=end, months=1)


def _rows(user: User, quarter: Quarter, run: ModelRun | None, by: str | None) -> list[Row]:
    grouping = GROUPINGS[by] if by else None
    seen = deals_seen(user).order_by()
    if grouping is not None:
        name = Coalesce(grouping.name, Value("")) if grouping.value_of == "key" else grouping.name
        seen = seen.annotate(g_key=grouping.key, g_name=name)
    start, end = quarter.period.start, quarter.period.next.start
    is_open, in_time = Q(outcome=Outcome.OPEN), Q(expected_on__lt=end)
    won = Q(outcome=Outcome.WON)
    rates = float((run.metrics.get("win_rate") if run else None) or 0)
    worth = Cast(Coalesce("base_amount", Value(0)), FloatField())
    chance = Case(
        When(stage__probability__isnull=False, then=Cast("stage__probability", FloatField()) / 100.0),
        default=Value(rates),
        output_field=FloatField(),
    )
    column = _column(run, end)
    chance_won: Any = F(f"forecast__{column}") if column else Value(0.0)
    if column and (earlier := _column(run, start)):  # of a quarter to come: not what is won before it begins
        chance_won = chance_won - F(f"forecast__{earlier}")
    learned: Any = Coalesce(F("forecast__worth") * chance_won, Value(0.0), output_field=FloatField())
    measures: dict[str, Any] = {
        "n_won": Sum("base_amount", filter=won & Q(closed_on__gte=start, closed_on__lt=end)),
        "n_before": Sum("base_amount", filter=won & _three_months_before(run)),
        "n_open": Count("pk", filter=is_open),
        "n_amount": Sum("base_amount", filter=is_open),
        "n_weighted": Sum(worth * chance, filter=is_open, output_field=FloatField()),
        "n_commit": Sum("base_amount", filter=is_open & in_time & Q(forecast_category=ForecastCategory.COMMIT)),
        "n_best": Sum(
            "base_amount",
            filter=is_open & in_time & Q(forecast_category__in=(ForecastCategory.COMMIT, ForecastCategory.BEST_CASE)),
        ),
        "n_learned": Sum(learned, filter=is_open, output_field=FloatField()),
    }
    found = (
        [seen.aggregate(**measures)] if grouping is None else list(seen.values("g_key", "g_name").annotate(**measures))
    )
    whole = float(run.metrics["methods"]["naive"]["next_quarter"]) if run else 0.0
    new = _new_amount(run, end) - _new_amount(run, start)
    rows = []
    for one in found:
        won_amount = float(one["n_won"] or 0)
        to_come = new * float(one["n_before"] or 0) / whole if whole else (new if grouping is None else 0.0)
        rows.append(
            Row(
                key=one.get("g_key"),
                name=one.get("g_name") or ("All deals" if grouping is None else "not said"),
                won=won_amount,
                open_count=one["n_open"],
                open_amount=float(one["n_amount"] or 0),
                weighted=float(one["n_weighted"] or 0),
                commit=float(one["n_commit"] or 0),
                best_case=float(one["n_best"] or 0),
                learned=won_amount + float(one["n_learned"] or 0) + to_come if column else None,
                target=None,
            )
        )
    return [row for row in rows if grouping is None or row.open_count or row.won]


def _three_months_before(run: ModelRun | None) -> Q:
    """The days whose wins say how much of the deals to come is a group's."""
    if run is None:
        return Q(pk=None)
    cut = dt.date.fromisoformat(run.metrics["cutoff"])
    number = cut.year * 12 + cut.month - 4
    since = dt.date(number // 12, number % 12 + 1, min(cut.day, 28))
    return Q(closed_on__gte=since, closed_on__lt=cut)


def _place(run: ModelRun | None, end: dt.date) -> int | None:
    """Which of the run's months ends where the quarter does (0 is the first); None where none does."""
    ends = run.metrics.get("ends", ()) if run else ()
    return ends.index(end.isoformat()) if end.isoformat() in ends else None


def _column(run: ModelRun | None, end: dt.date) -> str:
    place = _place(run, end)
    return "" if place is None or place >= MONTHS_AHEAD else f"month_{place + 1}"


def _new_amount(run: ModelRun | None, end: dt.date) -> float:
    place = _place(run, end)
    return 0.0 if run is None or place is None else float(run.metrics["new_amounts"][place])


def _with_target(row: Row, target: Any) -> Row:
    return Row(**{**row.__dict__, "target": float(target) if target else None})
