"""Reasons of a score tell values: those of what is hidden from a person are left out, wherever they stand."""

import datetime as dt

import pytest
from django.apps import apps

from analytics.models import ChurnScore, ModelRun
from analytics.reasons import TOLD_BY, reasons_shown
from analytics.steps import churn_features, lead_rows, prospect_rows
from contacts.models import Contact
from crm.catalogue import fields_of
from crm.choices import FieldRight, Role
from crm.models import FieldRule, User
from leads.models import Lead
from tests import factories as make

pytestmark = pytest.mark.django_db
STORED = [["industry", "Hotel", 0.9], ["recency", 210, 0.5, 40], ["rooms", 12, 0.2]]
LABELS = {"industry": "Industry", "recency": "Days without a purchase", "rooms": "Rooms"}


def hide(role: Role, field: str) -> None:
    model, _, name = field.rpartition(".")
    FieldRule.objects.create(role=role, model=model, field=name, right=FieldRight.HIDDEN)


def told(user, model=Contact, stored=STORED, *, is_by_label=True) -> str:
    return " | ".join(
        one.text for one in reasons_shown(stored, LABELS, User.objects.get(pk=user.pk), model, is_by_label=is_by_label)
    )


def test_a_reason_goes_with_the_field_that_it_tells():
    user = make.make_user(Role.REP)
    assert told(user) == "Industry: Hotel | Days without a purchase: 210 | Rooms: 12"
    hide(Role.REP, "contacts.contact.industry")
    assert told(user) == "Days without a purchase: 210 | Rooms: 12"
    hide(Role.REP, "orders.order.ordered_on")
    assert told(user) == "Rooms: 12"
    assert "Industry: Hotel" in told(make.make_user(Role.MANAGER))


def test_whether_a_lead_left_a_number_is_told_by_the_number():
    user = make.make_user(Role.REP)
    stored = [["has_phone", "yes", 0.4], ["mail_kind", "free mail", 0.3]]
    assert "has_phone: yes" in told(user, Lead, stored)
    hide(Role.REP, "leads.lead.phone")
    hide(Role.REP, "leads.lead.email")
    assert told(user, Lead, stored) == ""


def test_the_page_of_a_contact_leaves_them_out():
    contact, day = make.make_contact(), dt.date(2026, 1, 31)
    run = ModelRun.objects.create(
        step="churn",
        as_of=day,
        row_count=1,
        parameters={"horizon_days": 90},
        metrics={"way": "label", "features": LABELS},
    )
    ChurnScore.objects.create(run_id=run.pk, as_of=day, contact=contact, probability=0.8, band="high", reasons=STORED)
    rep = make.make_user(Role.REP)
    Contact.objects.update(owner=rep)
    page = make.signed_in(rep).get(contact.get_absolute_url()).content.decode()
    assert "Industry: Hotel" in page
    hide(Role.REP, "contacts.contact.industry")
    page = make.signed_in(rep).get(contact.get_absolute_url()).content.decode()
    assert "Rooms: 12" in page
    assert "Industry: Hotel" not in page


@pytest.mark.parametrize(
    ("model", "features"),
    [(Contact, churn_features.LABELS), (Contact, prospect_rows.TEXTS), (Lead, lead_rows.TEXTS)],
)
def test_every_feature_is_a_field_or_says_which_field_it_tells(model, features):
    label = model._meta.label_lower
    fields = {one.name for one in model._meta.get_fields()} | {spec.name for spec in fields_of(label)}
    assert {one for one in features if one not in fields and one not in TOLD_BY} == set()


@pytest.mark.parametrize("field", sorted(set(TOLD_BY.values())))
def test_what_features_tell_are_fields(field):
    label, _, name = field.rpartition(".")
    assert apps.get_model(label)._meta.get_field(name)
