"""S28: who looked at, took out and changed one person can be told, to who has the right to know."""

import pytest
from django.db import connection
from django.urls import reverse

from contacts.actions import change_contact
from contacts.merging.actions import merge_contacts
from contacts.models import ContactLook
from contacts.privacy.actions import ask_for_erasure, hand_out
from contacts.privacy.looks import noting
from crm import jobs
from crm.choices import Role
from crm.log import LogEntry, log_export
from tests import factories as make
from tests.api.calls import Caller
from tests.factories import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_noted():
    noting.forget_noted()
    make.make_company()
    yield
    noting.forget_noted()


def page_of(contact, user) -> str:
    return signed_in(user).get(reverse("privacy:person_access", args=[contact.pk])).content.decode()


def test_a_look_is_one_row_a_day_and_person_and_names_the_program():
    anna, user = make.make_contact(name="Anna Meier"), make.make_user(Role.MANAGER, name="Kim Lee")
    client = signed_in(user)
    for _ in range(3):
        client.get(anna.get_absolute_url())
        noting.forget_noted()
    client.get(f"{anna.get_absolute_url()}?tab=privacy")
    program = Caller(make.make_token(user))
    for _ in range(2):
        assert program.get(f"/contacts/{anna.pk}").status_code == 200
        noting.forget_noted()
    client.get(reverse("contacts:contact_list"))
    assert [(one.user, bool(one.token_id)) for one in ContactLook.objects.order_by("pk")] == [
        (user, False),
        (user, True),
    ]
    told = page_of(anna, make.make_user(Role.ADMIN))
    assert told.count("Looked: the record") == 2
    assert "by the API" in told
    client.get(reverse("contacts:contact_detail", args=[anna.pk + 1_000]))
    assert ContactLook.objects.count() == 2


def test_a_second_look_of_the_day_costs_no_statement_and_a_broken_note_no_page(monkeypatch):
    anna, client = make.make_contact(name="Anna Meier"), signed_in(make.make_user(Role.MANAGER))
    client.get(anna.get_absolute_url())
    with connection.execute_wrapper(refuse_writes):
        assert client.get(anna.get_absolute_url()).status_code == 200
    noting.forget_noted()
    monkeypatch.setattr(noting, "NOTE_SQL", "INSERT INTO no_such_table VALUES (%s, %s, %s, %s, %s)")
    assert client.get(anna.get_absolute_url()).status_code == 200
    assert ContactLook.objects.count() == 1


def refuse_writes(execute, sql, params, many, context):
    assert "contactlook" not in sql.lower(), sql
    return execute(sql, params, many, context)


def test_what_was_taken_out_and_changed_stands_there_as_far_as_it_is_known():
    user, admin = make.make_user(Role.MANAGER, name="Kim Lee"), make.make_user(Role.ADMIN)
    anna = make.make_contact(name="Anna Meier")
    other = make.make_contact(name="A. Meier")
    change_contact(
        actor=user, contact=anna, version=anna.version, fields={"industry": "Glass"}, points=None, address=None
    )
    hand_out(actor=user, contact=anna, form="json")
    log_export(actor=user, kind=type(anna), what="contacts")
    log_export(actor=user, kind=type(anna), what="contacts", narrowed="Country: Chile")
    signed_in(user).get(other.get_absolute_url())
    merge_contacts(actor=admin, kept=anna, gone=other)
    told = page_of(anna, admin)
    assert "Taken out: Handed out all data of Anna Meier (json)" in told
    assert "Taken out: Exported contacts" in told
    assert "Perhaps taken out: Exported contacts (Country: Chile)" in told
    assert "Kim Lee" in told
    assert "Looked: the record" in told  # at the one that was merged into it
    file = signed_in(admin).post(reverse("privacy:person_access_file", args=[anna.pk]))
    text = b"".join(file.streaming_content).decode()
    assert "Perhaps taken out" in text
    assert LogEntry.objects.filter(verb="export", contact_id=anna.pk, actor=admin).exists()


def test_it_takes_a_right_of_its_own_and_goes_with_the_person():
    anna, manager = make.make_contact(name="Anna Meier"), make.make_user(Role.MANAGER)
    client = signed_in(manager)
    client.get(anna.get_absolute_url())
    assert client.get(reverse("privacy:person_access", args=[anna.pk])).status_code == 403
    assert client.post(reverse("privacy:person_access_file", args=[anna.pk])).status_code == 403
    assert "Who looked at them" not in client.get(f"{anna.get_absolute_url()}?tab=privacy").content.decode()
    assert ContactLook.objects.count() == 1
    asked = ask_for_erasure(actor=None, contact=anna, reason="asked")
    jobs.run_job(asked.job_id)
    assert not ContactLook.objects.exists()
