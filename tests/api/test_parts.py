"""Points, addresses, interactions of a contact; who I am; jobs."""

from contacts.models import Interaction
from crm.models import JobRun
from tests import factories as make
from tests.api.calls import Caller


def test_points_are_listed_and_added(call):
    contact = make.make_contact(emails=("a@x.example",), phones=("+44 113 496 0188",))
    path = f"/contacts/{contact.pk}/points"
    added = call.post(path, {"kind": "email", "value": " B@x.example"})
    assert added.status_code == 201, added.content
    emails = [(one["normalised"], one["is_primary"]) for one in added.json()["items"] if one["kind"] == "email"]
    assert emails == [("a@x.example", True), ("b@x.example", False)]
    assert call.post(path, {"kind": "email", "value": "b@X.example"}).json() == call.get(path).json()
    refused = call.post(path, {"kind": "phone", "value": "ring me"})
    assert refused.status_code == 422
    assert "not a phone number" in refused.json()["errors"][0]["message"]
    assert call.post(path, {"kind": "fax", "value": "1"}).status_code == 422
    contact.refresh_from_db()
    assert "b@x.example" in contact.search_text


def test_addresses_are_listed(call):
    contact = make.make_contact(city="Leeds")
    (address,) = call.get(f"/contacts/{contact.pk}/addresses").json()["items"]
    assert (address["city"], address["country"], address["is_primary"]) == ("Leeds", "GB", True)


def test_interactions_are_added_and_come_newest_first(call, manager):
    contact = make.make_contact()
    path = f"/contacts/{contact.pk}/interactions"
    made = call.post(path, {"channel": "phone", "subject": "Asked for oak", "direction": "in", "minutes": 4})
    assert made.status_code == 201, made.content
    assert made.json()["duration_seconds"] == 240
    assert made.json()["user"] == {"id": manager.pk, "name": manager.name}
    older = make.make_interaction(contact)
    assert [one["id"] for one in call.pages(path, {"page_size": 1})] == [made.json()["id"], older.pk]
    future = call.post(path, {"channel": "phone", "subject": "x", "occurred_at": "2199-01-01T00:00:00Z"})
    assert future.status_code == 422
    assert future.json()["errors"][0]["field"] == "occurred_at"
    assert call.post(path, {"channel": "pigeon", "subject": "x"}).status_code == 422
    assert Interaction.objects.count() == 2


def test_me_says_who_i_am_and_what_the_token_may(rep):
    call = Caller(make.make_token(rep, "contacts:read"))
    me = call.get("/me").json()
    assert (me["id"], me["role"], me["token"]["scopes"]) == (rep.pk, "rep", ["contacts:read"])
    assert me["company"]["currency"] == "EUR"


def test_jobs_are_my_own(rep, rep_call):
    mine = JobRun.objects.create(kind="import", title="Mine", actor=rep)
    JobRun.objects.create(kind="import", title="Other", actor=make.make_user())
    assert [one["id"] for one in rep_call.pages("/jobs")] == [mine.pk]
    assert rep_call.get(f"/jobs/{mine.pk}").json()["state"] == "waiting"
