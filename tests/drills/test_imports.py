"""R6, R7, R20, R21: imports whose worker or database dies, that come twice at once, or full of rubbish."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from contacts.models import Contact
from crm.catalogue import import_kinds
from crm.choices import JobState
from crm.importing.actions import create_import, start_import
from crm.models import JobRun, User
from tests.drills.stack import Stack
from tests.drills.tally import Tally, long_only, size
from tests.drills.test_broker import nothing_waits

ROWS = size(4_000, 50_000)
RUBBISH = Path(__file__).resolve().parents[1] / "data" / "messy_csv"


def begin(mark: str, content: bytes) -> JobRun:
    """An import of contacts, uploaded and started as the wizard does; its job."""
    admin, kind = User.objects.get(email="admin@drill.example"), import_kinds()["contacts"]
    run = create_import(actor=admin, kind=kind, upload=SimpleUploadedFile(f"{mark}.csv", content, "text/csv"))
    return start_import(actor=admin, run=run, kind=kind)


def new_customers(mark: str, rows: int) -> tuple[list[str], bytes]:
    """External ids, and the file that has them."""
    ids = [f"{mark}-{n}" for n in range(rows)]
    lines = [f"{one},Customer {one},{one}@example.org" for one in ids]
    return ids, "\n".join(["external_id,name,email", *lines]).encode()


def state(job: JobRun) -> JobRun:
    return JobRun.objects.get(pk=job.pk)


def check(tally: Tally, job: JobRun, ids: list[str]) -> None:
    """All rows are in once; the job is done and says so."""
    found = Contact.objects.filter(external_id__startswith=ids[0][:-1]).values_list("external_id", flat=True)
    assert tally.compare(ids, found) == (0, 0)
    finished = state(job)
    assert (finished.state, finished.result["created"], finished.result["rejected"]) == (JobState.DONE, len(ids), 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=long_only)])
def test_a_worker_that_ends_in_the_middle_of_an_import(stack: Stack, tally: Tally, how: signal.Signals) -> None:
    ids, content = new_customers(f"worker{how}", ROWS)
    job = begin(f"worker{how}", content)
    stack.wait_for(lambda: state(job).progress_done > 0)
    stack.restart("worker", how)
    stack.wait_for(nothing_waits, 180)
    check(tally, job, ids)


@long_only
def test_a_database_that_dies_in_the_middle_of_an_import(stack: Stack, tally: Tally) -> None:
    person = stack.person("rep")
    ids, content = new_customers("database", ROWS)
    job = begin("database", content)
    stack.wait_for(lambda: state(job).progress_done > 0)
    with stack.gone(stack.instance.postgres, "pg"):
        answer = person.get("/contacts/")
        assert (answer.status, "Nothing that was saved is lost" in answer.text) == (503, True)
        assert (stack.person().get("/healthz").status, stack.person().get("/readyz").status) == (200, 503)
    stack.wait_for(lambda: person.get("/contacts/").status == 200)
    # the attempt ended with the database's error, and the next one has a pause of half a minute before it
    stack.wait_for(lambda: JobRun.objects.filter(pk=job.pk).update(due_at=timezone.now()) and nothing_waits(), 180)
    check(tally, job, ids)


def test_one_file_imported_by_two_at_once_and_once_more(stack: Stack, tally: Tally) -> None:
    ids, content = new_customers("twice", ROWS)
    jobs = [begin("twice", content) for _ in range(2)]
    stack.wait_for(nothing_waits, 180)
    again = begin("twice", content)
    stack.wait_for(nothing_waits, 180)
    found = Contact.objects.filter(external_id__startswith="twice-").values_list("external_id", flat=True)
    assert tally.compare(ids, found) == (0, 0)
    assert sorted(state(job).result["created"] for job in jobs) == [0, len(ids)]
    assert state(again).result["unchanged"] == len(ids)


def test_good_rows_come_in_from_a_file_full_of_rubbish(stack: Stack, tally: Tally) -> None:
    good, content = new_customers("good", 50)
    lines = content.split(b"\n")
    bad = [
        b'bad-1,"never closed, x@example.org', b"bad-2," + b"x" * 200_000 + b",y@example.org", b"bad-3",
        b"\x00\x00,\x00", b",no id,z@example.org",
        "bad-4,\ud800 half a character,".encode("utf-8", "surrogatepass"), b"bad-5,Name,not a mail",
    ]  # fmt: skip
    job = begin("rubbish", b"\n".join([lines[0], *lines[1:26], *bad[1:], *lines[26:], bad[0]]))
    stack.faults += len(bad)
    stack.wait_for(nothing_waits, 120)
    finished = state(job)
    found = Contact.objects.filter(external_id__startswith="good-").values_list("external_id", flat=True)
    assert (finished.state, finished.error) == (JobState.DONE, "")
    assert tally.compare(good, found) == (0, 0)
    assert finished.result["rejected"] >= 4
    assert finished.result_file is not None
