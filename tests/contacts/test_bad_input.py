"""Names as hard as they come: stored as typed, shown safely, escaped in files; what is typed for what is gone stays."""

from __future__ import annotations

import csv
import html
import io

import pytest

from contacts.models import Contact
from crm.choices import Role
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_token, make_user, signed_in
from tests.importing.tables import brought_in, written

pytestmark = pytest.mark.django_db
NAMES = (
    "Y",
    "N" * 300,
    "李小龍",
    "محمد صلاح",
    "Ζωή Παπαδοπούλου",
    "👩‍👩‍👧‍👦 Emoji",
    "a\u200bb\u200d\u2060c",
    "\u202eevil\u202c mark",
    "e\u0301\u0301\u0301\u0301 Zalgo",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% now 'Y' %}",
    "Robert'); DROP TABLE contacts_contact;--",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    "null",
    "True",
    "00123",
    "O'Brien & Söhne; \"Ltd\", <b>",
)  # fmt: skip


@pytest.fixture
def client():
    make_company()
    return signed_in(make_user(Role.MANAGER))


def written_by_form(client, name):
    answer = client.post(
        "/contacts/new/", {"kind": "person", "name": name, "form_token": f"token {len(name)} {name[:5]}"}
    )
    assert answer.status_code == 302, (name, answer.context["form"].errors)


def test_the_form_stores_them_as_typed_and_each_page_shows_them_safely(client):
    for name in NAMES:
        written_by_form(client, name)
    assert list(Contact.objects.order_by("pk").values_list("name", flat=True)) == list(NAMES)
    pages = [client.get("/contacts/").content.decode()]
    pages += [client.get(one.get_absolute_url()).content.decode() for one in Contact.objects.order_by("pk")]
    for page in pages:
        assert "<script>alert(1)" not in page and "<img src=x" not in page
    for one, page in zip(Contact.objects.order_by("pk"), pages[1:], strict=False):
        assert html.escape(one.name) in page.replace("&#39;", "&#x27;"), one.name


def test_files_escape_what_would_run_and_come_in_again_as_they_were(client, tmp_path):
    for name in NAMES:
        make_contact(name=name, external_id=f"k{len(Contact.objects.all())}")
    content = client.get("/contacts/export/", {"columns": "external_id"}).getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "-")]
    before = dict(Contact.objects.values_list("external_id", "name"))
    Contact.objects.all().delete()
    brought_in("contacts", written(tmp_path, content), ("Name=name", "External id=external_id"))
    assert dict(Contact.objects.values_list("external_id", "name")) == before


def test_the_api_takes_and_gives_them_as_typed(client):
    api = Caller(make_token(make_user(Role.MANAGER)))
    for name in NAMES:
        answer = api.post("/contacts", {"name": name})
        assert (answer.status_code, answer.json()["name"]) == (201, name)


def test_a_name_that_is_too_long_or_cannot_be_stored_is_refused_with_a_sentence(client):
    for name in ("N" * 301, "nul\0byte"):
        answer = client.post("/contacts/new/", {"kind": "person", "name": name})
        assert answer.status_code == 422
        assert answer.context["form"].errors["name"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize("address", ["/contacts/{}/edit/", "/contacts/{}/fact/"])
def test_what_was_typed_for_a_contact_that_is_gone_stays_on_the_page(client, address):
    contact = make_contact()
    key, version = contact.pk, contact.version
    contact.delete()
    answer = client.post(address.format(key), {"fact": "industry", "industry": "Typed for long", "version": version})
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Typed for long" in page and "Traceback" not in page
