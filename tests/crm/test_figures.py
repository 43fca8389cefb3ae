"""Figures as people read them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from crm.templatetags import figures
from crm.templatetags.figures import MINUS, NOTHING

GAP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, NOTHING),
        ("", NOTHING),
        (0, "0"),
        (1234567.5, "1,234,568"),
        (Decimal("-42"), MINUS + "42"),
        (Decimal("-0.4"), "0"),
    ],
)
def test_number(value, shown):
    assert figures.number(value) == shown


def test_money_keeps_sign_before_the_currency():
    assert figures.money(Decimal("-1234.5"), "EUR") == f"{MINUS}€{GAP}1,234.50"


def test_money_without_a_known_sign_shows_the_code():
    assert figures.whole_money(Decimal("99.5"), "CHF") == f"CHF{GAP}100"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (999, "999"),
        (1000, "1k"),
        (189400, "189k"),
        (18940, "18.9k"),
        (5980000, "5.98m"),
        (999999, "1m"),
        (-12e9, MINUS + "12bn"),
    ],
)
def test_short_number(amount, shown):
    assert figures.short_number(amount) == shown


def test_percent_of_a_share():
    assert figures.percent(0.7149) == f"71{GAP}%"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (59.6, "1 min"), (250, "4 min 10 s"), (7500, "2 h 5 min"), (187200, "2 d 4 h"), (3600, "1 h")],
)
def test_duration(seconds, shown):
    assert figures.duration(seconds).replace(GAP, " ") == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (dt.date(2026, 11, 22), "today"),
        (dt.date(2026, 11, 21), "yesterday"),
        (dt.date(2026, 11, 23), "tomorrow"),
        (dt.date(2026, 3, 4), "4 Mar"),
        (dt.date(2019, 5, 12), "12 May 2019"),
        (None, NOTHING),
    ],
)
def test_relative_day(day, shown):
    with time_machine.travel(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC), tick=False):
        assert figures.relative_day(day).replace(GAP, " ") == shown


def test_plain_shows_a_result_in_one_line():
    assert figures.plain({"rows": 6919, "seconds": 3.2, "ok": True}) == "rows: 6,919, seconds: 3.20, ok: yes"
