"""The tiles of dashboards that the analysis brings: each shows what its page shows, made by the page's own code."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from analytics import forecast_past as past
from analytics.choices import RiskBand
from analytics.churn_page import ChurnPage, last_good_run
from analytics.clv_queries import read_clv_page
from analytics.forecast_figures import six_figures
from analytics.forecast_page import ForecastPage, anchor, span_asked
from analytics.models import ChurnScore, ClvScore, ModelRun, RetentionRate, SatisfactionCount
from analytics.periods import Period, PeriodKind
from analytics.queries import last_run
from analytics.retention_page import RetentionPage
from analytics.rights import sees_runs, sees_whole_base
from analytics.satisfaction.page import SatisfactionPage, interval_words, score_words
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hides
from crm.models import User
from crm.templatetags.figures import full_day, number, percent, plural, short_money
from crm.tiles.comparing import beside
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from pipeline.models import Deal

SEGMENT = "segment"
NOT_RUN = "The analysis has not run yet: it does so in the night, or now on the page of runs."


def sees_base(user: User) -> bool:
    """Whether the person may see figures over all customers."""
    return sees_runs(user) and sees_whole_base(user)


def retention(user: User, question: Question) -> TileContent | None:
    """The rates of the last full period beside the one before, and over time; of one segment, too."""
    run = last_run("retention")
    if run is None:
        return None
    of = (SEGMENT, question.segment) if question.segment else ("", "")
    rates = RetentionRate.objects.filter(period=question.period, dimension=of[0], value=of[1]).order_by("start")
    page = RetentionPage(run, list(rates), question.period, "", current_company().currency, of=of)
    names = page.names
    rows = [
        [
            Cell(row.label),
            Cell(number(row.rate.active_at_start), row.rate.active_at_start, row.active_url),
            Cell(number(row.rate.retained), row.rate.retained, row.kept_url),
            *(Cell(percent(getattr(row.rate, name), 1), getattr(row.rate, name)) for name in names),
        ]
        for row in page.rows
    ]
    return TileContent(
        figures=[Figure(**card) for card in page.cards],
        chart="lines",
        data=page.chart_data,
        heads=("Period", "Active at the start", "Bought again", *names.values()),
        rows=rows,
        explanation=page.explanation,
        note=f"as of {full_day(run.as_of)}",
        url=reverse("analytics:retention_detail") + f"?period={question.period}",
    )


def net_promoter(user: User, question: Question) -> TileContent | None:
    """The score of the newest full period beside the one before, and over time with its interval."""
    run = last_run("satisfaction")
    if run is None:
        return None
    of = (SEGMENT, question.segment) if question.segment else ("", "")
    counts = list(SatisfactionCount.objects.filter(dimension=of[0]))
    kept = list(RetentionRate.objects.filter(period=question.period, dimension=of[0], is_partial=False))
    page = SatisfactionPage(
        run, counts, question.period, of[0], names={}, retention=kept, currency=current_company().currency, of=of
    )
    rows = [
        [
            Cell(row.label),
            Cell(score_words(row.counts), row.counts.score),
            Cell(interval_words(row.counts), row.counts.half_width),
            Cell(number(row.counts.n), row.counts.n, row.url),
            Cell(number(row.counts.promoters), row.counts.promoters, row.promoters_url),
            Cell(number(row.counts.detractors), row.counts.detractors, row.detractors_url),
        ]
        for row in page.rows
    ]
    return TileContent(
        figures=[Figure(**page.newest_card()), _detractors(page)] if page.newest_full else [],
        chart="nps",
        data=page.chart_data,
        heads=("Period", "NPS", "95 %", "Answers", "Promoters", "Detractors"),
        rows=rows,
        explanation=page.explanation,
        note=f"as of {full_day(run.as_of)}",
        url=reverse("analytics:satisfaction_detail") + f"?period={question.period}",
    )


def _detractors(page: SatisfactionPage) -> Figure:
    """Who would not recommend us, in the newest period that is over."""
    row = next(row for row in page.rows if row.label == str(page.full[-1]))
    count = row.counts.detractors
    note = f"of 0 to 6, {row.label}; {number(row.counts.promoters)} promoters"
    return Figure("Detractors", number(count), note, url=row.detractors_url, rows=count)


def churn(user: User, question: Question) -> TileContent | None:
    """Customers and value at risk by the band of their chance to leave."""
    run = last_good_run()
    if run is None:
        return None
    currency = current_company().currency
    page = ChurnPage(run, user, currency)
    bands = page.bands
    measure = "value" if page.has_money else "customers"
    wanted = ("High risk", "Value at risk", "Left before", "AUC")
    figures = [Figure(**card) for card in page.cards if card["label"] in wanted]
    return TileContent(
        figures=churn_beside_before(figures, page, question.period) if sees_all(user, ChurnScore) else figures,
        chart="bars",
        data={
            "names": [band["label"] for band in bands],
            "values": [float(band[measure] or 0) for band in bands],
            "urls": [band["url"] for band in bands],
            "unit": f" {currency}" if page.has_money else "",
        },
        heads=("Chance to leave", "Customers", "Value at risk"),
        rows=[
            [
                Cell(band["label"]),
                Cell(number(band["customers"]), band["customers"], band["url"]),
                Cell(short_money(band["value"], currency), band["value"]),
            ]
            for band in bands
        ],
        explanation=(
            f"The chance that a customer leaves in the next {page.horizon} days, learned from those who left before; "
            f"value at risk is the {page.money_word} expected in them times the chance. {page.what_n.capitalize()}. "
            f"As of {full_day(run.as_of)}, run {run.pk}; of the customers that you may see. Beside the figures: the "
            f"change on the newest run that is a {question.period} older, where the model learned in the same way."
        ),
        note=f"as of {full_day(run.as_of)}",
        url=reverse("analytics:churn_detail"),
    )


def lifetime_value(user: User, question: Question) -> TileContent | None:
    """What customers are expected to bring, by how much each brings."""
    page = read_clv_page(user)
    if page is None or not page.has_money:
        return None
    rows = page.bar_rows
    worth, *others = (Figure(**card) for card in page.cards[:3])
    return TileContent(
        figures=[worth if page.narrowed else beside_before(worth, page.run, question.period), *others],
        chart="bars",
        data={
            "names": [row["label"] for row in rows],
            "values": [round(row["clv"], 2) for row in rows],
            "urls": [row["url"] for row in rows],
            "unit": f" {page.currency}",
        },
        heads=("A customer brings", "Customers", "Together"),
        rows=[
            [
                Cell(row["label"]),
                Cell(number(row["customers"]), row["customers"], row["url"]),
                Cell(short_money(row["clv"], page.currency), round(row["clv"], 2)),
            ]
            for row in rows
        ],
        explanation=(
            f"Expected {page.basis} {page.period} by the models of purchases and of what one is worth, discounted; "
            f"{plural(page.customers, 'customer')} who bought up to {full_day(page.run.as_of)}, run {page.run.pk}. "
            "How well the models foretold a time that they did not know stands on the page."
        ),
        note=f"as of {full_day(page.run.as_of)}",
        url=reverse("analytics:clv_detail"),
    )


def beside_before(worth: Figure, run: ModelRun, kind: str) -> Figure:
    """What all customers are worth beside what they were by the newest run that is a period older."""
    earlier = run_before(run, kind)
    return beside(worth, run.metrics.get("total_clv"), earlier.metrics.get("total_clv") if earlier else None)


def run_before(run: ModelRun, kind: str) -> ModelRun | None:
    """The newest run of the same step that is a period older and has figures."""
    period = Period.of(run.as_of, kind)
    day = period.previous.start + (run.as_of - period.start)
    runs = ModelRun.objects.filter(step=run.step, error="", as_of__lte=day).exclude(metrics={})
    return runs.order_by("-as_of", "-created_at", "-pk").first()


def churn_beside_before(figures: list[Figure], page: ChurnPage, kind: str) -> list[Figure]:
    """The figures of churn over all customers beside those of the newest run that is a period older. Runs that learned
    in another way, or look another time ahead, are not beside each other."""
    earlier = run_before(page.run, kind)
    if earlier is None or not _are_alike(page.run, earlier):
        return figures
    bands = earlier.metrics.get("bands", {})
    now = {band["band"]: band for band in page.bands}
    high, was = now[RiskBand.HIGH], bands.get(RiskBand.HIGH, {})
    at_risk = sum(float(band["value"] or 0) for band in now.values())
    compared = {
        "High risk": (high["customers"], was.get("customers")),
        "Value at risk": (at_risk, sum(one.get("value_at_risk", 0) for one in bands.values())),
        "Left before": (page.found.get("base_rate"), earlier.metrics.get("base_rate")),
    }
    return [beside(one, *compared[one.label], more_is="bad") if one.label in compared else one for one in figures]


def _are_alike(run: ModelRun, other: ModelRun) -> bool:
    return run.metrics.get("way") == other.metrics.get("way") and run.parameters.get(
        "horizon_days"
    ) == other.parameters.get("horizon_days")


def sees_all(user: User, scores: Any) -> bool:
    """Whether the figures of a run, which are of all customers, are this person's too."""
    return scope_of(user, scores, Verb.VIEW) == Scope.ALL


def sees_forecast(user: User) -> bool:
    """As the page of the forecast asks it."""
    return can(user, Verb.VIEW, Deal) and not hides(user, "pipeline.deal.amount", "pipeline.deal.owner")


def pipeline(user: User, question: Question) -> TileContent | None:
    """What was won and is foretold, beside the target, month by month."""
    currency, run = current_company().currency, last_run("forecast")
    kind = PeriodKind.MONTH.value if question.period == PeriodKind.MONTH else PeriodKind.QUARTER.value
    span = span_asked("", kind, anchor(run))
    page = ForecastPage(user, span, run, "rep")

    def money(value: float | None) -> Cell:
        return Cell(short_money(value, currency) if value is not None else "–", value)

    return TileContent(
        figures=[Figure(**card) for card in six_figures(page.total, span, run, currency)],
        chart="forecast-months",
        data=page.chart({"won": "Won", "target": "Target", **past.ALL}),
        heads=("Month", "Won", "Commit", "Best case", "Learned", "Target"),
        rows=[
            [
                Cell(str(month), url=url),
                *(money(value) for value in (row.won, row.commit, row.best_case, row.learned, row.target)),
            ]
            for month, row, url in page.month_rows
        ],
        explanation=(
            f"Deals that you may see, in {currency}. Won by the day they were closed; commit and best case as reps "
            "say, by the expected day; learned: how open deals of each stage and age ended before. A month leads to "
            f"the open deals that are expected in it. {f'As of {full_day(run.as_of)}, run {run.pk}.' if run else ''}"
        ),
        note=str(span.period),
        url=reverse("analytics:forecast_detail") + f"?length={kind}",
    )


def _of_scores(scores: Any) -> Any:
    return lambda user: sees_runs(user) and not hidden_fields(user, scores)


BY_PERIOD = frozenset({"period"})
TILES = (
    DashboardTile("retention", "Retention", retention, sees_base, "analytics.rfmscore", NOT_RUN,
                  frozenset({"period", "segment"}), order=10),
    DashboardTile("nps", "Net promoter score", net_promoter, sees_base, "analytics.rfmscore",
                  "Nobody has answered how likely they are to recommend you, or the analysis has not run since.",
                  frozenset({"period", "segment"}), order=20),
    DashboardTile("churn", "Churn and value at risk", churn, _of_scores(ChurnScore), "analytics.churnscore", NOT_RUN,
                  BY_PERIOD, order=30),
    DashboardTile("clv", "Customer lifetime value", lifetime_value, _of_scores(ClvScore), "analytics.clvscore",
                  NOT_RUN, order=40),
    DashboardTile("pipeline", "Pipeline and forecast", pipeline, sees_forecast, "pipeline.deal",
                  "There are no deals yet.", BY_PERIOD, order=50),
)  # fmt: skip
