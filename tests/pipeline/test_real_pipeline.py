"""8,800 deals of a fictional seller of hardware: in once, and every figure as counted apart or published."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils.html import strip_tags

from analytics.models import ModelRun
from crm.choices import Role
from crm.templatetags.figures import percent, whole_money
from pipeline.models import Deal, Stage
from pipeline.performance import (
    by_stage,
    figures_by,
    open_total,
    reps_without_deals,
    total_figures,
    without_customer,
    won_by,
)
from tests import factories as make
from tests.importing.tables import DATA, brought_in, counts

pytestmark = pytest.mark.django_db
COLUMNS = [
    "opportunity_id=external_id", "sales_agent=owner_name", "product=product_external_id", "account=organization",
    "deal_stage=stage", "engage_date=opened_on", "close_date=closed_on", "close_value=amount",
]  # fmt: skip
PRODUCTS = ["product=external_id", "product=name", "sales_price=unit_price"]
# of a table that others made of the same file: deals open on a day x list price x win rate till then; what then came
WEIGHTED = {"2017-07-01": 2810452, "2017-10-01": 3692531}
CAME = {"2017-07-01": 2982255, "2017-10-01": 2802496}
# by day: deals open then, their list value, the weighted pipeline, won from them in the next quarter, won in all, naive
TESTS = {
    "2017-04-01": (1330, 3280185, 2712368, 1559305, 3086111, 1134672),
    "2017-07-01": (1686, 4216807, 2810452, 1441450, 2982255, 3086111),
    "2017-10-01": (2409, 5763490, 3692531, 1251928, 2802496, 2982255),
}
MONTHS = {
    3: (531, 1134672), 4: (285, 721932), 5: (438, 1025713), 6: (531, 1338466), 7: (308, 696932), 8: (446, 1050059),
    9: (503, 1235264), 10: (279, 731980), 11: (406, 938943), 12: (511, 1131573),
}  # fmt: skip
QUARTERS = {
    "Q1 2017": (647, 531, 1134672), "Q2 2017": (2032, 1254, 3086111), "Q3 2017": (2047, 1257, 2982255),
    "Q4 2017": (1985, 1196, 2802496),
}  # fmt: skip
GROUPS = {
    "rep": lambda row, seller: row["sales_agent"],
    "office": lambda row, seller: seller["regional_office"],
    "manager": lambda row, seller: seller["manager"],
    "product": lambda row, seller: row["product"].replace("GTXPro", "GTX Pro"),
}
IDLE = ["Carl Lin", "Carol Thompson", "Elizabeth Anderson", "Mei-Mei Johns", "Natalya Ivanova"]
NAIVE = {"2017-07-01": 3086111, "2017-10-01": 2982255}


def rows_of(name: str) -> list[dict[str, str]]:
    path = DATA / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    return list(csv.DictReader(text.splitlines()))


def test_the_real_pipeline():
    make.make_company()
    brought_in("users", DATA / "sales_teams.csv", ["sales_agent=name", "manager=manager_name", "regional_office=team"])
    brought_in("products", DATA / "products.csv", PRODUCTS)
    path, values = DATA / "sales_pipeline.csv.gz", (("product_external_id", "GTXPro", "GTX Pro"),)
    assert counts(brought_in("deals", path, COLUMNS, values=values)) == (8800, 0, 0, 0)
    assert counts(brought_in("deals", path, COLUMNS, values=values)) == (0, 0, 8800, 0)
    assert list(Stage.objects.values_list("name", "kind")) == [
        ("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost"),
    ]  # fmt: skip
    every_figure_of_performance_is_as_counted()
    every_figure_of_the_forecast_is_as_published()
    every_page_shows_it()


def counted_by(by: str) -> dict[str, tuple[int, int, Decimal]]:
    """Of the rows of the file: closed, won, value of those won by the names of a group."""
    closed: Counter[str] = Counter()
    won: Counter[str] = Counter()
    value: defaultdict[str, Decimal] = defaultdict(Decimal)
    sellers = {row["sales_agent"]: row for row in rows_of("sales_teams.csv")}
    for row in rows_of("sales_pipeline.csv.gz"):
        name = GROUPS[by](row, sellers[row["sales_agent"]])
        if row["deal_stage"] in ("Won", "Lost"):
            closed[name] += 1
        if row["deal_stage"] == "Won":
            won[name] += 1
            value[name] += Decimal(row["close_value"])
    return {name: (closed[name], won[name], value[name]) for name in closed}


def rows_on(page: str) -> dict[str, list[str]]:
    """The cells of every row of the tables of a page, by its heading."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [[strip_tags(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]
    return {found[0]: found[1:] for found in cells if found}


def every_figure_of_performance_is_as_counted() -> None:
    for by in GROUPS:
        found = {row.name: (row.closed, row.won, row.amount) for row in figures_by(None, by) if row.closed}
        assert found == counted_by(by), by
    total = total_figures(None)
    assert (total.closed, total.won, total.amount) == (6711, 4238, Decimal(10005534))
    assert float(total.win_rate) == pytest.approx(0.6315, abs=5e-5)
    cycles = [total.cycle_won, total.median_won, total.cycle_lost, total.median_lost]
    assert [float(one) for one in cycles] == pytest.approx([51.78, 57, 41.48, 14], abs=0.005)
    quarters = [(row["closed"], row["won"], row["amount"]) for row in won_by(None, "quarter")]
    assert quarters == list(QUARTERS.values())
    months = {row["start"].month: (row["won"], row["amount"]) for row in won_by(None, "month")}
    assert months == MONTHS
    assert round(float(total.mean_amount), 2) == 2360.91
    assert without_customer(None) == 1425
    assert [person.name for person in reps_without_deals(make.make_user(Role.MANAGER))] == IDLE
    by_stages = by_stage(None)
    engaging = next(row for row in by_stages if row["stage__name"] == "Engaging")
    assert float(engaging["by_rate"]) == pytest.approx(2457944.64, abs=0.01)
    together = open_total(by_stages)
    assert (together["deals"], together["listed"]) == (2089, 4966215)
    assert float(together["by_rate"]) == pytest.approx(3136167.36, abs=0.01)
    assert float(together["by_product_rate"]) == pytest.approx(3110729.3, abs=0.05)
    stages = {row["stage__name"]: (row["deals"], row["listed"]) for row in by_stages}
    assert stages == {
        "Engaging": (1589, 3892229), "Lost": (2473, 5946468), "Prospecting": (500, 1073986), "Won": (4238, 10023482),
    }  # fmt: skip


def every_figure_of_the_forecast_is_as_published() -> None:
    call_command("analyze", only="forecast", as_of="2017-12-31", verbosity=0)
    found = ModelRun.objects.filter(step="forecast").latest("pk").metrics
    assert (found["open_count"], found["open_amount"]) == (2089, 4966215.0)
    assert (found["won_count"], found["lost_count"], found["won_amount"]) == (4238, 2473, 10005534.0)
    methods = found["methods"]
    assert methods["weighted"]["next_quarter"] == pytest.approx(3110729.3, abs=0.1)
    for name, published in (("weighted", WEIGHTED), ("naive", NAIVE)):
        said = {one["cutoff"]: round(one["predicted"]) for one in methods[name]["backtest"]}
        assert said == published
    assert {one["cutoff"]: one["actual"] for one in methods["learned"]["backtest"]} == CAME
    assert methods["learned"]["backtest_error"] < methods["naive"]["backtest_error"]
    assert found["recommended"] == "learned"
    names = ("open_count", "open_listed", "weighted", "from_open", "actual", "naive")
    tests = {test["cutoff"]: tuple(round(test[name]) for name in names) for test in found["tests"]}
    assert tests == TESTS
    assert [test["is_counted"] for test in found["tests"]] == [False, True, True]
    # other tools found 0.5442 and 0.5359: whoever reports much more has looked at the day or the money of the closing
    told = found["single_deals"]
    assert told["n"] == 6711
    assert told["auc"] == {
        "LogisticRegression": pytest.approx(0.5442, abs=0.01),
        "HistGradientBoosting": pytest.approx(0.5359, abs=0.01),
    }
    # scikit-learn by itself gives 0.4915 forward: what was found out of fold is the calendar of the deals
    assert told["n_forward"] == 5368
    assert told["forward"] == pytest.approx(0.5, abs=0.03)


def every_page_shows_it() -> None:
    client = make.signed_in(make.make_user(Role.MANAGER))
    for by in GROUPS:
        shown = rows_on(client.get(f"/analytics/performance/?by={by}").content.decode())
        for name, (closed, won, value) in counted_by(by).items():
            rate = percent(Decimal(won) / closed, 2)
            assert {f"{closed:,}", f"{won:,}", rate, whole_money(value, "EUR")} <= set(shown[name]), name
    page = client.get("/analytics/performance/").content.decode()
    shown = rows_on(page)
    for month, (deals, worth) in MONTHS.items():
        assert {f"{deals:,}", whole_money(worth, "EUR")} <= set(shown[f"{dt.date(2017, month, 1):%B %Y}"])
    for quarter, figures in QUARTERS.items():
        assert {f"{count:,}" for count in figures[:2]} | {whole_money(figures[2], "EUR")} <= set(shown[quarter])
    told = (
        *IDLE, "1,425 open deals", "3,136,167", "3,110,729", "2,457,945", "4,966,215", "3,892,229", "1,073,986",
        "5,946,468", "10,023,482", "10,005,534", "2,360.91", "51.78 d", "within 57 days", "41.48 d", "within 14 days",
        percent(Decimal("0.6315"), 2),
    )  # fmt: skip
    assert [words for words in told if words not in page] == []
    page = client.get("/analytics/forecast/?length=quarter&from=2017-10-01").content.decode()
    published = [f"{figure:,}" for test in TESTS.values() for figure in test]
    told = (
        *published, "recommended", "Go by “Learned”", "short past, not counted", "(LogisticRegression) and",
        "(HistGradientBoosting)", "On 3 earlier days it came to 1.7 to 2.9 times what the deals open then brought",
    )  # fmt: skip
    assert [words for words in told if words not in page] == []
    assert client.get("/pipeline/").status_code == 200
    assert Deal.objects.filter(outcome="open").count() == 2089
