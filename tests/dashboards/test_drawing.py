"""The PDF: the words and figures of the page, charts of the same data, and a tile that fails says so in its place."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from crm.choices import Role
from crm.dashboards.drawing import charts, document
from crm.dashboards.drawing.canvas import Canvas, compact, scale_of
from crm.dashboards.queries import all_tiles, question_of
from crm.models import AccessRule, Dashboard, FieldRule
from crm.tiles.spec import Cell, Figure, TileContent
from tests import factories as make

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>&"#import "x"'


def drawn(name: str, data: dict[str, Any]) -> ET.Element:
    return ET.fromstring(charts.draw_chart(name, data))  # noqa: S314 - of our own making


def texts(picture: ET.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_values_and_say_them():
    data = {"names": ["Won", HOSTILE], "values": [400, 100], "unit": " €"}
    picture = drawn("bars", data)
    long, short = (float(one.get("width", 0)) for one in picture.iter(f"{SVG}rect"))
    assert long == pytest.approx(4 * short, rel=0.01)
    assert {"Won", "400 €", "100 €", HOSTILE} <= set(texts(picture))


def test_lines_have_gaps_where_there_is_nothing_and_rings_where_it_is_not_over():
    points = [{"value": 10, "url": "/x/"}, {"value": 20}, None, {"value": 40}]
    data = {
        "periods": ["Q1", "Q2", "Q3", "Q4"],
        "partial": [False] * 3 + [True],
        "series": [{"name": "Raw", "points": points}],
    }
    picture = drawn("lines", data)
    ways = [one.get("d", "") for one in picture.iter(f"{SVG}path")]
    heights = [[float(pair.split()[1]) for pair in way.removeprefix("M ").split(" L ")] for way in ways[:2]]
    assert len(heights[0]) == 2 and len(heights[1]) == 1 and heights[0][0] > heights[0][1] > heights[1][0]
    assert [one.get("fill") for one in picture.iter(f"{SVG}circle")][-1] == "#ffffff"
    assert {"Raw", "Q4", "0 %", "40 %"} <= set(texts(picture))


def test_what_is_empty_is_drawn_without_a_fault():
    nothing: dict[str, dict[str, Any]] = {
        "lines": {"periods": [], "series": []},
        "bars": {"names": [], "values": []},
        "triangle": {"ages": [], "cohorts": [], "cells": []},
        "nps": {"periods": [], "scores": [], "low": [], "high": [], "partial": [], "small": [], "retention": []},
        "forecast-months": {
            "months": [], "won": [], "commit": [], "rest": [], "learned": [], "target": [],
            "names": {"won": "Won", "commit": "Commit", "learned": "Learned", "target": "Target", "best_case": "Best"},
        },
    }  # fmt: skip
    for name, data in nothing.items():
        assert drawn(name, data).tag == f"{SVG}svg"
    assert charts.draw_chart("map", {}) == b""
    assert set(nothing) == set(charts.DRAWINGS)


def test_scales_end_with_round_figures():
    assert scale_of([3, 87], 0, 1).steps == [0, 25, 50, 75, 100]
    assert scale_of([-12, 30], 0, 1, from_zero=False).steps == [-20, 0, 20, 40]
    assert [compact(one) for one in (0, 12.34, 1234, -5_600_000)] == ["0", "12.3", "1.23K", "−5.6M"]
    assert Canvas().as_svg().startswith(b"<svg")


@pytest.fixture
def manager(db):
    make.make_company(name="Okafor Frames")
    return make.make_user(Role.MANAGER, name="Mia")


def words_of(user: Any, board: Dashboard | None = None) -> dict[str, Any]:
    data, _ = document.document_of(user, board, question_of({}, user, board))
    return {"whole": data} | {tile["label"]: tile for tile in data["tiles"]}


def test_the_document_says_what_the_page_says(manager):
    ticket = make.make_ticket()
    board = Dashboard.objects.create(name="Service of the week", owner=manager, tiles=["service"])
    words = words_of(manager, board)
    assert words["whole"]["name"] == "Service of the week" and words["whole"]["company"] == "Okafor Frames"
    assert f"/dashboards/{board.pk}/" in words["whole"]["url"] and "for Mia" in words["whole"]["made"]
    tile = words["Service"]
    page = make.signed_in(manager).get("/dashboards/tile/?tile=service").content.decode()
    shown = re.sub(r"\s+", " ", page.replace("\xa0", " "))
    for figure in tile["figures"]:
        assert figure["label"] in shown and figure["value"].replace("\xa0", " ") in shown
    assert tile["heads"][0] == "Day" and tile["explanation"][:20] in shown and ticket.pk
    assert document.draw_dashboard(manager, board, question_of({}, manager, board)).startswith(b"%PDF-")


def test_a_tile_that_fails_or_is_not_to_be_taken_out_says_so_and_the_others_stay(manager, monkeypatch, caplog):
    def broken(user, question):
        raise RuntimeError("no such luck")

    cell = Cell(HOSTILE, 1)
    good = TileContent(
        [Figure("Won", "5", change="+2 %", change_tone="good")], "bars", {"names": [HOSTILE], "values": [1]},
        ("A", "B"), [[cell, cell]] * 30, explanation=HOSTILE,
    )  # fmt: skip
    tiles = {name: replace(tile, read=lambda *_: good) for name, tile in all_tiles().items()}
    tiles["churn"] = replace(tiles["churn"], read=broken)
    monkeypatch.setattr(document, "tiles_of", lambda *_: tiles)
    AccessRule.objects.create(role="manager", model="service.ticket", verb="export", scope="none")
    words = words_of(manager)
    assert words["Churn and value at risk"]["problem"].startswith("This could not be shown")
    assert "no such luck" in caplog.text and "no such luck" not in json.dumps(words["whole"])
    assert words["Service"]["problem"].startswith("Your role may see these figures on the page")
    assert words["Service"]["rows"] == [] and words["Service"]["figures"] == []
    assert words["Retention"]["rows"][0] == [HOSTILE, HOSTILE] and "more rows on the page" in words["Retention"]["more"]
    assert document.draw_dashboard(manager, None, question_of({}, manager)).startswith(b"%PDF-")


def test_a_hidden_field_is_not_in_the_document(manager):
    assert "Churn and value at risk" in words_of(manager)
    FieldRule.objects.create(role="manager", model="analytics.churnscore", field="probability", right="hidden")
    user = type(manager).objects.get(pk=manager.pk)
    assert "Churn and value at risk" not in words_of(user)


def test_the_page_gives_a_pdf_and_writes_down_who_took_it(manager):
    client = make.signed_in(manager)
    answer = client.get("/dashboards/pdf/?period=month")
    assert answer.content.startswith(b"%PDF-") and answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    assert client.get("/dashboards/pdf/?dashboard=x").status_code == 404


def test_who_may_see_nothing_gets_a_page_that_says_so(db):
    make.make_company()
    rep = make.make_user(Role.REP)
    board = Dashboard.objects.create(name="Empty", owner=rep, tiles=["retention"])
    page = make.signed_in(rep).get(f"/dashboards/{board.pk}/").content.decode()
    assert "No tile for you" in page
    assert document.draw_dashboard(rep, board, question_of({}, rep, board)).startswith(b"%PDF-")
