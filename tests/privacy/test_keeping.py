"""S28: no rule erases somebody who is in business with us: every key to contacts keeps them back, or says why not."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from campaigns.models import Campaign, Play, PlayEntry, Recipient
from contacts.models import Consent, Contact, Hold
from contacts.privacy.actions import new_request
from contacts.privacy.retention.rules import free, keeping, reasons, rules
from crm.house import APPS
from crm.models import Attachment, IncomingMail, Note, StoredFile, Task
from feedback.models import Invitation, Review, Suggestion, SuggestionVote
from orders.models import LoyaltyMember, PointsEntry
from pipeline.models import DealRole
from service.models import Compensation, Defection
from tests import factories as make
from tests.privacy.test_retention import OLD, aged, quiet

NOW = timezone.now()
TODAY = NOW.date()
NEXT_YEAR = TODAY + dt.timedelta(days=400)
pytestmark = pytest.mark.django_db(transaction=True)
HARMLESS = {
    "Asked by the two kinds themselves, as what passed between them and us.": ("contacts.Interaction.contact",),
    "Facts of the contact: they live and go with it.": (
        "contacts.ContactPoint.contact", "contacts.Address.contact", "contacts.Relationship.contact",
        "contacts.Relationship.other", "contacts.ListedContact.contact", "contacts.ContactMerge.kept",
        "contacts.ContactMerge.gone", "contacts.Contact.merged_into", "analytics.SignificanceMark.contact",
    ),
    "Holds are asked before all others.": ("contacts.Hold.contact",),
    "Only persons go: these name organizations.": (
        "contacts.Contact.organization", "contacts.Contact.parent", "pipeline.Deal.organization",
        "service.Ticket.organization", "leads.Conversion.organization",
    ),
    "The lead itself keeps them.": ("leads.Conversion.contact", "leads.Conversion.contact_before"),
    "Reckoned by us, from what is asked anyway.": (
        "feedback.NpsStanding.contact", "analytics.DistinctPair.first", "analytics.DistinctPair.second",
        "campaigns.SegmentMember.contact", "campaigns.SegmentMove.contact",
    ),
    "Written by us without them; what they do about it is asked.": (
        "crm.OutgoingMail.contact_id", "crm.LogEntry.contact_id", "crm.MailDraft.contact_id", "crm.Mention.contact_id",
        "contacts.ContactLook.contact_id", "campaigns.RetainedCustomer.contact",
    ),
    "A wish about our mails: it lives and goes with them.": ("campaigns.MailPace.contact",),
}  # fmt: skip


def keys_to_contacts() -> set[str]:
    """But for scores: what a run of the analysis reckons (`run_id`) is gone with the next run."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("crm", *APPS) and "run_id" not in {one.name for one in model._meta.fields}
        for field in model._meta.concrete_fields
        if field.related_model is Contact or field.name == "contact_id"
    }


def rule_of_enquirers():
    return next(one for one in rules() if one.kind.key == "orders.enquirers")


def a_task(contact, **fields):
    return Task.objects.create(contact_id=contact.pk, title="Ring them", due_on=NEXT_YEAR, **fields)


def a_file(contact):
    stored = StoredFile.objects.create(name="a.txt", size=1)
    return Attachment.objects.create(contact_id=contact.pk, file=stored)


def a_mail(contact):
    return IncomingMail.objects.create(contact_id=contact.pk, door="mailbox", sha256=str(contact.pk), size=1)


def a_role(contact):
    return DealRole.objects.create(deal=make.make_deal(contact=None, organization=firm()), contact=contact, role="user")


def firm():
    return make.make_contact(name="Aviary Ltd", kind="organization")


def a_compensation(contact, state):
    return Compensation.objects.create(
        ticket=make.make_ticket(contact=contact), contact=contact, remedy="voucher", amount=5, cost_amount=5,
        currency="EUR", reason="Late", state=state, granted_at=NOW if state == "granted" else None, decide_by=NOW,
    )  # fmt: skip


def a_defection(contact, **fields):
    return Defection.objects.create(contact=contact, source="hand", ended_on=TODAY, **fields)


def a_review(contact):
    return Review.objects.create(response=make.make_response(contact), contact=contact, rating=5, written_at=NOW)


def a_vote(contact):
    return SuggestionVote.objects.create(suggestion=Suggestion.objects.create(title="More blue"), contact=contact)


def an_invitation(contact):
    survey = make.make_survey()
    return Invitation.objects.create(survey=survey, contact=contact, expires_at=NOW + dt.timedelta(days=9))


def a_place(contact, state, **fields):
    return Recipient.objects.create(
        campaign=Campaign.objects.create(name=f"Spring {state}", state=state), contact=contact, **fields
    )


def in_a_play(contact, state):
    play = Play.objects.create(name=f"Welcome {state}")
    ended = None if state == "inside" else NOW
    return PlayEntry.objects.create(
        play=play, contact=contact, state=state, event_at=NOW, entered_at=NOW,
        next_at=None if ended else NOW, ended_at=ended,
    )  # fmt: skip


MAKERS: dict[str, Any] = {
    "a consent of since then": lambda one: Consent.objects.create(
        contact=one, channel="email", level=2, recorded_at=NOW
    ),
    "a request about their data that is to be answered": lambda one: new_request(contact=one, kind="access").save(),
    "an open task": a_task,
    "a task of since then": lambda one: a_task(one, done_at=NOW),
    "a note of since then": lambda one: Note.objects.create(contact_id=one.pk, text="Rang"),
    "a file of since then": a_file,
    "a mail from them of since then": a_mail,
    "ordered within the years that the books are kept": make.make_order,
    "the partner of an order within those years": lambda one: make.make_order(partner=one),
    "an unpaid invoice": make.make_invoice,
    "an invoice within the years that the books are kept": lambda one: make.make_invoice(one, paid=10),
    "a running subscription": lambda one: make.make_subscription(one, ended_on=NEXT_YEAR),
    "a subscription of since then": lambda one: make.make_subscription(one, ended_on=TODAY - dt.timedelta(days=9)),
    "a product registered since then, or with a warranty": make.make_registration,
    "became a member since then": lambda one: LoyaltyMember.objects.create(contact=one, joined_on=TODAY),
    "points of since then": lambda one: PointsEntry.objects.create(
        member=LoyaltyMember.objects.create(contact=one, joined_on=OLD.date()), kind="hand", points=5
    ),
    "an open deal": lambda one: make.make_deal(contact=one),
    "a deal of since then": lambda one: make.make_deal(contact=one, closed=("Won", TODAY)),
    "a role in an open deal": a_role,
    "a role in a deal of since then": a_role,
    "an open quote": make.make_quote,
    "a quote of since then": make.make_quote,
    "got an open quote for their organization": lambda one: make.make_quote(firm(), recipient=one),
    "got a quote for their organization since then": lambda one: make.make_quote(firm(), recipient=one),
    "an open lead": lambda one: make.make_lead(contact=one),
    "a lead of since then": lambda one: make.make_lead(contact=one),
    "an unsolved ticket": make.make_ticket,
    "a ticket of since then": make.make_ticket,
    "is still to be won back": a_defection,
    "left, or was asked to come back, since then": lambda one: a_defection(one, state="lost", result_on=TODAY),
    "a remedy that nobody decided yet": lambda one: a_compensation(one, "awaiting"),
    "a remedy of since then": lambda one: a_compensation(one, "granted"),
    "answered a survey since then": make.make_response,
    "was asked by a survey since then": an_invitation,
    "a review of since then": a_review,
    "asked for something new since then": a_vote,
    "a place in a campaign that runs": lambda one: a_place(one, "sent"),
    "answered a campaign since then": lambda one: a_place(one, "ended", clicked=True, clicked_at=NOW),
    "is in a play": lambda one: in_a_play(one, "inside"),
    "was in a play since then": lambda one: in_a_play(one, "done"),
}


def test_every_key_to_contacts_keeps_them_back_or_says_why_not():
    rule = rule_of_enquirers()
    asked = {
        f"{rows.model._meta.label}.{one.contact}"
        for one in keeping()
        if "__" not in one.contact and (rows := one.rows(rule.times())) is not None
    }
    # by their members
    asked |= {"orders.LoyaltyMember.contact"}
    harmless = {label for labels in HARMLESS.values() for label in labels}
    found = keys_to_contacts()
    assert not found - asked - harmless, "Keep them back in the app's privacy.py, or say here why not."
    assert harmless <= found, f"Gone since: {harmless - found}"
    assert not harmless & asked


@pytest.mark.parametrize("title", MAKERS)
def test_who_has_something_with_us_stays(title):
    make.make_company()
    gone, stays = quiet("Gone Person"), quiet("Stays Person")
    MAKERS[title](stays)
    aged(stays)
    rule = rule_of_enquirers()
    why = next(one for one in keeping() if one.title == title)
    people = Contact.objects.filter(pk__in=[gone.pk, stays.pk])
    assert list(people.filter(why.keeps("pk", rule.times()))) == [stays]
    assert list(free(rule, rule.times())) == [gone]


def test_each_reason_has_somebody_here():
    assert {one.title for one in keeping()} == set(MAKERS)


def test_no_reason_is_asked_row_by_row():
    """NOT IN over a subquery that is too large for the memory of a sort reads it once for each contact."""
    Hold.objects.create(contact=quiet("Held Person"), reason="A dispute")
    for rule in rules():
        if rule.kind.contact and rule.kind.run is None:
            plan = free(rule, rule.times()).explain()
            lines = [line for line in plan.splitlines() if "(SubPlan" in line or "(NOT SubPlan" in line]
            assert not lines, f"{rule.kind.key}:\n{plan}"
            assert plan.count("Anti Join") >= len(reasons(rule, rule.times())), plan
