"""Who responds to campaigns: learned from those that past ones reached, without what is known only afterwards."""

import datetime as dt

import numpy as np
import pytest

from analytics.runs import run_steps
from campaigns.models import Campaign, Recipient, ResponseScore
from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.models import CustomField, FieldRule
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 1)
PEOPLE = 400


def run(**parameters):
    (found,) = run_steps(actor=None, as_of=DAY, only=["propensity"], parameters={"propensity": parameters})
    return found.metrics


def town(reached=300):
    """Hotels respond often; the seconds of the call say nearly all, and are known only after it."""
    make_company()
    for key, late in (("rooms", False), ("seconds", True)):
        CustomField.objects.create(model="contacts.contact", key=key, label=key, type="number", is_late=late)
    dice = np.random.default_rng(4)
    is_hotel, hit = dice.random(PEOPLE) < 0.4, dice.random(PEOPLE)
    said = hit < np.where(is_hotel, 0.6, 0.12)
    contacts = Contact.objects.bulk_create(
        Contact(
            name=f"C{at}", sort_name=f"c{at}", industry="Hotel" if is_hotel[at] else "Shop",
            custom={"rooms": float(dice.integers(1, 90)), "seconds": float(said[at] * 300 + dice.random())},
        )
        for at in range(PEOPLE)
    )  # fmt: skip
    campaign = Campaign.objects.create(name="Past")
    variant = campaign.variants.create(name="A")
    moment = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, variant=variant, contact=one, responded=bool(said[at]), sent_at=moment)
        for at, one in enumerate(contacts[:reached])
    )
    Recipient.objects.update(recorded_at=moment)
    return contacts, said


def test_everybody_gets_a_chance_and_late_fields_have_no_part_in_it():
    _contacts, said = town()
    found = run()
    assert (found["n_reached"], found["responses"], found["n_scored"]) == (300, int(said[:300].sum()), PEOPLE)
    assert found["response_rate"] == pytest.approx(said[:300].mean(), abs=1e-6)
    assert 0.65 < found["auc"] < 0.9
    assert "seconds" not in found["features"]
    assert any("late field" in one for one in found["sentences"])
    assert any("No control group" in one for one in found["sentences"])
    chances = dict(ResponseScore.objects.values_list("contact__industry", "probability"))
    assert chances["Hotel"] > chances["Shop"]
    browser = signed_in(make_user(Role.MARKETER))
    page = browser.get("/campaigns/propensity/").content.decode()
    assert f"{found['auc']:.3f}" in page
    rep = make_user(Role.REP)
    Contact.objects.filter(industry="Hotel").update(owner=rep)
    page = signed_in(rep).get("/campaigns/propensity/").content.decode()
    assert ("Industry: Hotel" in page, f"{found['auc']:.3f}" in page) == (True, False)
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="industry", right=FieldRight.HIDDEN)
    assert "Industry: Hotel" not in signed_in(rep).get("/campaigns/propensity/").content.decode()
    listed = browser.get("/contacts/", {"sort": "-propensity", "columns": "name,propensity", "propensity_min": "0.2"})
    rows = [row.pk for row in listed.context["table"].rows]
    assert {Contact.objects.get(pk=pk).industry for pk in rows} == {"Hotel"}


def test_too_few_leave_the_last_chances_in_place():
    town(reached=300)
    run()
    before = ResponseScore.objects.count()
    Recipient.objects.filter(pk__gt=Recipient.objects.order_by("pk")[50].pk).delete()
    found = run()
    assert found["model"] is None
    assert "at least 100" in found["sentences"][0]
    assert ResponseScore.objects.count() == before == PEOPLE
    page = signed_in(make_user(Role.MANAGER)).get("/campaigns/propensity/").content.decode()
    assert "found nothing to learn from" in page
