"""8,800 deals of a fictional seller of hardware: in once, and every figure as counted apart or published."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.core.management import call_command

from analytics.models import ModelRun
from crm.choices import Role
from crm.templatetags.figures import percent
from pipeline.models import Deal, Stage
from pipeline.performance import by_stage, figures_by, total_figures, won_by
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


def every_figure_of_performance_is_as_counted() -> None:
    rows = rows_of("sales_pipeline.csv.gz")
    office = {row["sales_agent"]: row["regional_office"] for row in rows_of("sales_teams.csv")}
    manager = {row["sales_agent"]: row["manager"] for row in rows_of("sales_teams.csv")}
    groups = {
        "rep": lambda row: row["sales_agent"],
        "office": lambda row: office[row["sales_agent"]],
        "manager": lambda row: manager[row["sales_agent"]],
        "product": lambda row: row["product"].replace("GTXPro", "GTX Pro"),
    }
    for by, group in groups.items():
        closed: Counter[str] = Counter()
        won: Counter[str] = Counter()
        value: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row["deal_stage"] in ("Won", "Lost"):
                closed[group(row)] += 1
            if row["deal_stage"] == "Won":
                won[group(row)] += 1
                value[group(row)] += Decimal(row["close_value"])
        found = {row.name: (row.closed, row.won, row.amount) for row in figures_by(None, by) if row.closed}
        assert found == {name: (closed[name], won[name], value[name]) for name in closed}, by
    total = total_figures(None)
    assert (total.closed, total.won, total.amount) == (6711, 4238, Decimal(10005534))
    assert total.win_rate == pytest.approx(0.6315, abs=5e-5)
    cycles = [total.cycle_won, total.median_won, total.cycle_lost, total.median_lost]
    assert [float(one) for one in cycles] == pytest.approx([51.78, 57, 41.48, 14], abs=0.005)
    quarters = [(row["closed"], row["won"], row["amount"]) for row in won_by(None, "quarter")]
    assert quarters == [(647, 531, 1134672), (2032, 1254, 3086111), (2047, 1257, 2982255), (1985, 1196, 2802496)]
    stages = {row["stage__name"]: (row["deals"], row["listed"]) for row in by_stage(None)}
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


def every_page_shows_it() -> None:
    client = make.signed_in(make.make_user(Role.MANAGER))
    page = client.get("/analytics/performance/?by=office").content.decode()
    assert all(words in page for words in (*(percent(rate, 2) for rate in ("0.6256", "0.6302", "0.6394")), "3,346,293"))
    page = client.get("/analytics/forecast/?quarter=2017-10-01").content.decode()
    assert all(words in page for words in ("2,810,452", "3,692,531", "2,802,496", "recommended"))
    assert client.get("/pipeline/").status_code == 200
    assert Deal.objects.filter(outcome="open").count() == 2089
