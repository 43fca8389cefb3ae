"""The audit page and the record's own past: in words, field by field, and nothing of what a person may not see."""

import datetime as dt

import pytest
from django.utils import timezone

from contacts.actions import change_contact
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.models import Contact
from crm.acting import acting
from crm.choices import FieldRight, Role
from crm.log import log
from crm.models import FieldRule, LogEntry, RowChange
from tests.factories import make_company, make_contact, make_order, make_product, make_team, make_user, signed_in


@pytest.fixture
def admin(db):
    make_company()
    return make_user(Role.ADMIN, name="Ada Admin")


def edit(user, contact, **fields) -> None:
    with acting(actor_id=user.pk, request_id=f"r{contact.pk}"):
        change_contact(actor=user, contact=contact, version=contact.version, fields=fields)


def page(client, url) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def changes(client, record) -> str:
    """The tab alone, without the page around it."""
    shown = page(client, f"{record.get_absolute_url()}?tab=changes")
    return shown.partition('class="timeline"')[2].partition("</ol>")[0]


def test_the_list_narrows_by_person_kind_day_and_number(admin):
    other, contact = make_user(name="Otto"), make_contact(name="Grace")
    edit(other, contact, industry="Steel")
    log(actor=admin, verb="sign in", summary="Signed in")
    client = signed_in(admin)
    assert "Changed industry" in page(client, f"/audit/?actor={other.pk}")
    assert "Changed industry" not in page(client, f"/audit/?actor={admin.pk}")
    assert "Changed industry" in page(client, f"/audit/?model=contacts.contact&q={contact.pk}")
    today = timezone.localdate()
    assert "Signed in" in page(client, f"/audit/?verb=sign+in&at_min={today}&at_max={today}")
    assert "Signed in" not in page(client, f"/audit/?at_max={today - dt.timedelta(days=2)}")


def test_an_entry_shows_old_and_new_field_by_field(admin):
    contact = make_contact(name="Grace", industry="Wool")
    edit(admin, contact, industry="Steel", employees=None, birthday=dt.date(1906, 12, 9))
    entry = LogEntry.objects.get(verb="change", object_id=contact.pk)
    shown = page(signed_in(admin), entry.get_absolute_url())
    assert "Wool" in shown
    assert "Steel" in shown
    assert "9\N{NO-BREAK SPACE}Dec\N{NO-BREAK SPACE}1906" in shown
    assert "search_text" not in shown


def test_the_rows_of_a_record_are_found_by_its_number(admin):
    team = make_team(name="West")
    make_team(name="East")
    shown = page(signed_in(admin), f"/audit/rows/?table=crm_team&q={team.pk}")
    assert f"Team {team.pk} made" in shown
    assert shown.count("made</a>") == 1


def test_a_record_tells_its_past_with_that_of_its_parts(admin):
    contact = make_contact(name="Grace", emails=("old@example.org",), city="Oslo")
    edit(admin, contact, industry="Steel")
    contact.points.all().delete()
    shown = changes(signed_in(admin), contact)
    assert "Changed industry" in shown
    assert "old@example.org" in shown
    assert "Oslo" in shown


def test_a_made_record_is_told_with_the_values_it_began_with(admin):
    with acting(actor_id=admin.pk):
        contact = make_contact(name="One")
    Contact.objects.filter(pk=contact.pk).update(name="Two")
    Contact.objects.filter(pk=contact.pk).update(name="Three")
    shown = changes(signed_in(admin), contact)
    assert [shown.count(f">{name}<") for name in ("One", "Two", "Three")] == [2, 2, 1]


def test_orders_and_products_have_a_past(admin):
    product = make_product(name="Lamp")
    order = make_order(make_contact(), lines=({"quantity": 1, "amount": 10, "product": product},))
    order.lines.update(quantity=7)
    type(product).objects.filter(pk=product.pk).update(family="Light")
    client = signed_in(admin)
    assert "Light" in changes(client, product)
    lines = changes(client, order)
    assert "Quantity" in lines
    assert "Lamp" in lines


def test_hidden_fields_are_not_told(admin):
    rep = make_user(Role.REP)
    for field in ("industry", "email"):
        FieldRule.objects.create(role=Role.REP, model="contacts.contact", field=field, right=FieldRight.HIDDEN)
    contact = make_contact(name="Grace", owner=rep, emails=("hidden@example.org",), phones=("+49301234567",))
    edit(admin, contact, industry="Hidden trade", source="Fair")
    contact.points.all().delete()
    shown = changes(signed_in(rep), contact)
    assert "Fair" in shown
    assert "+49301234567" in shown
    assert "Hidden trade" not in shown
    assert "hidden@example.org" not in shown


def test_records_that_one_does_not_see_are_not_named(admin):
    rep = make_user(Role.REP)
    secret = make_contact(name="Secret Works", kind="organization", owner=make_user(Role.REP))
    contact = make_contact(name="Grace", owner=rep)
    edit(admin, contact, organization=secret)
    shown = changes(signed_in(rep), contact)
    assert "Secret Works" not in shown
    assert "a record that you do not see" in shown


def test_many_made_rows_are_one_line(admin):
    Contact.objects.bulk_create(Contact(name=f"Bulk {number}") for number in range(50))
    change = RowChange.objects.get(table_name="contacts_contact", operation="I")
    shown = page(signed_in(admin), change.get_absolute_url())
    assert "50 rows" in shown
    assert "Bulk 7" not in shown


@pytest.mark.parametrize("address", ["/audit/", "/audit/rows/"])
def test_lists_ask_the_same_number_of_questions_for_any_number_of_rows(admin, address, django_assert_max_num_queries):
    client = signed_in(admin)
    for _ in range(30):
        edit(make_user(), make_contact(), industry="Steel")
    with django_assert_max_num_queries(12):
        client.get(address)


def test_the_changes_of_who_was_merged_are_on_the_page_of_the_one_that_goes_on(admin):
    kept, gone = make_contact(name="Grace"), make_contact(name="Grace Hoper", industry="Wool", phones=("+12025550143",))
    edit(admin, gone, industry="Steel")
    gone.points.get().delete()
    client = signed_in(admin)
    assert "Steel" not in changes(client, kept)
    merge = merge_contacts(actor=admin, kept=kept, gone=Contact.objects.get(pk=gone.pk))
    shown = changes(client, kept)
    assert "Wool" in shown
    assert "Changed industry" in shown
    assert "2025550143" in shown.replace(" ", "")
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="industry", right=FieldRight.HIDDEN)
    make_rep = make_user(Role.REP, name="Rita")
    Contact.objects.filter(pk__in=(kept.pk, gone.pk)).update(owner=make_rep)
    assert "Wool" not in changes(signed_in(make_rep), kept)
    undo_merge(actor=admin, merge=merge)
    assert "Wool" not in changes(client, Contact.objects.get(pk=kept.pk))
