"""The same tree gives the same records on every door (list, board, bulk change, file, API), and those that a walk
through the rows in Python finds. `make drills` asks each two hundred times."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contacts.models import Contact
from crm.bulk.choosing import Choice
from crm.filtering.trees import asking
from crm.filtering.trees.nodes import DEEPEST
from pipeline.models import Deal
from tests import factories as make
from tests.api.calls import Caller
from tests.drills.tally import size
from tests.filtering.brute import TODAY, matches
from tests.filtering.deals import DEAL_VALUES, deal_trees, fill_deals
from tests.filtering.sample import fill, trees


@pytest.fixture
def doors(db, monkeypatch) -> dict[str, Any]:
    monkeypatch.setattr(asking, "company_today", lambda: TODAY)
    make.make_company()
    manager = make.make_user()
    fill(manager)
    rows = Contact.objects.prefetch_related("points", "addresses", "orders__lines__product").select_related(
        "organization"
    )
    return {
        "owner": manager,
        "contacts": list(rows),
        "browser": make.signed_in(manager),
        "call": Caller(make.make_token(manager)),
    }


def depth(node: dict[str, Any]) -> int:
    parts = node.get("all") or node.get("any") or ([node["not"]] if "not" in node else [])
    return 1 + max((depth(part) for part in parts), default=0)


def examples(number: int) -> Any:
    return hypothesis_settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


MANY, SOME = examples(size(40, 200)), examples(size(25, 200))


@MANY
@given(data=st.data())
def test_random_trees_about_customers(doors, data):
    tree = data.draw(trees(doors["owner"]))
    assume(depth(tree) <= DEEPEST)
    asked = {"filter": json.dumps({"version": 1, "where": tree})}
    expected = {contact.pk for contact in doors["contacts"] if matches(contact, tree)}
    shown = doors["browser"].get("/contacts/", asked)
    assert {row.pk for row in shown.context["table"].rows} == expected
    assert shown.context["count"] == str(len(expected))
    called = doors["call"].get("/contacts", asked | {"fields": "name", "page_size": 200})
    assert {item["id"] for item in called.json()["items"]} == expected
    exported = doors["browser"].get("/contacts/export/", asked | {"columns": "external_id"})
    lines = list(csv.reader(b"".join(exported.streaming_content).decode("utf-8-sig").splitlines()))
    names = {contact.name for contact in doors["contacts"] if contact.pk in expected}
    assert {line[0] for line in lines[1:]} == names
    assert chosen_in_bulk("contacts.contact", doors["owner"], asked) == expected


@pytest.fixture
def sales(db, monkeypatch) -> dict[str, Any]:
    monkeypatch.setattr(asking, "company_today", lambda: TODAY)
    make.make_company()
    manager = make.make_user()
    fill_deals(manager)
    return {
        "owner": manager,
        "deals": list(Deal.objects.select_related("organization", "stage")),
        "browser": make.signed_in(manager),
        "call": Caller(make.make_token(manager)),
    }


@SOME
@given(data=st.data())
def test_random_trees_about_deals_on_the_board_too(sales, data):
    tree = data.draw(deal_trees(sales["owner"]))
    assume(depth(tree) <= DEEPEST)
    asked = {"filter": json.dumps({"version": 1, "where": tree})}
    expected = {deal.pk for deal in sales["deals"] if matches(deal, tree, DEAL_VALUES)}
    shown = sales["browser"].get("/deals/", asked)
    assert {row.pk for row in shown.context["table"].rows} == expected
    board = sales["browser"].get("/pipeline/", asked).context["columns"]
    cards = [card.deal.pk for column in board for card in column.cards]
    still_open = {deal.pk for deal in sales["deals"] if deal.is_open}
    assert (set(cards), sum(column.count for column in board)) == (expected & still_open, len(cards))
    called = sales["call"].get("/deals", asked | {"fields": "title", "page_size": 200})
    assert {item["id"] for item in called.json()["items"]} == expected
    exported = sales["browser"].get("/deals/export/", asked | {"columns": "title"})
    lines = list(csv.reader(b"".join(exported.streaming_content).decode("utf-8-sig").splitlines()))
    assert {line[0] for line in lines[1:]} == {deal.title for deal in sales["deals"] if deal.pk in expected}
    assert chosen_in_bulk("pipeline.deal", sales["owner"], asked) == expected


def chosen_in_bulk(label: str, user: Any, asked: dict[str, str]) -> set[int]:
    """What a bulk change of all that match is about."""
    sent = QueryDict(mutable=True)
    sent.update({"all": "1", **asked})
    choice = Choice.read(label, sent)
    assert {row.pk for row in choice.writable(user)} == {row.pk for row in choice.rows(user)}
    return {row.pk for row in choice.rows(user)}
