"""Two contacts become one, field by field, and two again; a no to mails of either holds for both."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from analytics.models import DistinctPair
from contacts.choices import Answer, ConsentLevel
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.merging.comparing import what_hangs
from contacts.models import AcquiredList, Address, Consent, Contact, ContactMerge, ContactPoint, ListedContact
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write, permitted
from crm.choices import Role, Scope, Verb
from crm.models import AccessRule, CustomField, LogEntry, User
from feedback.models import Suggestion, SuggestionVote
from orders.loyalty.actions import adjust_points, enrol_member
from orders.loyalty.queries import balance_of
from tests.factories import make_contact, make_deal, make_invoice, make_order, make_quote, make_user, signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def page(one: Contact, other: Contact) -> str:
    return f"{reverse('contacts:contact_merge', args=[one.pk])}?other={other.pk}"


def sent(one: Contact, other: Contact, **more: str) -> dict[str, str]:
    one.refresh_from_db()
    other.refresh_from_db()
    return {"other": str(other.pk), "keep": "1", "version_1": str(one.version), "version_2": str(other.version), **more}


def say(contact: Contact, level: int, days_ago: float = 1, purpose: str = "marketing") -> Consent:
    moment = NOW - dt.timedelta(days=days_ago)
    return record_consent(
        actor=None, contact=contact, channel="email", purpose=purpose, level=level, recorded_at=moment
    )


@pytest.fixture
def pair() -> tuple[Contact, Contact]:
    """Grace, twice: of one of both the phone is known, of the other the birthday."""
    kept = make_contact(name="Grace Hopper", emails=("grace@navy.example",), tags=["navy"], external_id="K1")
    gone = make_contact(
        name="G. Hopper", emails=("grace@navy.example", "hopper@yale.example"), birthday=dt.date(1906, 12, 9),
        tags=["yale"], external_id="K2", industry="Computing",
    )  # fmt: skip
    Address.objects.create(contact=gone, street="7 Navy Yard", city="Arlington", country="US")
    return kept, gone


def test_each_field_is_chosen_and_the_ways_to_reach_both_are_kept_once(pair):
    kept, gone = pair
    card = CustomField.objects.create(model="contacts.contact", key="card", label="Card", type="text", is_unique=True)
    Contact.objects.filter(pk=gone.pk).update(custom={card.key: "A7"})
    manager = make_user()
    client = signed_in(manager)
    shown = client.get(page(kept, gone)).content.decode()
    assert "hopper@yale.example" in shown
    order = make_order(gone)
    done = client.post(page(kept, gone), sent(kept, gone, name="2", external_id="2", birthday="2"), follow=True)
    merge = ContactMerge.objects.get()
    assert done.redirect_chain[-1][0] == merge.get_absolute_url()
    assert "1 order" in done.content.decode().replace("\xa0", " ")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.name, kept.external_id, kept.birthday) == ("G. Hopper", "K2", dt.date(1906, 12, 9))
    assert (kept.industry, kept.tags, kept.custom) == ("Computing", ["navy", "yale"], {"card": "A7"})
    assert (gone.external_id, gone.merged_into_id, gone.custom, gone.is_archived) == ("K1", kept.pk, {}, True)
    points = sorted(kept.points.values_list("normalised", "is_primary"))
    assert points == [("grace@navy.example", True), ("hopper@yale.example", False)]
    assert kept.addresses.get().is_primary
    assert "hopper@yale.example" in kept.search_text
    order.refresh_from_db()
    assert order.contact == kept
    assert LogEntry.objects.filter(verb="merge", actor=manager).count() == 1
    back = client.post(reverse("contacts:merge_undo", args=[merge.pk]), follow=True)
    assert "are two contacts" in back.content.decode()
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.name, kept.external_id, kept.custom, gone.external_id) == ("Grace Hopper", "K1", {}, "K2")
    assert (gone.points.count(), kept.points.count(), gone.archived_at) == (2, 1, None)


def test_a_no_of_either_holds_for_both_until_a_later_yes(pair):
    kept, gone = pair
    say(kept, ConsentLevel.DOUBLE_OPT_IN, 1)
    say(gone, ConsentLevel.NONE, 300)
    say(gone, ConsentLevel.OPT_IN, 200, purpose="newsletter")
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    rows = Contact.objects.filter(pk=kept.pk)
    assert may_write(kept).answer == Answer.WITHDRAWN
    assert may_write(kept).consent_id == gone.consents.get(level=0).pk
    assert list(permitted(rows)) == []
    assert may_write(kept, purpose="newsletter").answer == Answer.GRANTED
    undo_merge(actor=None, merge=merge)
    assert may_write(kept).answer == Answer.GRANTED
    assert may_write(gone).answer == Answer.WITHDRAWN
    merge_contacts(actor=None, kept=gone, gone=kept)
    assert may_write(gone).answer == Answer.WITHDRAWN
    record_consent(actor=None, contact=gone, channel="email", purpose="marketing", level=ConsentLevel.DOUBLE_OPT_IN)
    assert may_write(gone).answer == Answer.GRANTED
    assert list(permitted(Contact.objects.filter(pk=gone.pk))) != []


def test_what_would_stand_there_twice_is_kept_aside_and_comes_back(pair):
    kept, gone = pair
    fair = AcquiredList.objects.create(name="Fair")
    idea = Suggestion.objects.create(title="Frames of wood", votes=2)
    for one in pair:
        ListedContact.objects.create(contact=one, acquired_list=fair)
        SuggestionVote.objects.create(contact=one, suggestion=idea)
        adjust_points(actor=None, member=enrol_member(actor=None, contact=one), points=50, note="welcome")
    other = make_contact()
    DistinctPair.objects.create(first=gone, second=other)
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    idea.refresh_from_db()
    assert (idea.votes, ListedContact.objects.count(), balance_of(kept.membership)) == (1, 1, 100)
    assert DistinctPair.objects.filter(first=kept, second=other).exists()
    undo_merge(actor=None, merge=merge)
    idea.refresh_from_db()
    assert (idea.votes, ListedContact.objects.count(), balance_of(kept.membership)) == (2, 2, 50)
    assert balance_of(gone.membership) == 50
    assert DistinctPair.objects.filter(first=gone, second=other).exists()


def test_what_stands_in_the_way_is_told_without_what_a_person_may_not_see(pair):
    kept, gone = pair
    deal = make_deal(contact=gone, title="Foyer of the admiralty")
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    deal.refresh_from_db()
    make_quote(kept, deal=deal, title="Forty frames for the foyer")
    client = signed_in(make_user(Role.MANAGER))
    shown = client.get(merge.get_absolute_url()).content.decode()
    assert ("Forty frames" in shown, "belongs to deal Foyer of the admiralty" in shown) == (True, True)
    for model in ("pipeline.deal", "pipeline.quote"):
        AccessRule.objects.create(role=Role.MANAGER, model=model, verb=Verb.VIEW, scope=Scope.NONE)
    shown = client.get(merge.get_absolute_url()).content.decode()
    assert ("Forty frames" in shown, "Foyer of the admiralty" in shown) == (False, False)
    assert "Quote that you cannot see came since and belongs to deal that you cannot see" in shown


def test_undo_is_refused_where_something_newer_stands_in_the_way(pair):
    kept, gone = pair
    order = make_order(gone)
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    order.refresh_from_db()
    make_order(kept)
    invoice = make_invoice(kept, order=order)
    client = signed_in(make_user())
    shown = client.get(merge.get_absolute_url()).content.decode()
    assert ("cannot be undone" in shown, invoice.number in shown) == (True, True)
    refused = client.post(reverse("contacts:merge_undo", args=[merge.pk]), follow=True)
    assert "which would go back" in refused.content.decode()
    invoice.delete()
    third = make_contact(name="Admiral Hopper")
    later = merge_contacts(actor=None, kept=third, gone=kept)
    gone.refresh_from_db()
    assert gone.merged_into == third
    with pytest.raises(ValidationError, match="itself merged into Admiral Hopper"):
        undo_merge(actor=None, merge=merge)
    undo_merge(actor=None, merge=later)
    shown = client.get(merge.get_absolute_url()).content.decode()
    assert "got 1 order" in shown.replace("\xa0", " ")
    Contact.objects.filter(pk=kept.pk).update(industry="Admiralty")
    undo_merge(actor=None, merge=merge)
    kept.refresh_from_db()
    order.refresh_from_db()
    assert (kept.industry, order.contact, kept.orders.count()) == ("Admiralty", gone, 1)


def test_the_old_address_leads_on_and_what_was_typed_is_kept(pair):
    kept, gone = pair
    client = signed_in(make_user())
    edit = reverse("contacts:contact_update", args=[gone.pk])
    opened = client.get(edit).context["form"]
    merge_contacts(actor=None, kept=kept, gone=gone)
    followed = client.get(gone.get_absolute_url(), follow=True)
    assert followed.redirect_chain[-1][0] == kept.get_absolute_url()
    assert "was merged into" in followed.content.decode()
    typed = {"name": "Rear Admiral Hopper", "version": "1", "opened_as": str(gone.pk)}
    typed["opened_as"] = str(opened["opened_as"].value())
    answer = client.post(edit, typed)
    assert (answer.status_code, "Rear Admiral Hopper" in answer.content.decode()) == (409, True)
    kept.refresh_from_db()
    assert kept.name == "Grace Hopper"
    client.post(reverse("contacts:note_create", args=[gone.pk]), {"text": "Called her"})
    client.post(reverse("contacts:contact_restore", args=[gone.pk]))
    gone.refresh_from_db()
    assert gone.is_archived


def test_who_may_not_change_both_and_remove_one_cannot_merge(pair):
    rep = make_user(role=Role.REP)
    mine, hidden = make_contact(owner=rep), make_contact(owner=make_user(role=Role.REP))
    client = signed_in(rep)
    assert client.get(page(mine, hidden)).status_code == 404
    assert client.post(page(mine, hidden), {"keep": "1", "other": str(hidden.pk)}).status_code == 404
    with pytest.raises(ValidationError, match="the right to change both"):
        merge_contacts(actor=User.objects.get(pk=rep.pk), kept=mine, gone=hidden)
    marketer = signed_in(make_user(role=Role.MARKETER))
    assert marketer.get(page(*pair)).status_code == 403
    DistinctPair.objects.create(first=pair[0], second=pair[1])
    with pytest.raises(ValidationError, match="not the same"):
        merge_contacts(actor=None, kept=pair[0], gone=pair[1])
    assert not ContactMerge.objects.exists()


def test_of_two_who_merge_and_save_at_once_one_is_told(pair):
    kept, gone = pair
    client = signed_in(make_user())
    old = sent(kept, gone)
    Contact.objects.filter(pk=gone.pk).update(version=7)
    answer = client.post(page(kept, gone), {**old, "name": "2"})
    assert (answer.status_code, ContactMerge.objects.exists()) == (409, False)
    assert answer.context["versions"] == (str(kept.version), "7")
    assert ContactPoint.objects.filter(contact=gone).count() == 2


def test_what_hangs_on_both_is_counted_by_one_query(pair, django_assert_num_queries):
    one, other = pair
    manager = make_user(Role.MANAGER)
    for contact in (one, other, other):
        make_order(contact)
    make_deal(contact=one)
    what_hangs(one, other, manager)  # the rights of a person are read once
    with django_assert_num_queries(1):
        found = what_hangs(one, other, manager)
    assert {label: counts for label, *counts in found if label in ("Orders", "Deals")} == {
        "Orders": [1, 2],
        "Deals": [1, 0],
    }
