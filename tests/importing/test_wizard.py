"""The import wizard: a file comes in, its columns are mapped, a worker does it; nothing that was typed is lost."""

from __future__ import annotations

import io
import time

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Contact
from crm.choices import JobState, Role
from crm.importing.job import run_import
from crm.jobs import SilentProgress, run_job
from crm.models import ImportRun, JobRun, StoredFile, User
from orders.models import Order
from tests.importing.tables import DATA

CDNOW = DATA / "cdnow_sample_transactions.csv"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"{role}@house.example", name=role.title(), role=role))
    return client


def brought(client: Client, content: bytes, kind: str = "contacts", name: str = "people.csv") -> ImportRun:
    file = io.BytesIO(content)
    file.name = name
    response = client.post(reverse("crm:import_new"), {"kind": kind, "file": file})
    assert response.status_code == 302, response.content.decode()
    return ImportRun.objects.get(pk=int(response["Location"].strip("/").split("/")[-1]))


def sent(columns: list[str], **said: str) -> dict[str, str]:
    blank = dict.fromkeys(("encoding", "delimiter", "header", "date_order", "decimal", "nulls"), "")
    fixed = {f"fixed_{part}_{line}": "" for part in ("field", "text") for line in (0, 1)}
    return {**blank, **fixed, **{f"column_{place}": name for place, name in enumerate(columns)}, **said}


@pytest.mark.django_db
def test_columns_are_guessed_and_shown_with_their_first_values():
    client = signed_in(Role.MARKETER)
    run = brought(client, CDNOW.read_bytes(), "orders", "cdnow.csv")
    page = client.get(run.get_absolute_url()).content.decode()
    assert dict(run.options["map"]) == {
        "customer_id": "contact_external_id", "date": "ordered_at", "cds": "quantity", "amount": "amount",
    }  # fmt: skip
    for words in ("The first 1,000 rows are fine.", "Import 6,919 rows", "29.33", "1997-01-18"):
        assert words in page


@pytest.mark.django_db
def test_a_change_is_kept_and_answered_by_what_becomes_of_the_rows():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"key,mail\nc1,a@b.example\nc2,nonsense\n")
    response = client.post(run.get_absolute_url(), sent(["external_id", "email"]), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "<html" not in page
    assert "1 of the first 2 rows cannot be taken" in page
    assert "line 3, column &quot;mail&quot;: “nonsense” is not an e-mail address" in page
    run.refresh_from_db()
    assert run.options["map"] == [["key", "external_id"], ["mail", "email"]]
    assert 'value="email" selected' in client.get(run.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_another_way_of_reading_gives_other_columns():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"id;name\n1;Mia\n2;Max\n")
    client.post(run.get_absolute_url(), sent(["external_id", "name"], header="no"))
    run.refresh_from_db()
    page = client.get(run.get_absolute_url()).content.decode()
    assert "column 1" in page and "No column feeds “External id”" in page
    client.post(run.get_absolute_url(), sent(["", ""], header=""))
    run.refresh_from_db()
    assert dict(run.options["map"]) == {"id": "external_id", "name": "name"}


@pytest.mark.django_db
def test_an_open_question_is_asked_on_the_page_and_stops_the_start():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"date,amount\n03/04/2026,1\n", "orders")
    start = reverse("crm:import_start", args=[run.pk])
    response = client.post(start, sent(["ordered_at", "amount"]))
    assert response.status_code == 422
    assert "can be day/month/year or month/day/year" in response.content.decode()
    assert "--date-order" not in response.content.decode()
    assert client.post(start, sent(["ordered_at", "amount"], date_order="dmy")).status_code == 302
    assert JobRun.objects.get().kind == "import"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"), [(b"\x00\x01" * 99, "binary file"), (b"", "empty"), (b"%PDF-1.4", "PDF document")]
)
def test_a_file_that_is_no_table_is_refused_on_the_page_and_not_kept(content, words):
    client = signed_in(Role.MARKETER)
    file = io.BytesIO(content)
    file.name = "x.csv"
    response = client.post(reverse("crm:import_new"), {"kind": "contacts", "file": file})
    assert response.status_code == 200
    assert words in response.content.decode()
    assert (ImportRun.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_started_import_is_done_by_the_job_and_its_rejected_rows_are_a_file():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"id,email,tags\nc1,a@b.example,x\nc2,nonsense,\n")
    fixed = {"fixed_field_0": "source", "fixed_text_0": "fair"}
    response = client.post(reverse("crm:import_start", args=[run.pk]), sent(["external_id", "email", "tags"], **fixed))
    job = JobRun.objects.get()
    assert response["Location"] == job.get_absolute_url()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["created"], job.result["rejected"]) == (JobState.DONE, 1, 1)
    assert Contact.objects.get().source == "fair"
    download = b"".join(client.get(reverse("crm:file_download", args=[job.result_file_id])).streaming_content)
    assert "c2,nonsense,,3,email,“nonsense” is not an e-mail address" in download.decode("utf-8-sig")
    assert client.get(job.get_absolute_url()).status_code == 200
    assert "people.csv" in client.get(reverse("crm:import_list")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_reports_what_the_first_one_did():
    client = signed_in(Role.MARKETER)
    run = brought(client, CDNOW.read_bytes(), "orders")
    client.post(reverse("crm:import_start", args=[run.pk]))
    job = JobRun.objects.get()
    first = run_import(job, SilentProgress())
    assert run_import(job, SilentProgress()) == first
    assert (first["created"], Order.objects.count()) == (6919, 6919)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_real_worker_does_it(real_worker):
    client = signed_in(Role.MARKETER)
    run = brought(client, CDNOW.read_bytes(), "orders")
    client.post(reverse("crm:import_start", args=[run.pk]))
    job = JobRun.objects.get()
    for _ in range(2400):
        job.refresh_from_db()
        if job.is_finished:
            break
        time.sleep(0.05)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert (job.result["created"], job.progress_total) == (6919, 6919)


@pytest.mark.django_db
def test_an_import_starts_once():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"id\nc1\n")
    start = reverse("crm:import_start", args=[run.pk])
    assert [client.post(start, sent(["external_id"])).status_code for _ in range(2)] == [302, 302]
    assert JobRun.objects.count() == 1
    assert client.get(run.get_absolute_url())["Location"] == JobRun.objects.get().get_absolute_url()


@pytest.mark.django_db
def test_a_rep_is_offered_only_what_a_rep_may_import():
    page = signed_in(Role.REP).get(reverse("crm:import_new")).content.decode()
    assert 'value="contacts"' in page and 'value="products"' not in page
    assert signed_in(Role.AGENT).get(reverse("crm:import_list")).status_code == 403


@pytest.mark.django_db
def test_a_table_of_two_thousand_columns_has_a_page():
    client = signed_in(Role.MARKETER)
    head = ",".join(f"c{number}" for number in range(1999)) + ",external_id"
    run = brought(client, f"{head}\n{',' * 1999}x1\n".encode())
    page = client.get(run.get_absolute_url()).content.decode()
    assert "1,799 more columns are not shown" in page
    assert "The first 1 rows are fine." in page


@pytest.mark.django_db
def test_names_of_files_and_columns_are_shown_and_not_run():
    client = signed_in(Role.MARKETER)
    run = brought(client, b"id,<script>x</script>\n1,<b>bold</b>\n", name="<img src=x>.csv")
    page = client.get(run.get_absolute_url()).content.decode()
    assert "<script>x" not in page and "<b>bold" not in page and "<img src=x" not in page


@pytest.mark.django_db(transaction=True)
def test_half_characters_are_shown_as_such_and_break_no_page():
    client = signed_in(Role.MARKETER)
    lines = rb"""{"external_id":"ls1","name":"\ud800"}
{"external_id":"ls2","name":"Mia","\udfff":"\ud801"}
{"external_id":"\u0000","email":"\ud800@b.example"}
"""
    run = brought(client, lines, name="people.jsonl")
    response = client.get(run.get_absolute_url())
    assert response.status_code == 200
    assert "�" in response.content.decode()
    client.post(reverse("crm:import_start", args=[run.pk]))
    job = JobRun.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["created"], job.result["rejected"]) == (JobState.DONE, 1, 2)
    assert client.get(job.get_absolute_url()).status_code == 200
    download = b"".join(client.get(reverse("crm:file_download", args=[job.result_file_id])).streaming_content)
    assert "holds bytes that are no text" in download.decode("utf-8-sig")
