"""S23: by whichever door somebody changes, brings in, takes out or signs in, both records of the past have as many rows
as there were changes, with who did it; and the application's role cannot take one back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from contacts.models import Contact
from crm.choices import JobState, Role
from crm.jobs import run_job
from crm.models import CustomField, JobRun, LogEntry, RowChange, Team, User
from tests import factories as make
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long pass phrase"
Rows = dict[tuple[str, str], int]


@dataclass
class House:
    """Whoever is at the doors: an administrator with a browser and a token, and three contacts of theirs."""

    admin: User
    client: Client
    call: Caller
    contacts: list[Contact]
    folder: Path


@pytest.fixture
def house(tmp_path: Path) -> House:
    make.make_company()
    admin = make.make_user(Role.ADMIN, team=make.make_team())
    admin.set_password(PASSWORD)
    admin.save()
    contacts = [make.make_contact(owner=admin, team=admin.team) for _ in range(3)]
    return House(admin, make.signed_in(admin), Caller(make.make_token(admin)), contacts, tmp_path)


def contact_form(contact: Contact, **fields: Any) -> dict[str, Any]:
    return {"kind": "person", "name": contact.name, "version": contact.version, "owner": contact.owner_id, **fields}


def page_creates(house: House) -> None:
    assert house.client.post("/contacts/new/", {"kind": "person", "name": "Ada"}).status_code == 302


def page_changes(house: House) -> None:
    one = house.contacts[0]
    sent = contact_form(one, industry="Steel", team=one.team_id)
    assert house.client.post(f"/contacts/{one.pk}/edit/", sent).status_code == 302


def page_deletes(house: House) -> None:
    field = CustomField.objects.create(model="contacts.contact", key="size", label="Size", type="text")
    assert house.client.post(reverse("crm:customfield_delete", args=[field.pk])).status_code == 302


def page_exports(house: House) -> None:
    assert b"".join(house.client.get("/contacts/export/").streaming_content)


def page_gives_rights(house: House) -> None:
    sent = {"scope:contacts.contact:change": "team", "field:contacts.contact:industry": "hidden"}
    assert house.client.post("/rights/?role=rep", sent).status_code == 302


def page_signs_in(house: House) -> None:
    answer = Client().post(reverse("account_login"), {"login": house.admin.email, "password": PASSWORD})
    assert answer.status_code == 302


def bulk_archives(house: House) -> None:
    keys = [one.pk for one in house.contacts]
    sent = {"op": "archive", "pk": keys, "announced": "3 contacts"}
    assert house.client.post(reverse("contacts:contact_bulk"), sent).status_code == 302
    assert JobRun.objects.latest("pk").state == JobState.DONE


def api_creates(house: House) -> None:
    assert house.call.post("/contacts", {"name": "Bea"}).status_code == 201


def api_changes(house: House) -> None:
    body = {"industry": "Glass", "version": house.contacts[0].version}
    assert house.call.patch(f"/contacts/{house.contacts[0].pk}", body).status_code == 200


def api_archives(house: House) -> None:
    assert house.call.post(f"/contacts/{house.contacts[0].pk}/archive").status_code == 200


def admin_creates(house: House) -> None:
    sent = {"name": "East", "parent": ""}
    assert house.client.post(reverse("admin:crm_team_add"), sent).status_code == 302


def admin_gives_a_role(house: House) -> None:
    other = make.make_user(Role.REP)
    sent = {"name": other.name, "email": other.email, "role": Role.MANAGER, "is_active": "on"}
    assert house.client.post(reverse("admin:crm_user_change", args=[other.pk]), sent).status_code == 302


def admin_deletes(house: House) -> None:
    team = make.make_team()
    assert house.client.post(reverse("admin:crm_team_delete", args=[team.pk]), {"post": "yes"}).status_code == 302


def job_imports(house: House) -> None:
    """The wizard's way: a file, a job, a worker."""
    file = house.folder / "people.csv"
    file.write_text("external_id,name\na1,Ada\na2,Bea\na3,Cid\n")
    with file.open("rb") as content:
        answer = house.client.post(reverse("crm:import_new"), {"kind": "contacts", "file": content})
    key = int(answer["Location"].strip("/").split("/")[-1])
    sent = {"column_0": "external_id", "column_1": "name"}
    assert house.client.post(reverse("crm:import_start", args=[key]), sent).status_code == 302
    run_to_its_end()


def job_hands_over(house: House) -> None:
    heir = make.make_user(Role.REP, team=make.make_team())
    assert house.client.post(f"/people/{house.admin.pk}/handover/", {"to": heir.pk}).status_code == 302
    run_to_its_end()


def command_imports(house: House) -> None:
    file = house.folder / "people.csv"
    file.write_text("external_id,name\nb1,Ada\nb2,Bea\n")
    manage("import_data", "contacts", str(file), "--user", house.admin.email)


def command_exports(house: House) -> None:
    manage("export_data", "contacts", "--output", str(house.folder / "out.csv"), "--user", house.admin.email)


def command_makes_a_person(house: House) -> None:
    manage("create_user", "new@crm.example", "--role", "rep", "--password", PASSWORD)


def manage(*words: str) -> None:
    """A command line, as an operator types it."""
    url = settings.PLACES.database_url(connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def run_to_its_end() -> None:
    job = JobRun.objects.latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error


# door: what it says in the log, and the rows it writes of tables that matter; "" is the system itself
CONTACT, TEAM, PERSON = "contacts_contact", "crm_team", "crm_user"
DOORS: dict[Callable[[House], None], tuple[dict[str, int], Rows]] = {
    page_creates: ({"create": 1}, {(CONTACT, "I"): 1}),
    page_changes: ({"change": 1}, {(CONTACT, "U"): 1}),
    page_deletes: ({"delete": 1}, {("crm_customfield", "D"): 1}),
    page_exports: ({"export": 1}, {}),
    page_gives_rights: ({"set rights": 1}, {("crm_accessrule", "I"): 1, ("crm_fieldrule", "I"): 1}),
    page_signs_in: ({"sign in": 1}, {}),
    bulk_archives: ({"start job": 1, "bulk change": 1}, {(CONTACT, "U"): 3}),
    api_creates: ({"create": 1}, {(CONTACT, "I"): 1}),
    api_changes: ({"change": 1}, {(CONTACT, "U"): 1}),
    api_archives: ({"archive": 1}, {(CONTACT, "U"): 1}),
    admin_creates: ({"create": 1}, {(TEAM, "I"): 1}),
    admin_gives_a_role: ({"change": 1}, {(PERSON, "U"): 1}),
    admin_deletes: ({"delete": 1}, {(TEAM, "D"): 1}),
    job_imports: ({"upload": 2, "start job": 1, "import": 1}, {(CONTACT, "I"): 3}),
    job_hands_over: ({"start job": 1, "hand over": 1}, {(CONTACT, "U"): 3}),
    command_imports: ({"import": 1}, {(CONTACT, "I"): 2}),
    command_exports: ({"export": 1}, {}),
    command_makes_a_person: ({"create": 1}, {(PERSON, "I"): 1}),
}
OF_NOBODY = {command_makes_a_person}


def last_of(model: Any) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_each_door_leaves_as_many_rows_as_it_made_changes(house: House, door: Callable[[House], None]) -> None:
    verbs, rows = DOORS[door]
    actor = None if door in OF_NOBODY else house.admin.pk
    entries, changes = last_of(LogEntry), last_of(RowChange)
    door(house)
    said = list(LogEntry.objects.filter(pk__gt=entries))
    assert Counter(one.verb for one in said) == verbs
    assert {one.actor_id for one in said} == {actor}
    found: Counter[tuple[str, str]] = Counter()
    of_them = [one for one in RowChange.objects.filter(pk__gt=changes) if (one.table_name, one.operation) in rows]
    for one in of_them:
        found[one.table_name, one.operation] += one.last_id - one.row_id + 1
    assert found == rows
    assert not of_them or {one.actor_id for one in of_them} == {actor}
    assert not of_them or all(one.request_id or one.job_id for one in of_them)


def test_a_worker_of_its_own_writes_both_records(real_worker) -> None:
    make.make_company()
    admin, heir = make.make_user(Role.ADMIN), make.make_user(Role.REP, team=make.make_team())
    for _ in range(2):
        make.make_contact(owner=admin)
    changes = last_of(RowChange)
    make.signed_in(admin).post(f"/people/{admin.pk}/handover/", {"to": heir.pk})
    job = JobRun.objects.get(kind="hand over")
    real_worker.wait_for(lambda: JobRun.objects.get(pk=job.pk).state == JobState.DONE)
    moved = RowChange.objects.filter(pk__gt=changes, table_name=CONTACT, operation="U")
    assert [(one.actor_id, one.job_id) for one in moved] == [(admin.pk, job.pk)] * 2
    assert LogEntry.objects.filter(verb="hand over", job=job, actor=admin).count() == 1


@pytest.mark.parametrize("table", ["crm_logentry", "crm_rowchange"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET actor_id = NULL", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_takes_no_row_back(house: House, table: str, statement: str) -> None:
    page_creates(house)
    before = (LogEntry.objects.count(), RowChange.objects.count())
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert (LogEntry.objects.count(), RowChange.objects.count()) == before


def test_a_change_past_every_action_is_in_the_history_all_the_same(house: House) -> None:
    """Such as a mass update in a shell: the log of intent knows nothing, the rows are kept."""
    changes = last_of(RowChange)
    Contact.objects.update(industry="Wood")
    kept = RowChange.objects.filter(pk__gt=changes, table_name=CONTACT)
    assert kept.count() == 3
    assert {one.was["industry"] for one in kept} == {""}
    assert Team.objects.exists()
