"""A conversion with its deal is taken back as long as nobody builds upon it."""

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Contact
from crm.choices import Role
from leads.conversion.actions import Party, convert_lead, reverse_conversion
from leads.models import Lead
from pipeline.models import Deal, Quote
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def converted(db) -> Lead:
    """A lead that became a person with a deal."""
    make.make_company()
    make.make_pipeline()
    rep = make.make_user(Role.REP, name="Rosa Rep", team=make.make_team())
    lead = make.make_lead(name="Ada Lund", owner=rep, team=rep.team)

    def open_one(lead, person, firm):
        return make.make_deal(contact=person, title="Sixty frames", owner=rep, team=rep.team)

    convert_lead(actor=rep, lead=lead, person=Party(is_new=True), organization=Party(), make=open_one)
    return Lead.objects.get(pk=lead.pk)


def test_the_deal_and_the_person_of_a_conversion_go_with_it(converted):
    reverse_conversion(actor=converted.owner, lead=converted)
    assert Deal.objects.get().is_archived
    assert Contact.objects.get().archived_at is not None


def test_a_deal_that_is_won_holds_it_up(converted):
    deal = Deal.objects.get()
    Deal.objects.update(outcome="won", stage=deal.pipeline.stages.get(kind="won"))
    with pytest.raises(ValidationError, match="“Sixty frames” is won: move it to an open stage first"):
        reverse_conversion(actor=converted.owner, lead=converted)
    assert (Lead.objects.get().status, Deal.objects.get().is_archived) == ("converted", False)


def test_a_quote_in_the_hands_of_the_customer_holds_it_up(converted):
    make.make_quote(converted.contact, deal=Deal.objects.get(), owner=converted.owner)
    Quote.objects.update(state="sent")
    with pytest.raises(ValidationError, match="withdraw it first"):
        reverse_conversion(actor=converted.owner, lead=converted)
    Quote.objects.update(state="withdrawn")
    reverse_conversion(actor=converted.owner, lead=converted)
    assert Deal.objects.get().is_archived


@pytest.mark.parametrize("bring", [make.make_ticket, lambda person: make.make_deal(contact=person)])
def test_a_person_who_has_a_ticket_or_another_deal_by_then_stays(converted, bring):
    bring(converted.contact)
    reverse_conversion(actor=converted.owner, lead=converted)
    assert Contact.objects.get().archived_at is None
    assert Deal.objects.get(title="Sixty frames").is_archived
