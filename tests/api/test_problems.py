"""Every refusal is a problem (RFC 9457) and no fault shows what is inside; sizes and depths have an end."""

import json

import pytest

from contacts.models import Contact
from tests import factories as make
from tests.api.calls import Caller


def is_problem(answer, status: int) -> bool:
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, body["status"]) == (status, status), body
    return bool(body["title"] and body["detail"] and body["code"])


def test_unknown_addresses_and_methods_are_problems(call):
    assert is_problem(call.get("/nothing"), 404)
    assert is_problem(call.get("/contacts/"), 404)
    assert is_problem(call.get("/contacts/999999999999999999999999999999"), 404)
    assert is_problem(call.get("/contacts/abc"), 404)
    put = call._send("PUT", "/contacts", {"name": "A"}, {})
    assert is_problem(put, 405)
    assert set(put["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}
    assert is_problem(Caller().get("/contacts"), 401)


def test_fault_of_ours_shows_nothing_inside(call, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret words")

    monkeypatch.setattr("crm.rest.house_api.current_company", fail)
    answer = call.get("/me")
    assert is_problem(answer, 500)
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 400),
        ("[1]", 422),
        ("null", 422),
        ('"text"', 422),
        ('{"name": NaN}', 400),
        ('{"name": "a", "name": "b"}', 400),
        ('{"name": "a\\u0000b"}', 400),
        ('{"name": "\\ud800"}', 400),
        ('{"name": {"a": 1}}', 422),
        ('{"name": ' + "9" * 5000 + "}", 400),
        ('{"name": "A", "employees": ' + "9" * 40 + "}", 400),
        ('{"name": "' + "a" * 301 + '"}', 422),
        ('{"employees": 1e400, "name": "A"}', 422),
        ('{"name": "A", "emails": ' + json.dumps(["a@b.example"] * 21) + "}", 422),
        ('{"name": "A", "emails": ["a@b.example\\nc@d.example"]}', 422),
        ("[" * 100_000, 400),
        ('{"name": ' + "[" * 30 + "]" * 30 + "}", 400),
        ('{"tags": [' + ",".join(["1"] * 60_000) + "]}", 413),
        (" " * 11_000_000, 413),
        (b"\xff\xfe", 400),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_body_that_cannot_be_taken_is_refused_and_saves_nothing(call, body, status):
    answer = call.client.post("/api/v1/contacts", body, content_type="application/json", headers=call.headers)
    assert is_problem(answer, status)
    assert not Contact.objects.exists()


def test_body_of_another_kind_is_refused(call):
    answer = call.client.post("/api/v1/contacts", {"name": "A"}, headers=call.headers)
    assert is_problem(answer, 415)


def test_openapi_document_is_valid_and_describes_every_field(client, company):
    answer = client.get("/api/v1/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("properties") or schema.get("enum"), name
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert all(one["description"] and one["responses"]["4XX"] for one in operations)
    assert all(one["security"] == [{"Token": []}] for one in operations)
    filters = {one["name"] for one in document["paths"]["/api/v1/contacts"]["get"]["parameters"]}
    assert {"q", "owner", "segment", "revenue_min", "updated_since", "after"} <= filters


def test_documentation_asks_for_a_signed_in_person_and_loads_nothing_foreign(client, rep):
    assert client.get("/api/v1/docs").status_code == 302
    page = make.signed_in(rep).get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "https://" not in text
    assert "<style" not in text
