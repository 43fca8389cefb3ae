"""What a token gets beside what the pages show the same person: the same rows, the same fields, for every role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from contacts.models import Contact
from crm.catalogue import fields_of
from crm.choices import Role
from crm.models import CustomField, FieldRule
from crm.rest.resources import NOT_FOR_MACHINES
from orders.models import Subscription
from tests import factories as make
from tests.access.world import World, build_world
from tests.api.calls import Caller
from tests.drills.tally import IS_LONG
from tests.held import held

LISTS = {
    "/contacts/": ("/contacts", "contacts.contact"),
    "/orders/": ("/orders", "orders.order"),
    "/products/": ("/products", "orders.product"),
    "/subscriptions/": ("/subscriptions", "orders.subscription"),
    "/deals/": ("/deals", "pipeline.deal"),
    "/quotes/": ("/quotes", "pipeline.quote"),
    "/tickets/": ("/tickets", "service.ticket"),
    "/campaigns/": ("/campaigns", "campaigns.campaign"),
    "/offers/": ("/offers", "campaigns.offer"),
    "/segments/": ("/segments", "campaigns.segment"),
    "/surveys/": ("/surveys", "feedback.survey"),
    "/surveys/answers/": ("/surveys/responses", "feedback.response"),
}
HIDDEN = {
    "contacts.contact": ("email", "industry", "owner"),
    "analytics.rfmscore": ("monetary",),
    "orders.order": ("amount",),
    "orders.product": ("unit_cost",),
    "orders.subscription": ("monthly_amount",),
    "pipeline.deal": ("amount",),
    "pipeline.quote": ("amount",),
    "service.ticket": ("contact", "priority"),
    "feedback.response": ("comment",),
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with held(django_db_blocker):
        world = build_world()
        for contact in world.records["contact"].values():
            Subscription.objects.create(contact=contact, started_on=dt.date(2026, 1, 1), currency="EUR")
        values = {field.key: f"A {field.key}" for field in CustomField.objects.all()}
        Contact.objects.update(custom=values)
        yield world


def hide(role: str) -> None:
    for model, fields in HIDDEN.items():
        for field in fields:
            FieldRule.objects.create(role=role, model=model, field=field, right="hidden")


def page_rows(browser, path: str) -> tuple[list[int], set[str]]:
    """Ids on all pages of a list, and the columns that it offers."""
    answer = browser.get(path)
    listing, keys = answer.context["listing"], []
    offered = {name for name, spec in listing.design.specs.items() if spec.kind not in NOT_FOR_MACHINES}
    while True:
        keys += [row.pk for row in answer.context["table"].rows]
        if not answer.context["next_url"]:
            return keys, offered
        answer = browser.get(answer.context["next_url"])


def compare(person, label: str, page: str, path: str) -> None:
    """One list: the page's rows in its order, the columns that it offers, and nothing that is hidden."""
    person = type(person).objects.get(pk=person.pk)
    call = Caller(make.make_token(person))
    keys, offered = page_rows(make.signed_in(person), page)
    items = call.pages(path, {"page_size": 7})
    assert keys, (person, page)
    assert [item["id"] for item in items] == keys, (person, page)
    columns = {spec.name for spec in fields_of(label) if spec.column}
    told = set(items[0]) | {f"custom_{key}" for item in items for key in item.get("custom", {})}
    assert told & columns == offered, (person, page)
    single = call.get(f"{path}/{keys[0]}").json()
    assert {name: single[name] for name in items[0]} == items[0]


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values if IS_LONG else (Role.REP, Role.MANAGER))
def test_token_gets_the_rows_and_fields_that_the_pages_show(world, role):
    person = world.people[role]
    for page, (path, label) in LISTS.items() if IS_LONG or role == Role.MANAGER else ():
        compare(person, label, page, path)
    shown = [job.pk for job in make.signed_in(person).get("/jobs/").context["jobs"]]
    assert sorted(item["id"] for item in Caller(make.make_token(person)).pages("/jobs")) == sorted(shown)
    hide(role)
    for page, (path, label) in LISTS.items():
        compare(person, label, page, path)
    if role != Role.ADMIN:
        call = Caller(make.make_token(person))
        text = call.get("/contacts").content + call.get("/orders").content + call.get("/scores").content
        assert not any(f'"{name}"'.encode() in text for name in ("emails", "email", "industry", "amount", "revenue"))
