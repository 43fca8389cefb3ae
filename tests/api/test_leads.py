"""Leads by the API."""

import pytest

from contacts.models import Contact
from crm.choices import Role
from leads.models import Lead
from tests import factories as make


def test_a_lead_is_made_changed_moved_and_archived(call, manager):
    body = {"name": "Ada Lund", "email": "ada@lund.example", "source": "Trade fair", "utm_source": "flyer"}
    made = call.post("/leads", {**body, "tags": ["hotel"]}, Idempotency_Key="one")
    assert made.status_code == 201, made.content
    assert call.post("/leads", {**body, "tags": ["hotel"]}, Idempotency_Key="one").json()["id"] == made.json()["id"]
    lead = Lead.objects.get()
    assert (lead.source, lead.utm_source, lead.tags, lead.owner) == ("Trade fair", "flyer", ["hotel"], manager)
    path = f"/leads/{lead.pk}"
    read = call.get(path)
    changed = call.patch(path, {"phone": "+44 113 496 0188"}, If_Match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert call.patch(path, {"city": "York"}, If_Match=read["ETag"]).status_code == 412
    refused = call.post(f"{path}/move", {"status": "nurturing"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "recycle_on")
    assert call.post(f"{path}/move", {"status": "working"}).status_code == 200
    assert Lead.objects.get().status == "working"
    assert call.post(f"{path}/archive").json()["archived_at"]
    assert call.post(f"{path}/restore").json()["archived_at"] is None


def test_who_is_known_becomes_a_lead_of_that_contact(call, manager):
    known = make.make_contact(name="Ada Lund", emails=("ada@lund.example",), owner=manager)
    assert call.post("/leads", {"name": "A. Lund", "email": "Ada@Lund.example"}).status_code == 201
    assert Lead.objects.get().contact == known
    known.refresh_from_db()
    assert known.name == "Ada Lund"
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("email", "ada at lund"), ("phone", "1"), ("market", "moon"), ("owner_id", 10**9)]
)
def test_what_is_wrong_is_named(call, field, value):
    answer = call.post("/leads", {"name": "Ada", field: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert not Lead.objects.exists()


def test_a_rep_reads_own_leads_only(rep, rep_call):
    stranger = make.make_user(Role.REP, team=make.make_team())
    theirs = Lead.objects.create(name="Theirs", owner=stranger, team=stranger.team)
    assert rep_call.post("/leads", {"name": "Mine"}).status_code == 201
    assert [one["name"] for one in rep_call.pages("/leads")] == ["Mine"]
    assert rep_call.get(f"/leads/{theirs.pk}").status_code == 404
