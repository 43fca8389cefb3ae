"""What a save in the administration keeps right, refuses and logs."""

import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import JobState, Role
from crm.models import Company, ExchangeRate, JobRun, LogEntry, Team, User
from orders.models import Order, OrderLine, Product
from tests.concurrency.racing import fields_in

pytestmark = pytest.mark.django_db
GOOD = "a long pass phrase"


def inlines(points: int = 0, known: int = 0) -> dict[str, object]:
    """The management forms of a contact's inlines."""
    counts: dict[str, object] = {"points-TOTAL_FORMS": points, "points-INITIAL_FORMS": known}
    return counts | {"addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}


def contact_form(**fields: object) -> dict[str, object]:
    return {"kind": "person", "name": "Zoë Ångström", "custom": "{}", "initial-custom": "{}", **inlines(), **fields}


def point(number: int, kind: str, value: str) -> dict[str, object]:
    return {f"points-{number}-kind": kind, f"points-{number}-value": value}


def save(client, name: str, pk: int | None = None, /, **fields: object):
    address = reverse(f"admin:{name}_change", args=[pk]) if pk else reverse(f"admin:{name}_add")
    return client.post(address, {**fields_in(client.get(address).content.decode(), ("opened",)), **fields})


def test_new_contact_is_found_by_name_and_number_and_logged(admin_client):
    points = inlines(points=2) | point(0, "phone", "+49 30 23125 001") | point(1, "email", "Zoe@Frames.example")
    assert save(admin_client, "contacts_contact", **contact_form(**points)).status_code == 302
    contact = Contact.objects.get()
    assert contact.sort_name == "zoe angstrom"
    assert contact.search_text == "zoe angstrom 493023125001 zoe@frames.example"
    assert contact.created_on is not None
    assert all(contact.points.values_list("is_primary", flat=True))
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.contact_id, entry.actor.role) == ("create", contact.pk, Role.ADMIN)


def test_changed_contact_is_found_by_its_new_name(admin_client):
    contact = Contact.objects.create(name="Old", sort_name="old", search_text="old")
    save(admin_client, "contacts_contact", contact.pk, **contact_form(name="New Näme"))
    contact.refresh_from_db()
    assert (contact.search_text, contact.version) == ("new name", 2)
    assert LogEntry.objects.get().summary == "New Näme: Changed Name."


def test_removed_main_point_gives_way_to_the_next(admin_client):
    contact = Contact.objects.create(name="Mia")
    first = contact.points.create(kind="email", value="a@x.example", normalised="a@x.example", is_primary=True)
    second = contact.points.create(kind="email", value="b@x.example", normalised="b@x.example")
    fields = inlines(points=2, known=2) | point(0, "email", "a@x.example") | point(1, "email", "b@x.example")
    fields |= {"points-0-id": first.pk, "points-1-id": second.pk, "points-0-DELETE": "on"}
    fields |= {"points-0-contact": contact.pk, "points-1-contact": contact.pk}
    assert save(admin_client, "contacts_contact", contact.pk, **contact_form(**fields)).status_code == 302
    assert list(contact.points.values_list("value", "is_primary")) == [("b@x.example", True)]


def test_the_same_point_twice_is_refused_in_a_sentence(admin_client):
    fields = inlines(points=2) | point(0, "email", "A@x.example") | point(1, "email", "a@x.example")
    response = save(admin_client, "contacts_contact", **contact_form(**fields))
    assert "stands here twice" in response.content.decode()
    assert not Contact.objects.exists()


def test_a_person_is_no_organization_to_work_at(admin_client):
    person = Contact.objects.create(name="Mia")
    response = save(admin_client, "contacts_contact", **contact_form(organization=person.pk))
    assert "Choose an organization" in response.content.decode()


def test_empty_external_ids_do_not_clash(admin_client):
    for name in ("One", "Two"):
        save(admin_client, "contacts_contact", **contact_form(name=name, external_id=""))
        save(admin_client, "orders_product", name=name, external_id="", currency="EUR")
    assert Contact.objects.filter(external_id=None).count() == 2
    assert Product.objects.filter(external_id=None).count() == 2


def test_saved_product_is_found_by_its_name(admin_client):
    save(admin_client, "orders_product", name="Größe XL", external_id="P1", family="Mouldings", currency="EUR")
    assert Product.objects.get().search_text == "grosse xl p1 mouldings"


def test_saved_order_keeps_its_figures(admin_client):
    Company.objects.create(pk=1, name="Frames", time_zone="Europe/Berlin", currency="EUR")
    at = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    order = Order.objects.create(ordered_at=at, ordered_on=at.date(), currency="EUR")
    OrderLine.objects.create(order=order, position=1, quantity=2, amount=30, unit_cost=4)
    fields: dict[str, object] = {
        "number": "7",
        "ordered_at_0": "2026-02-28",
        "ordered_at_1": "23:30:00",
        "currency": "EUR",
    }
    fields |= {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    assert save(admin_client, "orders_order", order.pk, **fields).status_code == 302
    order.refresh_from_db()
    assert (order.amount, order.cost, order.is_purchase) == (Decimal(30), Decimal(8), True)
    assert order.ordered_on == order.ordered_at.astimezone(zoneinfo.ZoneInfo("Europe/Berlin")).date() != at.date()


def test_new_person_signs_in_by_address_in_small_letters(admin_client):
    fields = {"email": "Mia@Crm.example", "name": "Mia", "role": "rep", "usable_password": "true"}
    response = save(admin_client, "crm_user", **fields, password1=GOOD, password2=GOOD)
    assert response.status_code == 302
    user = User.objects.get(email="mia@crm.example")
    assert user.check_password(GOOD)


def test_password_of_somebody_can_be_set(admin_client):
    user = User.objects.create_user("mia@crm.example", None, name="Mia")
    fields = {"usable_password": "true", "password1": GOOD, "password2": GOOD}
    response = admin_client.post(reverse("admin:auth_user_password_change", args=[user.pk]), fields)
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(GOOD)


def test_administrators_cannot_lock_themselves_out(admin_client):
    me = User.objects.get(role=Role.ADMIN)
    response = save(admin_client, "crm_user", me.pk, email=me.email, name="Me", role="rep", is_active="on")
    assert "lock yourself out" in response.content.decode()
    me.refresh_from_db()
    assert me.role == Role.ADMIN


def test_teams_do_not_make_a_ring(admin_client):
    upper = Team.objects.create(name="Sales")
    lower = Team.objects.create(name="North", parent=upper)
    response = save(admin_client, "crm_team", upper.pk, name="Sales", parent=lower.pk)
    assert "cannot stand below itself" in response.content.decode()


def test_new_exchange_rate_brings_orders_up_to_date(admin_client, django_capture_on_commit_callbacks):
    from crm.jobs import SilentProgress  # noqa: PLC0415
    from orders.jobs import refresh_all_totals  # noqa: PLC0415

    Company.objects.create(pk=1, name="Frames", currency="EUR")
    at = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    order = Order.objects.create(ordered_at=at, ordered_on=at.date(), currency="CHF")
    OrderLine.objects.create(order=order, position=1, quantity=1, amount=100)
    save(admin_client, "crm_exchangerate", currency="CHF", valid_from="2025-01-01", rate="1.05")
    job = JobRun.objects.get(kind="order totals")
    assert (ExchangeRate.objects.count(), job.state) == (1, JobState.WAITING)
    refresh_all_totals(job, SilentProgress())
    order.refresh_from_db()
    assert order.base_amount == 105


def test_what_the_product_writes_alone_cannot_be_changed(admin_client):
    entry = LogEntry.objects.create(verb="test")
    address = reverse("admin:crm_logentry_change", args=[entry.pk])
    assert admin_client.post(address, {"verb": "forged"}).status_code == 403
    assert admin_client.post(reverse("admin:crm_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403


def test_history_of_a_record_shows_the_log(admin_client):
    contact = Contact.objects.create(name="Mia")
    save(admin_client, "contacts_contact", contact.pk, **contact_form(name="Mia Keller"))
    html = admin_client.get(reverse("admin:contacts_contact_history", args=[contact.pk])).content.decode()
    assert "Mia Keller: Changed Name." in html
