"""The same tree gives the same contacts on every door, and those that a walk through the rows in Python finds."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from contacts.models import Contact
from crm.filtering.trees import asking
from crm.filtering.trees.nodes import DEEPEST
from tests import factories as make
from tests.api.calls import Caller
from tests.filtering.brute import TODAY, matches
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


@hypothesis_settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_two_hundred_random_trees(doors, data):
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
