"""Rights on fields: one rule on what is stored, and every name by which doors know it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import RfmScore
from contacts.models import Address, Contact
from crm.choices import FieldRight, Role
from crm.field_rights import guarded_fields, guarded_models, hidden_fields, hidden_specs, hides, read_only_fields
from crm.models import FieldRule, User
from orders.models import Order, OrderLine, Product

FAULT = "quality_fault"  # what is wrong with a contact tells of each field that it can be wrong with


def rule(field: str, right: str = FieldRight.HIDDEN, role: str = Role.REP) -> None:
    model, _, name = field.rpartition(".")
    FieldRule.objects.create(role=role, model=model, field=name, right=right)


@pytest.fixture
def rep(db) -> User:
    return User.objects.create_user("rep@crm.example", "a long pass phrase", name="Rep", role=Role.REP)


def test_nothing_is_hidden_without_a_rule(rep: User) -> None:
    assert hidden_fields(rep, Contact) == read_only_fields(rep, Contact) == frozenset()


def test_a_field_is_known_by_its_name_in_the_model_in_lists_and_in_files(rep: User) -> None:
    rule("contacts.contact.owner")
    rule("contacts.contact.markets")
    assert hidden_fields(rep, Contact) == {"owner", "owner_email", "markets", "market", "incomplete", FAULT}
    assert hidden_specs(rep, "contacts.contact") == {"owner", "market", "incomplete", "profile", FAULT}


def test_the_money_of_a_customer_and_the_turnover_of_an_organization_are_two_things(rep: User) -> None:
    rule("analytics.rfmscore.monetary")
    assert hidden_specs(rep, "contacts.contact") == {"revenue", "significant_because", "wallet"}
    assert hidden_fields(rep, RfmScore) == {"monetary"}
    assert "revenue" not in hidden_fields(rep, Contact), "that is the organization's own"


def test_a_field_that_gives_another_away_is_hidden_with_it(rep: User) -> None:
    rule("contacts.address.country")
    assert hidden_specs(rep, "contacts.contact") == {"country", "place", "profile", FAULT}
    assert hidden_fields(rep, Address) == {"country"}


def test_a_rule_takes_what_it_covers_along(rep: User) -> None:
    rule("orders.product.unit_cost")
    assert hidden_fields(rep, Product) == {"unit_cost"}
    assert hidden_fields(rep, OrderLine) == {"unit_cost", "base_cost", "base_margin"}
    assert hides(rep, "orders.orderline.unit_cost")
    assert not hidden_fields(rep, Order)


def test_what_is_hidden_cannot_be_written_either(rep: User) -> None:
    rule("contacts.contact.birthday")
    rule("contacts.contact.email", FieldRight.READ_ONLY)
    assert hidden_fields(rep, Contact) == {"birthday", FAULT}
    assert read_only_fields(rep, Contact) == {"birthday", FAULT, "email", "emails", "further_emails"}


def test_a_rule_is_for_its_role_and_never_for_administrators(rep: User) -> None:
    rule("contacts.contact.birthday")
    rule("contacts.contact.birthday", role=Role.ADMIN)
    manager, admin = User(role=Role.MANAGER), User(role=Role.ADMIN)
    assert hidden_fields(manager, Contact) == hidden_fields(admin, Contact) == hidden_fields(None, Contact) == set()


def test_a_person_s_rules_are_read_once(rep: User) -> None:
    rule("contacts.contact.birthday")
    with CaptureQueriesContext(connection) as captured:
        for model in (Contact, Order, Product):
            assert hidden_fields(rep, model) <= read_only_fields(rep, model)
    assert sum("crm_fieldrule" in query["sql"] for query in captured.captured_queries) == 1


@pytest.mark.django_db
def test_what_names_a_record_is_not_offered_and_nothing_is_offered_twice() -> None:
    offered = [(field.model, field.field) for label in guarded_models() for field in guarded_fields(label)]
    assert len(offered) == len(set(offered))
    assert not {("contacts.contact", "name"), ("orders.order", "number"), ("orders.order", "contact")} & set(offered)
    assert {("contacts.contact", "revenue"), ("analytics.rfmscore", "monetary"), ("orders.product", "unit_cost")} <= {
        *offered
    }
