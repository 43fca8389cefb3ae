"""Large lists leave as files that a worker makes, by a link of one's own; what leaves so comes in as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from crm.access import can
from crm.choices import JobState, Role
from crm.exporting import formats
from crm.exporting.later import remove_expired
from crm.jobs import request_cancel, run_job
from crm.models import AccessRule, ExportRun, JobRun, LogEntry, StoredFile
from tests.factories import make_company, make_contact, make_user, signed_in
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "contacts:contact_export"


@pytest.fixture
def marketer():
    make_company()
    make_contact(name="=1+1 Ltd", external_id="a", industry="Wood", emails=("a@a.example",))
    make_contact(name="Bo", external_id="b", industry="Glass")
    return make_user(Role.MARKETER)


def asked(user, **said: str) -> JobRun:
    signed_in(user).post("/exports/start/", {"list": LIST, "query": "", "format": "csv", **said})
    return JobRun.objects.filter(kind="export").latest("pk")


def made(user, **said: str) -> ExportRun:
    job = asked(user, **said)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    return ExportRun.objects.select_related("file").get(job=job)


def content(user, run: ExportRun) -> bytes:
    return b"".join(signed_in(user).get(run.get_absolute_url()).streaming_content)


def test_more_rows_than_at_once_are_offered_to_a_worker_and_leave_by_a_link_of_ones_own(marketer, settings):
    settings.CRM_EXPORT_AT_ONCE = 1
    few = signed_in(marketer).get("/contacts/export/?industry=Wood&format=jsonl")
    assert few.streaming and LogEntry.objects.filter(verb="export").count() == 1, "few enough once narrowed"
    page = signed_in(marketer).get("/contacts/export/?format=xlsx").content.decode()
    assert "A worker makes the file" in page and LogEntry.objects.filter(verb="export").count() == 1
    run = made(marketer, query="columns=name,industry&sort=name")
    assert (run.rows, LogEntry.objects.filter(verb="export").count()) == (2, 2), "logged once"
    assert content(marketer, run).decode("utf-8-sig") == "Name,Industry\r\n'=1+1 Ltd,Wood\r\nBo,Glass\r\n"
    job = signed_in(marketer).get(run.job.get_absolute_url()).content.decode()
    assert run.get_absolute_url() in job
    admin = make_user(Role.ADMIN)
    assert can(admin, "view", run.file)
    for url in (run.get_absolute_url(), f"/files/{run.file_id}/"):
        assert signed_in(admin).get(url).status_code == 404, "not even who sees everything"
    assert signed_in(marketer).get(f"/files/{run.file_id}/").status_code == 404, "only where the right is asked again"


def test_who_lost_the_right_gets_neither_the_file_nor_a_new_one(marketer):
    run, later = made(marketer), asked(marketer)
    AccessRule.objects.create(role="marketer", model="contacts.contact", verb="export", scope="none")
    assert signed_in(marketer).get(run.get_absolute_url()).status_code == 403
    assert signed_in(marketer).post("/exports/start/", {"list": LIST}).status_code == 403
    run_job(later.pk)
    later.refresh_from_db()
    assert (later.state, later.exports.get().file) == (JobState.FAILED, None)


def test_the_link_ends_and_the_content_goes_and_a_cancelled_one_leaves_nothing(marketer):
    run = made(marketer)
    path = Path(run.file.file.path)
    assert path.exists() and "contacts" not in str(path.relative_to(path.parents[1]))
    ExportRun.objects.filter(pk=run.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    answer = signed_in(marketer).get(run.get_absolute_url())
    assert answer.status_code == 410 and "This file is gone" in answer.content.decode()
    assert (remove_expired(timezone.now()), remove_expired(timezone.now())) == (1, 0)
    assert not path.exists()
    job = asked(marketer)
    request_cancel(actor=marketer, job=job)
    run_job(job.pk)
    assert StoredFile.objects.filter(removed_at=None).count() == 0


def test_too_many_for_a_workbook_says_what_to_do(marketer, monkeypatch):
    few = formats.Format("xlsx", "Excel workbook", formats.WORKBOOK.content_type, formats.WORKBOOK.write, most=1)
    monkeypatch.setattr("contacts.views.ContactListView.export_formats", (formats.CSV, few))
    for answer in (
        signed_in(marketer).get("/contacts/export/?format=xlsx"),
        signed_in(marketer).post("/exports/start/", {"list": LIST, "format": "xlsx"}),
    ):
        assert answer.status_code == 422 and "Take these as CSV or JSON lines" in answer.content.decode()
    for name in ("crm:home", "crm:job_list", "no", ""):
        assert signed_in(marketer).post("/exports/start/", {"list": name}).status_code == 404


def test_ticked_rows_and_the_people_of_a_segment_leave_in_every_format(marketer):
    client = signed_in(marketer)
    ticked = Contact.objects.get(external_id="b").pk
    for name in ("csv", "jsonl", "xlsx", "vcf"):
        told = b"".join(client.get(f"/contacts/export/?part=ticked&pk={ticked}&format={name}").streaming_content)
        assert name == "xlsx" or (b"Bo" in told and b"Ltd" not in told)
        assert f"format={name}" in client.get("/contacts/").content.decode().split("data-bulk-bar")[1]


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)
ROWS = st.dictionaries(TEXTS, st.tuples(TEXTS, st.sampled_from(["", "=1", "+4", "'x", "-a"])), min_size=1, max_size=4)


@given(rows=ROWS, name=st.sampled_from(["csv", "jsonl", "xlsx"]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_worker_writes_comes_in_again_as_it_was(marketer, tmp_path, rows, name):
    Contact.objects.all().delete()
    Contact.objects.bulk_create(Contact(external_id=key, name=one, industry=word) for key, (one, word) in rows.items())
    run = made(marketer, query="columns=name,external_id,industry", format=name)
    mapped = () if name == "jsonl" else ("Name=name", "External id=external_id", "Industry=industry")
    file = written(tmp_path, content(marketer, run), "back")
    assert counts(brought_in("contacts", file, mapped=mapped)) == (0, 0, len(rows), 0)
