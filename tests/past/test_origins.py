"""Every record knows where it came from: the page, the API, the file and its row, the command; who, and when."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Interaction
from crm.acting import acting, new_request_id
from crm.choices import Role
from crm.database.owner import as_owner
from crm.jobs import run_job
from crm.models import ImportRun, JobRun, Note
from crm.past.origins import origin_of
from crm.past.pruning import prune
from orders.models import Order
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_token, make_user, signed_in
from tests.importing.tables import written

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mia():
    make_company()
    return make_user(Role.MANAGER, name="Mia Keller")


def test_by_hand_and_the_page_says_so(mia):
    client = signed_in(mia)
    client.post("/contacts/new/", {"kind": "person", "name": "Grace"})
    contact = Contact.objects.get()
    client.post(f"/contacts/{contact.pk}/notes/", {"text": "Likes oak"})
    for record in (contact, Note.objects.get()):
        origin = origin_of(record)
        assert origin is not None
        assert (origin.sentence, origin.who) == ("Written by hand", mia)
    page = " ".join(client.get(f"{contact.get_absolute_url()}?tab=changes").content.decode().split())
    assert "Written by hand," in page and "Mia Keller" in page


def test_by_the_api_with_the_name_of_its_token(mia):
    secret = make_token(mia)
    Caller(secret).post("/contacts", {"name": "Grace"})
    origin = origin_of(Contact.objects.get())
    assert origin is not None
    assert origin.sentence == f"By the API, token “{mia.api_tokens.get().name}”"


def test_by_the_wizard_with_file_and_row(mia):
    client = signed_in(mia)
    file = io.BytesIO(b"external_id,name\na,Ada\n,Nobody\nb,Bob\n")
    file.name = "joiners of Leeds.csv"
    client.post(reverse("crm:import_new"), {"kind": "contacts", "file": file})
    client.post(reverse("crm:import_start", args=[ImportRun.objects.get().pk]))
    run_job(JobRun.objects.get(kind="import").pk)
    origin = origin_of(Contact.objects.get(name="Bob"))
    assert origin is not None
    assert (origin.sentence, origin.who) == ("From joiners of Leeds.csv, row 3", mia)


def test_by_a_command_with_file_and_row(mia, tmp_path):
    calls = written(
        tmp_path, "contact_external_id,occurred_at,channel\na,2026-01-05,kiosk\na,2026-01-06,rfid\n", "calls"
    )
    orders = written(tmp_path, "order_id,ordered_at,amount\n1,2026-01-05,7\n", "orders")
    for kind, path in (("interactions", calls), ("orders", orders)):
        with acting(request_id=new_request_id(), door="command"):
            call_command("import_data", kind, path, stdout=io.StringIO())
    read = Interaction.objects.get(channel="rfid")
    assert [one.sentence for one in map(origin_of, (read, Order.objects.get())) if one] == [
        "From calls, row 2", "From orders, row 1",
    ]  # fmt: skip


def test_it_stays_when_old_changes_are_pruned(mia):
    contact = make_contact()
    Contact.objects.filter(pk=contact.pk).update(name="Other")
    with as_owner():
        prune(timezone.now())
    assert origin_of(contact) is not None
