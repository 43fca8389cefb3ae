"""First steps on the home page: they lead from an empty instance to scored customers, and then go."""

import datetime as dt

import pytest

from analytics.home import first_steps_card
from analytics.models import ModelRun
from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from orders.models import Order


@pytest.fixture
def ask(rf, db):
    def make(role: str):
        request = rf.get("/")
        request.user = User.objects.create_user(f"{role}@crm.example", name=role, role=role)
        return request

    return make


def done(card) -> list[bool]:
    return [step["done"] for step in card["steps"]]


def test_steps_are_ticked_one_by_one_and_then_leave(ask):
    request, day = ask(Role.MARKETER), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert done(first_steps_card(request)) == [False, False, False]
    contact = Contact.objects.create(name="Anna", sort_name="anna")
    assert done(first_steps_card(request)) == [True, False, False]
    Order.objects.create(contact=contact, ordered_at=day, ordered_on=day.date(), currency="EUR")
    assert done(first_steps_card(request)) == [True, True, False]
    ModelRun.objects.create(step="rfm", as_of=day.date())
    assert first_steps_card(request) is None


def test_who_may_not_import_sees_no_steps(ask):
    assert first_steps_card(ask(Role.AGENT)) is None
