"""Leads come in by file: who they are, what became of them, and a known person as a lead of that contact."""

import csv
import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command

from contacts.models import Contact
from crm.models import CustomField
from leads.models import Lead
from tests.factories import make_company, make_contact

pytestmark = pytest.mark.django_db
ROWS = [
    {"Lead Id": "L1", "First Name": "Ada", "Last Name": "Lund", "Email": "ADA@example.org", "Lead Source": "Fair",
     "Became": "yes", "Created": "2026-01-05 10:00", "Visits": "3", "Tags after call": "hot"},
    {"Lead Id": "L2", "First Name": "", "Last Name": "", "Email": "bo@example.org", "Lead Source": "Web",
     "Became": "no", "Created": "2026-01-06 11:00", "Visits": "", "Tags after call": "cold"},
    {"Lead Id": "L3", "First Name": "Cy", "Last Name": "Ray", "Email": "", "Lead Source": "Select", "Became": "",
     "Created": "2026-02-01 09:30", "Visits": "1", "Tags after call": ""},
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "leads.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, ROWS[0])
        writer.writeheader()
        writer.writerows(ROWS)
    return path


def bring_in(file):
    out = StringIO()
    maps = ["Lead Id=external_id", "Became=converted", "Created=created_at", "Lead Source=source"]
    call_command(
        "import_data", "leads", str(file), "--json", "--null", "Select", "--custom", "*", "--late", "Tags after call",
        *[part for one in maps for part in ("--map", one)], stdout=out,
    )  # fmt: skip
    return json.loads(out.getvalue())


def test_a_file_of_leads_comes_in_and_changes_nothing_the_second_time(file):
    make_company()
    known = make_contact(name="Ada", emails=("ada@example.org",))
    first, second = bring_in(file), bring_in(file)
    assert (first["created"], first["rejected"], second["created"], second["unchanged"]) == (3, 0, 0, 3)
    ada, bo, cy = Lead.objects.order_by("external_id")
    assert (ada.name, ada.status, ada.converted, ada.contact) == ("Ada Lund", "converted", True, known)
    assert (bo.name, bo.status, bo.converted) == ("bo@example.org", "new", False)
    assert (cy.name, cy.source, cy.converted) == ("Cy Ray", "", None)
    assert ada.created_at == dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC)
    assert ada.custom == {"visits": 3, "tags_after_call": "hot"}
    assert CustomField.objects.get(key="tags_after_call").is_late
    assert Contact.objects.count() == 1


def test_leads_go_out_as_they_come_in(file, tmp_path):
    make_company()
    bring_in(file)
    out = tmp_path / "out.csv"
    call_command("export_data", "leads", "--output", str(out), stdout=StringIO())
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert [(row["external_id"], row["status"], row["source"]) for row in rows] == [
        ("L1", "converted", "Fair"), ("L2", "new", "Web"), ("L3", "new", ""),
    ]  # fmt: skip
    assert rows[0]["visits"] == "3"
