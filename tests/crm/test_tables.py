"""Columns: one definition for the screen and the file."""

import datetime as dt
from decimal import Decimal

import pytest

from contacts.models import Contact
from crm.catalogue import FieldSpec
from crm.models import User
from crm.tables import Column, make_rows
from orders.models import Order

GAP = "\N{NO-BREAK SPACE}"


def column(kind: str, path: str, **more) -> Column:
    return Column(FieldSpec(path, path, path, kind=kind, **more), "EUR")


@pytest.mark.parametrize(
    ("kind", "path", "fields", "html", "plain"),
    [
        ("text", "industry", {"industry": "<b>"}, "&lt;b&gt;", "<b>"),
        ("text", "industry", {"industry": ""}, "–", ""),
        ("number", "employees", {"employees": 1234}, "1,234", 1234),
        ("number", "employees", {}, "–", ""),
        ("money", "revenue", {"revenue": Decimal("1234.50")}, f"€{GAP}1,235", Decimal("1234.50")),
        ("choice", "kind", {"kind": "person", "choices": lambda: [("person", "Person")]}, "Person", "person"),
        ("tags", "tags", {"tags": []}, "–", ""),
        ("listed", "markets", {"markets": ["a", "b"], "choices": lambda: [("a", "A")]}, "A, b", "a, b"),
        ("listed", "markets", {"markets": []}, "–", ""),
        ("date", "birthday", {"birthday": dt.date(1990, 5, 1)}, f"1{GAP}May{GAP}1990", dt.date(1990, 5, 1)),
        ("flag", "is_archived", {}, "no", "no"),
    ],
)
def test_a_cell(kind, path, fields, html, plain):
    choices = fields.pop("choices", None)
    one, record = column(kind, path, choices=choices), Contact(**fields)
    assert one.plain(record) == plain
    if html is not None:
        assert one.html(record) == html


def test_a_missing_step_of_the_path_is_an_empty_cell(db):
    assert column("text", "organization__name").plain(Contact()) == ""
    assert column("money", "rfm__monetary").plain(Contact(pk=1)) == ""


def test_a_person_is_drawn_by_name():
    html = column("person", "owner").html(Contact(owner=User(name="<Mia>")))
    assert "&lt;Mia&gt;" in html
    assert "<Mia>" not in html


def test_own_cells_and_values_win():
    spec = FieldSpec("x", "X", "industry", cell=lambda record: "<i>", value=lambda record: "file")
    assert (Column(spec).html(Contact()), Column(spec).plain(Contact())) == ("&lt;i&gt;", "file")


def test_a_row_leads_to_its_record():
    row = make_rows([column("text", "number")], [Order(pk=7, number="A")])[0]
    assert (row.url, row.pk) == ("/orders/7/", 7)
    assert row.drawn == '<td class=" cell-primary" data-label="number"><a href="/orders/7/">A</a></td>'


def test_the_cells_of_a_row_are_escaped_once():
    columns = [column("text", "number"), column("text", "import_key")]
    row = make_rows(columns, [Order(pk=7, number="<A>", import_key="a & b")])[0]
    assert "&lt;A&gt;</a></td>" in row.drawn
    assert row.drawn.endswith('data-label="import_key">a &amp; b</td>')
