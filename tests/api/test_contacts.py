"""Contacts by the API: what the pages allow, by the pages' own forms."""

from contacts.models import Contact
from crm.models import LogEntry
from tests import factories as make

MIA = {
    "name": "Mia Keller",
    "emails": ["mia@example.com", "m.keller@example.com"],
    "phones": ["+44 113 496 0188"],
    "city": "Leeds",
    "country": "United Kingdom",
    "tags": ["vip", "press"],
    "market": ["consumer"],
    "external_id": "K-1",
}


def test_contact_is_made_read_changed_archived_and_restored(call, manager):
    made = call.post("/contacts", MIA)
    assert made.status_code == 201, made.content
    record = made.json()
    assert made["Location"] == f"/api/v1/contacts/{record['id']}"
    assert record["emails"] == MIA["emails"]
    assert record["email"] == "mia@example.com"
    assert (record["city"], record["country"]) == ("Leeds", "GB")
    assert record["owner"] == {"id": manager.pk, "name": manager.name}
    assert record["tags"] == ["vip", "press"]
    path = f"/contacts/{record['id']}"
    read = call.get(path)
    assert read.json() == record
    assert read["ETag"] == '"1"'
    changed = call.patch(path, {"city": "York"}, If_Match='"1"')
    assert changed.status_code == 200, changed.content
    assert changed.json()["city"] == "York"
    assert changed.json()["emails"] == MIA["emails"]
    assert changed.json()["version"] == 2
    assert call.post(f"{path}/archive").json()["archived_at"]
    assert call.pages("/contacts") == []
    assert call.post(f"{path}/restore").json()["archived_at"] is None
    verbs = set(LogEntry.objects.filter(object_id=record["id"], actor=manager).values_list("verb", flat=True))
    assert verbs == {"create", "change", "archive", "restore"}


def test_change_of_an_old_version_is_refused_and_changes_nothing(call):
    contact = make.make_contact(name="Mia", version=3)
    path = f"/contacts/{contact.pk}"
    for answer, status in (
        (call.patch(path, {"name": "Eva", "version": 2}), 409),
        (call.patch(path, {"name": "Eva"}, If_Match='"2"'), 412),
        (call.patch(path, {"name": "Eva"}, If_Match="*"), 412),
        (call.patch(path, {"name": "Eva"}), 428),
    ):
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert Contact.objects.get().name == "Mia"
    assert call.patch(path, {"name": "Eva", "version": 3}).status_code == 200


def test_wrong_values_are_named_in_sentences_and_nothing_is_saved(call):
    answer = call.post("/contacts", {"name": "Mia", "emails": ["mia"], "phones": ["x"], "owner_id": 10**9})
    assert answer.status_code == 422
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert set(errors) == {"emails", "phones", "owner_id"}
    assert "“mia”" in errors["emails"]
    assert not Contact.objects.exists()


def test_fields_that_nobody_may_set_are_refused(call):
    for name, value in (("search_text", "x"), ("version_", 1), ("created_at", "2020-01-01"), ("archived_at", None)):
        answer = call.post("/contacts", {"name": "Mia", name: value})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == name
    person = make.make_contact(name="Mia")
    answer = call.patch(f"/contacts/{person.pk}", {"employees": 5, "kind": "organization", "version": 1})
    assert answer.status_code == 422
    assert Contact.objects.get().employees is None


def test_organizations_are_contacts_of_their_kind(call):
    made = call.post("/organizations", {"name": "Frames Ltd", "employees": 12, "turnover": "1200000.50"})
    assert made.status_code == 201, made.content
    assert made.json()["kind"] == "organization"
    assert made.json()["turnover"] == "1200000.50"
    person = make.make_contact(name="Mia")
    assert call.get(f"/organizations/{person.pk}").status_code == 404
    assert [one["name"] for one in call.pages("/organizations")] == ["Frames Ltd"]
    assert {one["name"] for one in call.pages("/contacts")} == {"Frames Ltd", "Mia"}


def test_rep_makes_own_contacts_and_changes_no_stranger(rep, rep_call):
    stranger = make.make_contact(name="Not mine", owner=make.make_user(team=make.make_team()))
    mate = make.make_contact(name="Mate", owner=make.make_user(team=rep.team), team=rep.team)
    assert rep_call.get(f"/contacts/{stranger.pk}").status_code == 404
    assert rep_call.get(f"/contacts/{mate.pk}").status_code == 200
    assert rep_call.patch(f"/contacts/{mate.pk}", {"name": "x", "version": 1}).status_code == 403
    assert rep_call.post(f"/contacts/{stranger.pk}/archive").status_code == 404
    assert rep_call.post("/contacts", {"name": "A", "owner_id": stranger.owner_id}).status_code == 422
    assert rep_call.post("/contacts", {"name": "A", "organization_id": stranger.pk}).status_code == 422
    assert rep_call.post("/contacts", {"name": "Mine"}).json()["owner"]["id"] == rep.pk
