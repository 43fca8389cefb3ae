"""S28: a night of the rules does what the house says now, to whom it is still right; a hold keeps mails and clicks."""

import datetime as dt

import pytest

from campaigns.models import Campaign, Hit, Recipient
from contacts.models import Contact, Hold, Interaction, PrivacyRequest, RetentionRule
from contacts.privacy.retention import running
from contacts.privacy.working import NOT_OVER
from crm import tidying
from crm.mail.actions import send_mail
from crm.models import IncomingContent, IncomingMail, OutgoingMail
from tests import factories as make
from tests.privacy.test_retention import OLD, night, quiet, turn_on

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "Zeppelin7q"


@pytest.mark.parametrize("change", [{"is_on": False}, {"months": 400}])
def test_a_rule_that_is_changed_at_night_stops_before_its_next_part(monkeypatch, change):
    make.make_company()
    contact = make.make_contact(name="Ada Lovelace")
    for _ in range(5):
        make.make_interaction(contact)
    Interaction.objects.update(occurred_at=OLD, subject=WORD)
    turn_on("contacts.interactions")
    monkeypatch.setattr(running, "AT_ONCE", 2)
    monkeypatch.setattr(running, "failpoint", lambda name: RetentionRule.objects.update(**change))
    run = night()
    assert run.counts["contacts.interactions"]["done"] == 2
    assert run.counts["contacts.interactions"]["stopped"]
    assert Interaction.objects.filter(subject=WORD).count() == 3


def test_people_are_not_erased_by_a_rule_that_was_switched_off_meanwhile(monkeypatch):
    make.make_company()
    people = [quiet(f"Nr{one} Gone") for one in range(3)]
    turn_on("orders.enquirers")
    monkeypatch.setattr(running, "PEOPLE_AT_ONCE", 1)
    asked = running.erase_all

    def then_off(**given):
        faults = asked(**given)
        RetentionRule.objects.update(is_on=False)
        return faults

    monkeypatch.setattr(running, "erase_all", then_off)
    run = night()
    assert run.counts["orders.enquirers"]["stopped"]
    assert Contact.objects.filter(pk__in=[one.pk for one in people], erased_at=None).count() == 2


def test_who_orders_before_their_turn_is_not_erased(monkeypatch):
    make.make_company()
    stays, gone = quiet("Stays Person"), quiet("Gone Person")
    turn_on("orders.enquirers")
    asked = running.erase_all

    def after_an_order(**given):
        make.make_order(stays)
        return asked(**given)

    monkeypatch.setattr(running, "erase_all", after_an_order)
    night()
    assert Contact.objects.get(pk=stays.pk).erased_at is None
    assert Contact.objects.get(pk=gone.pk).erased_at is not None
    request = PrivacyRequest.objects.get(contact=stays)
    assert (request.state, request.counts["why"]) == ("refused", NOT_OVER)


def a_mail(to):
    return send_mail(actor=None, kind="at_least_once", to=to, subject="Hello", text="Private words.")


def came(address):
    mail = IncomingMail.objects.create(
        door="mailbox", sha256=address, size=1, from_address=address, subject="Hello", text="Private words.",
        received_at=OLD, state="quarantined", reason="Unreadable",
    )  # fmt: skip
    IncomingContent.objects.create(mail=mail, raw=b"raw")
    return mail


def test_a_hold_keeps_clicks_and_mails_to_their_addresses():
    make.make_company()
    held = make.make_contact(name="Held Person", emails=("held@birds.example",))
    other = make.make_contact(name="Other Person", emails=("other@birds.example",))
    Hold.objects.create(contact=held, reason="A dispute")
    campaign = Campaign.objects.create(name="Spring", state="ended")
    for contact in (held, other):
        place = Recipient.objects.create(campaign=campaign, contact=contact)
        Hit.objects.create(recipient_id=place.pk, campaign_id=campaign.pk, kind="open", at=OLD)
    sent = [a_mail("Held@birds.example"), a_mail("other@birds.example")]
    OutgoingMail.objects.update(state="sent", sent_at=OLD, created_at=OLD)
    got = [came("held@birds.example"), came("other@birds.example")]
    turn_on("campaigns.hits", "crm.mails", "crm.incoming")
    run = night()
    assert run.counts["campaigns.hits"]["held"] == [["a hold on their data", 1]]
    assert Hit.objects.get().recipient_id == held.campaign_places.get().pk
    texts = [OutgoingMail.objects.get(pk=one.pk).text for one in sent]
    assert texts == ["Private words.", ""]
    assert [IncomingMail.objects.get(pk=one.pk).text for one in got] == ["Private words.", ""]
    assert IncomingContent.objects.get().mail == got[0]


def test_the_nightly_tidying_leaves_the_mails_of_who_is_held():
    make.make_company()
    held = make.make_contact(name="Held Person", emails=("held@birds.example",))
    hold = Hold.objects.create(contact=held, reason="A dispute")
    a_mail("held@birds.example")
    OutgoingMail.objects.update(state="sent", sent_at=OLD, created_at=OLD)
    came("held@birds.example")
    assert tidying._forget_mails(OLD + dt.timedelta(days=9)) == 0
    assert IncomingContent.objects.exists()
    hold.delete()
    assert tidying._forget_mails(OLD + dt.timedelta(days=9)) == 2
    assert not IncomingContent.objects.exists()
