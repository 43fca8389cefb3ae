"""The figures of reports against pandas over the same rows, for reports drawn at random; each leads to its rows."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from crm.customfields.definitions import definitions_of
from crm.customfields.specs import value_of
from crm.filtering.keyset import value_at
from crm.models import User
from crm.reports.asking import MOST_COLUMNS
from crm.reports.definitions import Asked, Definition
from crm.reports.groupings import Grouping
from crm.reports.measures import Measure
from crm.reports.reading import Report
from crm.reports.results import Figure, result_of
from tests import factories as make
from tests.held import held
from tests.reports.house import FILTERS, build_house

SUBJECTS = ("contacts.contact", "orders.order", "pipeline.deal", "leads.lead", "service.ticket")
BERLIN = ZoneInfo("Europe/Berlin")
AGGREGATES = {"sum": "sum", "part": "sum", "avg": "mean", "median": "median", "min": "min", "max": "max", "yes": "mean"}


@pytest.fixture(scope="module")
def manager(django_db_setup, django_db_blocker) -> Any:
    with held(django_db_blocker):
        yield build_house()


def drawn(dice: random.Random, user: User) -> Report:
    """A report at random, of what the person is offered."""
    subject = dice.choice(SUBJECTS)
    offered = Report(Definition(subject=subject), user)
    names, words = sorted(offered.groupings), sorted(offered.offered)
    picked = [Asked(name, dice.choice(("day", "week", "month", "quarter", "year", "5", "100"))) for name in
              dice.sample(names, dice.randint(0, 3))]  # fmt: skip
    rows: tuple[Asked, ...] = tuple(picked[:2])
    column = picked[2] if len(picked) > 2 else None
    if len(rows) == 2 and dice.random() < 0.4:
        rows, column = rows[:1], picked[1]
    measures = tuple(dice.sample(words, dice.randint(1, 3)))
    sort = dice.choice(("", "key", "m1", "-m1"))
    where = {"version": 1, "where": dice.choice(FILTERS[subject])}
    asked = json.dumps(where) if dice.random() < 0.5 else ""
    return Report(Definition(subject, rows, column, measures, sort, limit=500, filter=asked), user)


def in_python(name: str, record: Any, report: Report) -> Any:
    """The value of a field as Python reads it from the record."""
    custom = {one.name: one for one in definitions_of(report.definition.subject)}
    spec = next(
        one for one in (*report.groupings.values(), *(m.spec for m in report.measures if m.spec)) if one.name == name
    )
    value = value_of(custom[name], record) if name in custom else value_at(record, spec.path)
    return getattr(value, "pk", value) if value != "" else None


def grouped_in_python(value: Any, grouping: Grouping) -> Any:
    """The group of a value, worked out without SQL."""
    if value is None:
        return None
    if grouping.is_date:
        day = value.astimezone(BERLIN).date() if isinstance(value, dt.datetime) else value
        starts = {"day": day, "week": day - dt.timedelta(days=day.weekday()), "month": day.replace(day=1),
                  "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
                  "year": day.replace(month=1, day=1)}  # fmt: skip
        return starts[grouping.by]
    if grouping.is_number:
        width = Decimal(grouping.by)
        return (Decimal(str(value)) // width - (Decimal(str(value)) % width < 0)) * width
    return value


def frame_of(report: Report) -> pd.DataFrame:
    records = list(report.matching())
    groups = [*report.rows, *([report.column] if report.column else [])]
    table: dict[str, list[Any]] = {
        f"g{place}": [one.words(grouped_in_python(in_python(one.name, record, report), one)) for record in records]
        for place, one in enumerate(groups)
    }
    for place, measure in enumerate(report.measures):
        if measure.spec is not None:
            values = [in_python(measure.spec.name, record, report) for record in records]
            is_number = measure.function != "distinct"
            table[f"v{place}"] = [float(one) if one is not None and is_number else one for one in values]
    table["currency"] = [getattr(record, report.currency) if report.currency else "" for record in records]
    table["one"] = [1] * len(records)
    return pd.DataFrame(table)


def figure_of(some: pd.DataFrame, measure: Measure, place: int, whole: float) -> Any:
    if measure.function in ("count", "share"):
        return len(some) if measure.function == "count" else len(some) / whole if whole else None
    values = some[f"v{place}"].dropna()
    if measure.function == "distinct":
        return values.nunique()
    if values.empty:
        return None
    found = getattr(values.astype(float), AGGREGATES[measure.function])()
    return found if measure.function != "part" else found / whole if whole else None


def whole_of(some: pd.DataFrame, measure: Measure, place: int) -> float:
    return (
        len(some) if measure.function == "share" else some[f"v{place}"].astype(float).sum() if measure.is_share else 0
    )


def is_same(told: Any, worked: Any) -> bool:
    if told is None or worked is None:
        return told is None and worked is None
    return float(told) == pytest.approx(float(worked), rel=1e-6, abs=1e-6)


def rows_behind(report: Report, figure: Figure) -> int:
    asked = parse_qs(urlsplit(figure.url).query)
    assert report.subject
    assert urlsplit(figure.url).path == report.subject.path
    page = report.subject.page(report.user, asked.get("filter", [""])[0], asked.get("q", [""])[0])
    assert not page.listing.problems, (page.listing.problems, figure.url)
    return page.listing.matching.count()


@pytest.mark.parametrize("seed", range(40))
def test_a_report_says_what_pandas_says_of_the_same_rows(manager, seed: int) -> None:
    report = drawn(random.Random(seed), manager)
    result = result_of(report)
    assert report.problems == []
    frame = frame_of(report)
    assert result.count == len(frame)
    currencies = sorted(frame["currency"].unique())
    named, width = len(report.rows), len(report.measures)
    columns = [text for text, _ in result.groups[1:-1]]
    if report.column and width == 1:
        columns = [head.label for head in result.heads if head.is_figure][:-1]
    keys = [f"g{place}" for place in range(named)]
    assert len(result.rows) == (frame.groupby([*keys, "currency"]).ngroups if keys else 0)
    for row in (*result.rows, *result.totals):
        some, is_total = frame, row in result.totals
        for place, key in enumerate(row.keys[:named] if not is_total else ()):
            some = some[some[f"g{place}"] == key.text]
        currency = row.keys[-1].value if len(currencies) > 1 else currencies[0]
        some, all_of = some[some["currency"] == currency], frame[frame["currency"] == currency]
        parts = [some[some[f"g{named}"] == name] for name in columns] + [some]
        for column, part in enumerate(parts):
            for place, measure in enumerate(report.measures):
                figure = row.figures[column * width + place]
                worked = figure_of(part, measure, place, whole_of(all_of, measure, place))
                if part.empty and figure.text == "":
                    continue
                assert is_same(figure.value, worked), (report.title, report.measures[place].word, row.keys, figure)
    assert_figures_lead_to_their_rows(report, result, frame)


def assert_figures_lead_to_their_rows(report: Report, result: Any, frame: pd.DataFrame) -> None:
    """The rows of each line, as the list counts them; together they are all."""
    lines = [*result.rows[:25], *result.totals]
    counted = [rows_behind(report, row.figures[-1]) for row in lines]
    if len(lines) == len(result.rows) + len(result.totals) and result.rows:
        assert sum(counted[: len(result.rows)]) == len(frame)
    assert sum(counted[-len(result.totals) :]) == len(frame)
    for row in result.rows[:6]:
        cells = row.figures[: -len(report.measures) : len(report.measures)]
        if 0 < len(cells) < MOST_COLUMNS and not any(" columns are shown" in note for note in result.notes):
            assert sum(rows_behind(report, one) for one in cells if one.url) == rows_behind(report, row.figures[-1])


def test_the_page_leads_to_the_list_that_counts_the_same(manager) -> None:
    client = make.signed_in(manager)
    page = client.get("/reports/build/", {"subject": "contacts.contact", "row1": "team", "measure1": "count"})
    rows = page.context["result"].rows
    assert {row.keys[0].text for row in rows} == {"North", "North by east", "–"}
    for row in rows:
        listed = client.get(row.figures[0].url, {})
        assert len(listed.context["table"].rows) == row.figures[0].value, row.keys[0].text
