"""A form that is sent twice makes one record: by two clicks at once, a retry, or the back button."""

import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse

from contacts.models import Contact, Interaction
from crm.catalogue import import_kinds
from crm.choices import Role
from crm.embedded.processes import wait_until
from crm.importing.actions import start_import
from crm.jobs import run_job
from crm.models import FormSubmission, JobRun, Note
from orders.models import Product
from tests.concurrency.racing import at_once, fields_in
from tests.factories import make_company, make_contact, make_user, signed_in
from tests.importing.test_wizard import brought, sent

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/contacts/new/"


@pytest.fixture
def person():
    make_company()
    return make_user(Role.MANAGER)


def new_page(client, url=NEW):
    return fields_in(client.get(url).content.decode(), ("form_token",))


@pytest.mark.parametrize(("url", "model"), [(NEW, Contact), ("/products/new/", Product)])
def test_two_clicks_at_once_make_one_record_and_lead_to_it(person, url, model):
    client = signed_in(person)
    page = {"kind": "person", "name": "Grace", "currency": "EUR", **new_page(client, url)}
    answers = at_once([lambda: client.post(url, page)] * 2)
    record = model.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [record.get_absolute_url()] * 2


def test_back_and_again_leads_to_the_record(person):
    client = signed_in(person)
    page = {"kind": "person", "name": "Grace", **new_page(client)}
    first, again = client.post(NEW, page), client.post(NEW, page)
    assert first.headers["Location"] == again.headers["Location"]
    assert Contact.objects.count() == 1


def test_back_with_other_words_has_to_be_meant(person):
    client = signed_in(person)
    page = {"kind": "person", "name": "Grace", **new_page(client)}
    client.post(NEW, page)
    answer = client.post(NEW, {**page, "name": "Ada"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "has made" in html
    assert 'value="Ada"' in html
    fresh = fields_in(html, ("form_token",))
    assert fresh != {"form_token": page["form_token"]}
    assert client.post(NEW, {**page, **fresh, "name": "Ada"}).status_code == 302
    assert Contact.objects.count() == 2


def test_a_refused_form_may_be_sent_again(person):
    """The token is used by the record, not by the attempt."""
    client = signed_in(person)
    page = {"kind": "person", **new_page(client)}
    assert client.post(NEW, {**page, "name": ""}).status_code == 422
    assert FormSubmission.objects.count() == 0
    assert client.post(NEW, {**page, "name": "Grace"}).status_code == 302


def test_the_token_of_another_person_leads_nowhere(person):
    page = {"kind": "person", "name": "Grace", **new_page(signed_in(person))}
    signed_in(person).post(NEW, page)
    stranger = signed_in(make_user(Role.MANAGER))
    answer = stranger.post(NEW, page)
    assert str(Contact.objects.order_by("pk").first().pk) not in answer.headers["Location"]


@pytest.mark.parametrize(
    ("kind", "path", "typed", "model"),
    [
        ("note", "notes", {"text": "Wants a call"}, Note),
        ("other", "interactions", {"channel": "phone", "direction": "out", "subject": "Called"}, Interaction),
    ],
)
@pytest.mark.parametrize(("headers", "status"), [({}, 302), ({"HX-Request": "true"}, 200)])
def test_a_note_sent_twice_is_one(person, kind, path, typed, model, headers, status):
    client, contact = signed_in(person), make_contact(owner=person)
    page = new_page(client, f"/contacts/{contact.pk}/composer/?kind={kind}")
    url = f"/contacts/{contact.pk}/{path}/"
    answers = at_once([lambda: client.post(url, {**typed, **page}, headers=headers).status_code] * 2)
    assert answers == [status, status]
    assert model.objects.count() == 1


@pytest.mark.parametrize(("door", "headers"), [("map", {"HX-Request": "true"}), ("start", {})])
def test_what_is_said_of_a_file_while_its_import_starts_leads_to_the_job(door, headers):
    make_company()
    client = signed_in(make_user(Role.MARKETER))
    run = brought(client, b"id\nc1\n")
    waiting = "SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"

    def start() -> JobRun:
        with transaction.atomic(), connection.cursor() as cursor:
            job = start_import(actor=run.actor, run=run, kind=import_kinds()[run.kind])
            said.set()
            assert wait_until(lambda: cursor.execute(waiting).fetchone()[0], 20, step=0.02)
            return job

    def say():
        assert said.wait(20)
        return client.post(reverse(f"crm:import_{door}", args=[run.pk]), sent(["external_id"]), headers=headers)

    said = threading.Event()
    job, answer = at_once([start, say])
    led_to = answer.headers.get("HX-Redirect") or answer.headers.get("Location")
    assert led_to == job.get_absolute_url()


def test_a_file_has_one_trial_at_a_time_and_a_page_sent_twice_one_at_all():
    make_company()
    client = signed_in(make_user(Role.MARKETER))
    run = brought(client, b"id,town\nc1,Kiel\n")
    url = reverse("crm:import_try", args=[run.pk])
    page = sent(["external_id", "city"]) | new_page(client, run.get_absolute_url())
    assert page["form_token"]
    doubled = at_once([lambda: client.post(url, page)] * 2)
    others = at_once([lambda: client.post(url, sent(["external_id", ""]))] * 2)  # of pages without a token
    trial = JobRun.objects.get(kind="import_try")
    assert {one.headers["Location"] for one in (*doubled, *others)} == {trial.get_absolute_url()}
    assert "A trial of this file is under way" in client.get(trial.get_absolute_url()).content.decode()
    run_job(trial.pk)
    assert client.post(url, page).headers["Location"] == trial.get_absolute_url(), "by the back button"
    assert client.post(url, page | {"column_1": ""}).status_code == 409
    client.post(url, page | new_page(client, run.get_absolute_url()))
    assert JobRun.objects.filter(kind="import_try").count() == 2
