"""A whole import is taken back: byte for byte, all of it or nothing, and never what is newer."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from contacts.models import Consent, Contact, ContactPoint
from contacts.permission.actions import record_consent
from crm.catalogue import import_kinds
from crm.choices import JobState, Role
from crm.importing.taking_back.actions import KIND, start_taking_back
from crm.jobs import run_job, start_job
from crm.models import ImportRun, JobRun, LogEntry, RowChange, User
from tests import factories as make

pytestmark = pytest.mark.django_db

PEOPLE = (
    b"external_id,name,email,phone,street,city,country,tags,organization,size\n"
    b'c1,Mia Moss,mia@one.example,+44 20 7946 0001,1 High St,London,GB,"a,b",Acme,4\n'
    b"c2,Max Mann,max@one.example,,2 Low St,Bonn,DE,b,Acme,9\n"
)
CHANGED = (
    b"external_id,name,email,phone,street,city,country,tags,organization,size\n"
    b'c1,Mia Moss-Lane,mia@two.example,+44 20 7946 0002,9 New St,Leeds,GB,"c",Brill,5\n'
    b"c2,Max Mann,max@one.example,,2 Low St,Bonn,DE,b,Acme,9\n"
    b"c3,New Nora,nora@one.example,,3 Mid St,Graz,AT,,Brill,7\n"
)
TABLES = [
    *("contacts_contact", "contacts_contactpoint", "contacts_address", "contacts_interaction", "orders_product"),
    *("orders_order", "orders_orderline", "orders_lineoption", "orders_subscription", "pipeline_deal", "leads_lead"),
    *("feedback_response", "feedback_answer", "feedback_survey", "feedback_question", "feedback_npsstanding"),
    *("feedback_checklist", "feedback_checklistitem", "feedback_mysteryvisit", "feedback_visitmark"),
    "service_ticket",
]


def everything() -> dict[str, list[str]]:
    """Every row of the tables that imports write, as text; without what goes on at every change."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT (to_jsonb(t) - 'version' - 'updated_at')::text FROM {table} t ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def imported(client: Client, content: bytes, kind: str = "contacts", *custom: str) -> JobRun:
    """A file that has come in by the wizard, as a worker did it."""
    file = io.BytesIO(content)
    file.name = "table.csv"
    response = client.post(reverse("crm:import_new"), {"kind": kind, "file": file})
    run = ImportRun.objects.get(pk=int(response["Location"].strip("/").split("/")[-1]))
    if custom:
        run.options = {**run.options, "custom": [[name, ""] for name in custom]}
        run.save()
    job = start_job(actor=run.actor, kind="import", title=f"Import {kind}", parameters={"run": run.pk})
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    assert not job.result["rejected"], job.result["examples"]
    return job


def taken_back(client: Client, job: JobRun) -> JobRun:
    client.post(reverse("crm:import_back", args=[job.pk]))
    return JobRun.objects.filter(kind=KIND, parameters__job=job.pk).latest("pk")


def test_the_second_file_is_taken_back_byte_for_byte() -> None:
    user = make.make_user(Role.ADMIN)
    client = make.signed_in(user)
    first = imported(client, PEOPLE, "contacts", "size")
    before = everything()
    second = imported(client, CHANGED, "contacts", "size")
    page = client.get(reverse("crm:import_back", args=[second.pk])).content.decode()
    assert "What would become of the records" in page and "Nothing is changed before you press" in page
    assert everything() != before
    versions = dict(Contact.objects.values_list("external_id", "version"))

    client.post(reverse("crm:import_back", args=[second.pk]), {"look": "1"})
    looked = JobRun.objects.get(kind=KIND)
    run_job(looked.pk)
    assert "Take it back</button>" in client.get(looked.get_absolute_url()).content.decode()
    job = taken_back(client, second)
    assert job.state == JobState.DONE and "lines" in job.result, (job.error, job.result)
    assert everything() == before
    assert {line["name"]: (line["made"], line["changed"]) for line in job.result["lines"]}["contacts"] == (2, 1)
    assert Contact.objects.get(external_id="c1").version == versions["c1"] + 1  # who has it open is told
    assert RowChange.objects.filter(job=job, table_name="contacts_contact", operation="D").count() == 2
    assert LogEntry.objects.filter(verb="take back", job=job, actor=user).count() == 1
    said = client.get(second.get_absolute_url()).content.decode()
    assert "taken back</a> by" in said and user.name in said
    assert "Take this import back" not in said

    # a second press, and one that comes too late, change nothing
    again = client.post(reverse("crm:import_back", args=[second.pk]))
    assert again.status_code == 422 and "This import was taken back by" in again.content.decode()
    assert everything() == before
    # the job run once more, as after the death of its worker, gives the same result
    JobRun.objects.filter(pk=job.pk).update(state=JobState.WAITING, result={})
    run_job(job.pk)
    job.refresh_from_db()
    assert job.result["made"] == 2 and everything() == before
    # the file can come in again, and the first one can go as well
    assert imported(client, CHANGED, "contacts", "size").result["created"] == 1
    third = taken_back(client, JobRun.objects.filter(kind="import").latest("pk"))
    assert "lines" in third.result, (third.error, third.result)
    assert taken_back(client, first).result.get("obstacles") is None
    assert not Contact.objects.exists() and not ContactPoint.objects.exists()


def test_what_is_newer_stands_in_the_way_and_is_listed() -> None:
    user = make.make_user(Role.MARKETER)
    client = make.signed_in(user)
    imported(client, PEOPLE)
    second = imported(client, CHANGED)
    mia, nora = (Contact.objects.get(external_id=key) for key in ("c1", "c3"))
    Contact.objects.filter(pk=mia.pk).update(industry="Glass")  # another field: it is kept, and stands in nobody's way
    assert "Take it back</button>" in client.get(reverse("crm:import_back", args=[second.pk])).content.decode()
    Contact.objects.filter(pk=mia.pk).update(name="Mia Newest")
    make.make_order(nora)
    make.make_interaction(nora)
    record_consent(actor=user, contact=nora, channel="email", purpose="marketing", level=0, source="by phone")
    before = everything()

    page = client.get(reverse("crm:import_back", args=[second.pk])).content.decode()
    for words in ("1 contact was changed since", "1 order hangs on contacts", "1 consent hangs", "Mia Newest"):
        assert words in page.replace("\xa0", " "), words
    assert mia.get_absolute_url() in page and "Take it back</button>" not in page
    job = taken_back(client, second)
    assert len(job.result["obstacles"]) == 4 and job.state == JobState.DONE
    assert everything() == before and Consent.objects.filter(contact=nora, level=0).count() == 1
    assert "Nothing was taken back" in client.get(job.get_absolute_url()).content.decode()

    # what is out of the way is not told any more; a withdrawal stays, and so does the contact
    nora.interactions.all().delete()
    nora.orders.all().delete()
    page = client.get(reverse("crm:import_back", args=[second.pk])).content.decode().replace("\xa0", " ")
    assert "1 consent hangs" in page and "order hangs" not in page


FIRST = {
    "orders": b"""order_id,line_number,contact_external_id,ordered_at,product_external_id,quantity,unit_price,options
o1,1,c1,2026-01-02,p1,2,5,Colour: Oak
o1,2,c1,2026-01-02,p2,1,7,
""",
    "products": b"""external_id,name,unit_price
p1,Chair,5
""",
    "deals": b"""external_id,title,organization,stage,amount,opened_on
d1,Big,Acme,Qualified,100,2026-01-02
""",
    "leads": b"""external_id,name,email,phone,status
l1,Lea,lea@one.example,+44 20 7946 0001,new
""",
    "tickets": b"""external_id,contact_external_id,subject,body,opened_at
t1,c1,Late,Where is it?,2026-01-02
""",
    "interactions": b"""external_id,contact_external_id,occurred_at,channel,subject
i1,c1,2026-01-02 10:00,phone,Hello
""",
    "subscriptions": b"""external_id,contact_external_id,started_on,plan,monthly_amount
s1,c1,2026-01-01,Basic,9
""",
    "survey_responses": b"""external_id,survey,contact_external_id,dimension,value,answered_at
a1,Spring,c1,nps,9,2026-01-02
""",
    "mystery_visits": b"""external_id,checklist,site,visited_on,item,mark
v1,Shop,Leeds,2026-01-02,Greets,met
v1,Shop,Leeds,2026-01-02,Asks,partly
""",
}
SECOND = {
    "orders": b"""order_id,line_number,contact_external_id,ordered_at,product_external_id,quantity,unit_price,options
o1,1,c1,2026-01-02,p1,3,5,Colour: Red
o1,3,c1,2026-01-02,p3,1,9,
o2,1,c9,2026-01-03,p1,1,5,
""",
    "products": b"""external_id,name,unit_price
p1,Stool,6
p2,Desk,9
""",
    "deals": b"""external_id,title,organization,stage,amount,opened_on,closed_on
d1,Big,Acme,Won,120,2026-01-02,2026-02-02
d2,Small,Brill,Qualified,10,2026-01-05,
""",
    "leads": b"""external_id,name,email,phone,status
l1,Lea L,lea@two.example,+44 20 7946 0002,contacted
l2,Leo,leo@one.example,,new
""",
    "tickets": b"""external_id,contact_external_id,subject,body,opened_at,solved_at
t1,c1,Very late,Where is it?,2026-01-02,2026-01-05
t2,c1,Broken,It broke,2026-01-03,
""",
    "interactions": b"""external_id,contact_external_id,occurred_at,channel,subject
i1,c1,2026-01-02 10:00,phone,Bye
i2,c8,2026-01-03 10:00,phone,New
""",
    "subscriptions": b"""external_id,contact_external_id,started_on,plan,monthly_amount
s1,c1,2026-01-01,Plus,19
s2,c7,2026-01-01,Basic,9
""",
    "survey_responses": b"""external_id,survey,contact_external_id,dimension,value,answered_at
a1,Spring,c1,nps,3,2026-01-02
a2,Spring,c1,nps,10,2026-01-09
a3,Autumn,c6,overall,4,2026-01-09
""",
    "mystery_visits": b"""external_id,checklist,site,visited_on,item,mark
v1,Shop,York,2026-01-02,Greets,not met
v2,Shop,Leeds,2026-01-05,Greets,met
v3,Fair,Leeds,2026-01-05,Smiles,met
""",
}


@pytest.mark.parametrize("kind", SECOND)
def test_every_kind_of_rows_goes_back(kind: str) -> None:
    make.make_company()
    client = make.signed_in(make.make_user(Role.ADMIN))
    imported(client, FIRST[kind], kind)
    before = everything()
    job = imported(client, SECOND[kind], kind)
    assert everything() != before
    done = taken_back(client, job)
    assert done.state == JobState.DONE and not done.result.get("obstacles"), (done.error, done.result)
    assert everything() == before


def test_kinds_that_cannot_be_taken_back_say_why() -> None:
    final = {name for name, kind in import_kinds().items() if kind.final}
    assert final == {"users", "consents", "payments", "ticket_events", "campaign_results", "segment_members"}
    client = make.signed_in(make.make_user(Role.ADMIN))
    job = imported(client, b"contact_external_id,channel,state\nc1,email,withdrawn\n", "consents")
    page = client.get(reverse("crm:import_back", args=[job.pk])).content.decode()
    assert "never taken away again" in page and "Take it back</button>" not in page
    assert client.post(reverse("crm:import_back", args=[job.pk])).status_code == 422
    assert Consent.objects.count() == 1


def test_only_who_may_change_the_import_and_bring_such_rows_takes_it_back() -> None:
    owner, other, admin = (make.make_user(role) for role in (Role.MARKETER, Role.REP, Role.ADMIN))
    job = imported(make.signed_in(owner), PEOPLE)
    url = reverse("crm:import_back", args=[job.pk])
    for method in ("get", "post"):
        assert getattr(make.signed_in(other), method)(url).status_code == 404
    with pytest.raises(ValidationError):
        start_taking_back(actor=other, job=job)
    assert make.signed_in(admin).get(url).status_code == 200
    User.objects.filter(pk=owner.pk).update(role=Role.AGENT)
    assert "no import that you could take back" in make.signed_in(owner).get(url).content.decode()
    assert make.signed_in(owner).post(url).status_code == 422
    assert Contact.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_take_it_back_once() -> None:
    client = make.signed_in(make.make_user(Role.MARKETER))
    job = imported(client, PEOPLE)
    jobs = [
        JobRun.objects.create(kind=KIND, title="Take back", actor=job.actor, parameters={"job": job.pk})
        for _ in range(2)
    ]

    def work(key: int) -> None:
        run_job(key)
        connections.close_all()

    threads = [threading.Thread(target=work, args=[one.pk]) for one in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states: list[Any] = sorted(JobRun.objects.filter(kind=KIND).values_list("state", flat=True))
    assert states == [JobState.DONE, JobState.FAILED]
    assert "was taken back" in JobRun.objects.get(kind=KIND, state=JobState.FAILED).error
    assert not Contact.objects.exists()
    assert json.loads(json.dumps(JobRun.objects.get(pk=job.pk).result["taken_back"]))["result"]["made"] == 3
