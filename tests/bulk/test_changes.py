"""One change of many rows: who may, which rows, what is recorded, and how it is taken back."""

import json
from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, JobState, Role
from crm.models import CustomField, FieldRule, JobRun, LogEntry, RowChange
from orders.models import Product
from tests import factories as make

BULK = reverse("contacts:contact_bulk")
pytestmark = pytest.mark.django_db


def tree(**condition) -> str:
    return json.dumps({"version": 1, "where": condition})


WOOD = tree(field="industry", op="is", value="Wood")


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia")


def send(user, op: str, url: str = BULK, **fields: Any) -> tuple[Any, Any]:
    answer = make.signed_in(user).post(url, {"op": op, "announced": "some", **fields})
    return answer, JobRun.objects.order_by("pk").last()


def undo(user, job: JobRun) -> Any:
    make.signed_in(user).post(reverse("crm:job_undo", args=[job.pk]))
    return JobRun.objects.order_by("pk").last()


def test_all_that_match_are_changed_and_no_other_row(manager):
    wood = [make.make_contact(industry="Wood") for _ in range(60)]
    other = make.make_contact(industry="Steel")
    gone = make.make_contact(industry="Wood", archived_at=make.NOON)
    kim = make.make_user(Role.REP, name="Kim Lee")
    answer, job = send(manager, "assign", all="1", filter=WOOD, value=kim.pk, next="/contacts/?q=a")
    assert answer["Location"] == "/contacts/?q=a"
    assert (job.state, job.result["changed"], job.result["left"]) == (JobState.DONE, 60, 0)
    assert set(Contact.objects.filter(owner=kim)) == set(wood)
    other.refresh_from_db()
    gone.refresh_from_db()
    assert (other.version, gone.version, gone.owner) == (1, 1, None)
    entry = LogEntry.objects.get(verb="bulk change")
    assert (entry.summary, entry.job_id, entry.actor) == ("Owner set to Kim Lee: 60\u00a0contacts", job.pk, manager)
    assert RowChange.objects.filter(job=job, table_name="contacts_contact", operation="U").count() == 60


def test_rows_of_others_are_left_and_counted(db):
    make.make_company()
    team = make.make_team()
    rosa, mate, stranger = (make.make_user(Role.REP, team=of) for of in (team, team, None))
    mine, theirs, unseen = (
        make.make_contact(owner=user, team=user.team, industry="Wood") for user in (rosa, mate, stranger)
    )
    _, job = send(rosa, "set", field="source", value="Fair", pk=[mine.pk, theirs.pk, unseen.pk, "x", "9" * 30])
    assert (job.result["changed"], job.result["left"]) == (1, 1)
    assert list(Contact.objects.filter(source="Fair")) == [mine]
    _, job = send(rosa, "set", field="source", value="Web", all="1", filter=WOOD)
    assert list(Contact.objects.filter(source="Web")) == [mine]


def test_who_may_not_change_at_all_is_refused_and_who_may_not_archive_too(manager):
    contact = make.make_contact()
    marketer = make.make_user(Role.MARKETER)
    answer, job = send(marketer, "archive", pk=contact.pk)
    assert (answer.status_code, job) == (422, None)
    rep = make.make_user(Role.REP)
    assert make.signed_in(rep).post(reverse("orders:product_bulk"), {"op": "archive", "pk": 1}).status_code == 403
    _, job = send(manager, "archive", pk=contact.pk)
    assert job.result["changed"] == 1
    assert Contact.objects.get().is_archived


@pytest.mark.parametrize(
    "fields",
    [
        {"op": "drop", "pk": 1},
        {"op": "set", "field": "sort_name", "value": "x", "pk": 1},
        {"op": "set", "field": "owner", "value": "99999", "pk": 1},
        {"op": "set", "field": "created_on", "value": "soon", "pk": 1},
        {"op": "set", "field": "industry", "value": "x" * 121, "pk": 1},
        {"op": "add_tag", "value": " , ", "pk": 1},
        {"op": "add_tag", "value": "x" * 61, "pk": 1},
        {"op": "set", "field": "industry", "value": "x"},
        {"op": "set", "field": "industry", "value": "x", "all": "1", "filter": "{"},
        {"op": "set", "field": "industry", "value": "x", "all": "1", "filter": tree(field="gone", op="is", value="x")},
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(manager, fields):
    make.make_contact()
    answer, job = send(manager, **fields)
    assert (answer.status_code, job) == (422, None)
    assert Contact.objects.filter(version=1).count() == 1


def test_a_field_that_is_read_only_is_neither_offered_nor_taken(db):
    make.make_company()
    agent, contact = make.make_user(Role.AGENT), make.make_contact()
    FieldRule.objects.create(role=Role.AGENT, model="contacts.contact", field="industry", right=FieldRight.READ_ONLY)
    offered = make.signed_in(agent).get(BULK, {"op": "set", "pk": contact.pk}).context["fields"]
    assert {"source", "owner"} <= {spec.name for spec in offered}
    assert "industry" not in {spec.name for spec in offered}
    answer, job = send(agent, "set", field="industry", value="Wood", pk=contact.pk)
    assert (answer.status_code, job) == (422, None)


def test_tags_are_added_once_and_taken_off(manager):
    first, second = make.make_contact(tags=["a", "vip"]), make.make_contact()
    _, job = send(manager, "add_tag", value="vip, new", pk=[first.pk, second.pk])
    assert job.result["changed"] == 2
    tags = dict(Contact.objects.values_list("pk", "tags"))
    assert tags == {first.pk: ["a", "vip", "new"], second.pk: ["vip", "new"]}
    _, job = send(manager, "remove_tag", value="vip", pk=[first.pk, second.pk])
    assert dict(Contact.objects.values_list("pk", "tags")) == {first.pk: ["a", "new"], second.pk: ["new"]}


def test_a_custom_field_is_set_and_emptied_and_the_others_stay(manager):
    for key, kind in (("size", "number"), ("note", "text")):
        CustomField.objects.create(model="contacts.contact", key=key, label=key.title(), type=kind)
    contact = make.make_contact(custom={"note": "keep"})
    send(manager, "set", field="custom_size", value="2.5", pk=contact.pk)
    assert Contact.objects.get().custom == {"note": "keep", "size": 2.5}
    _, job = send(manager, "set", field="custom_size", value="", pk=contact.pk)
    assert Contact.objects.get().custom == {"note": "keep"}
    assert undo(manager, job).result["undone"] == 1
    assert Contact.objects.get().custom == {"note": "keep", "size": 2.5}


def test_a_field_of_organizations_is_not_written_on_persons(manager):
    person, works = make.make_contact(), make.make_contact(kind="organization")
    send(manager, "set", field="employees", value="50", pk=[person.pk, works.pk])
    assert dict(Contact.objects.values_list("pk", "employees")) == {person.pk: None, works.pk: 50}


def test_taking_back_gives_each_row_what_it_had_but_not_those_changed_since(manager):
    old = make.make_user()
    first, second, third = make.make_contact(owner=old), make.make_contact(), make.make_contact(owner=old)
    _, job = send(manager, "assign", pk=[first.pk, second.pk, third.pk], value=manager.pk)
    Contact.objects.filter(pk=third.pk).update(owner=None, version=3)
    undone = undo(manager, job)
    assert (undone.state, undone.result["undone"], undone.result["changed_since"]) == (JobState.DONE, 2, 1)
    assert dict(Contact.objects.values_list("pk", "owner")) == {first.pk: old.pk, second.pk: None, third.pk: None}
    again = undo(manager, job)
    assert (again.result["undone"], again.result["changed_since"]) == (0, 3)
    assert LogEntry.objects.filter(verb="undo").count() == 2


def test_only_who_may_change_the_job_takes_it_back(manager):
    contact = make.make_contact()
    _, job = send(manager, "assign", pk=contact.pk, value=manager.pk)
    other = make.make_user(Role.AGENT)
    assert make.signed_in(other).post(reverse("crm:job_undo", args=[job.pk])).status_code == 404
    assert Contact.objects.get().owner == manager


def test_a_form_sent_twice_starts_one_job(manager):
    contact, client = make.make_contact(), make.signed_in(manager)
    token = client.get(BULK, {"op": "assign", "pk": contact.pk}).context["form_token"]
    data = {"op": "assign", "pk": contact.pk, "value": manager.pk, "announced": "1", "form_token": token}
    for _ in range(2):
        assert client.post(BULK, data).status_code == 302
    assert JobRun.objects.filter(kind="bulk").count() == 1


def test_nobody_is_led_elsewhere_afterwards(manager):
    answer, job = send(manager, "assign", pk=make.make_contact().pk, value=manager.pk, next="https://evil.example/")
    assert answer["Location"] == job.get_absolute_url()


def test_a_rep_cannot_put_rows_out_of_their_own_sight(db):
    make.make_company()
    rep = make.make_user(Role.REP)
    contact = make.make_contact(owner=rep)
    _, job = send(rep, "assign", pk=contact.pk, value="")
    assert job.state == JobState.FAILED
    assert "You would not see" in job.error
    assert Contact.objects.get().owner == rep


def test_products_get_a_family_and_are_found_by_it(manager):
    chair = make.make_product(name="Chair")
    _, job = send(manager, "set", reverse("orders:product_bulk"), field="family", value="Seats", pk=chair.pk)
    assert job.result["changed"] == 1
    assert "seats" in Product.objects.get().search_text


def test_the_dialog_says_how_many_and_how_many_are_ones_own(db):
    make.make_company()
    team = make.make_team()
    rosa, mate = make.make_user(Role.REP, team=team), make.make_user(Role.REP, team=team)
    for owner in (rosa, rosa, mate):
        make.make_contact(owner=owner, team=team)
    shown = make.signed_in(rosa).get(BULK, {"op": "add_tag", "all": "1"})
    assert (shown.context["announced"], str(shown.context["writable"])) == ("3\u00a0contacts", "2")
