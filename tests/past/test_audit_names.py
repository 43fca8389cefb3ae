"""The audit page speaks of records by their names, finds them by their names, and tells a creation as one entry."""

from __future__ import annotations

import pytest

from contacts.actions import PointInput, create_contact
from contacts.models import Contact
from crm.acting import acting
from crm.choices import Role, Scope
from crm.log import log
from crm.models import AccessRule, Company, RowChange, Team, User
from tests.factories import make_company, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    make_company()
    return make_user(Role.ADMIN, name="Ada Admin")


def made(admin: User, name: str = "Grace Hopper", request: str = "r1") -> Contact:
    """A contact with two points and an address, made by one request."""
    points = [PointInput("email", "g@navy.example"), PointInput("phone", "+1 202 555 0123")]
    with acting(actor_id=admin.pk, request_id=request):
        return create_contact(actor=admin, fields={"name": name}, points=points, address={"city": "Arlington"})


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def rows(client, url: str) -> list[list[str]]:
    response = client.get(url)
    assert response.status_code == 200
    return [[str(cell.html) for cell in row.cells] for row in response.context["table"].rows]


def test_kinds_and_records_are_named_in_words(admin: User) -> None:
    contact, company = made(admin), Company.objects.get()
    log(actor=admin, verb="change", object=company, summary="Other name")
    gone = make_team(name="Soon gone")
    log(actor=admin, verb="change", object=gone, summary="Changed it")
    Team.objects.filter(pk=gone.pk).delete()
    shown = page(signed_in(admin), "/audit/")
    assert "crm.company" not in shown
    assert "contacts.contact" not in shown.replace('value="contacts.contact"', "")
    cells = [cell for row in rows(signed_in(admin), "/audit/") for cell in row]
    assert {"Company", "Contact", str(company), "Grace Hopper", f"number {gone.pk}"} <= set(cells)
    exported = b"".join(signed_in(admin).get("/audit/export/").streaming_content).decode()
    assert "Contact,Grace Hopper" in exported
    assert contact.name in exported


def test_an_entry_is_found_by_the_name_of_its_record(admin: User) -> None:
    made(admin)
    made(admin, "Ada Byron", "r2")
    team = make_team(name="Arctic")
    log(actor=admin, verb="change", object=team, summary="Other parent")
    client = signed_in(admin)
    assert "Created Grace Hopper" in page(client, "/audit/?q=hopper")
    assert "Created Ada Byron" not in page(client, "/audit/?q=hopper")
    assert "Other parent" in page(client, "/audit/?q=arct")
    assert "Nothing matches" in page(client, "/audit/?q=nobody+of+this+name")
    assert len(rows(client, "/audit/rows/?q=Grace")) == 1
    Contact.objects.get(name="Grace Hopper").addresses.update(city="Oslo")
    assert len(rows(client, "/audit/rows/?q=grace")) == 2, "its parts are its own"


def test_a_creation_is_one_line_that_opens_with_all_its_parts(admin: User) -> None:
    contact, client = made(admin), signed_in(admin)
    lines = [row[0] for row in rows(client, "/audit/rows/")]
    ours = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines if "ontact" in line or "ddress" in line]
    head, _, parts = ours[0].partition(", with ")
    assert (len(ours), head) == (1, f"Contact {contact.pk} made")
    assert sorted(parts.split(", ")) == ["1 address", "2 contact points"]
    change = RowChange.objects.get(table_name="contacts_contact", row_id=contact.pk)
    opened = page(client, change.get_absolute_url())
    assert all(words in opened for words in ("Grace Hopper", "g@navy.example", "+1 202 555 0123", "Arlington"))
    assert len(rows(client, "/audit/rows/?table=contacts_contactpoint")) == 2, "asked for, parts stand by themselves"


def test_a_part_that_came_later_is_a_line_of_its_own(admin: User) -> None:
    contact = made(admin)
    with acting(actor_id=admin.pk, request_id="r9"):
        contact.addresses.create(city="Oslo", is_primary=False)
    assert any("Address" in row[0] for row in rows(signed_in(admin), "/audit/rows/"))


def test_names_are_those_that_the_reader_may_see(admin: User) -> None:
    contact = made(admin)
    for verb in ("view", "export"):
        for label in ("crm.rowchange", "crm.logentry"):
            AccessRule.objects.create(role=Role.MANAGER, model=label, verb=verb, scope=Scope.ALL)
        AccessRule.objects.create(role=Role.MANAGER, model="contacts.contact", verb=verb, scope=Scope.OWN)
    reader = signed_in(make_user(Role.MANAGER))
    cells = [cell for row in rows(reader, "/audit/") for cell in row]
    assert f"number {contact.pk}" in cells
    assert "Grace Hopper" not in cells
    assert rows(reader, "/audit/?q=hopper") == []


def test_the_pages_ask_as_often_for_many_lines_as_for_few(admin: User, django_assert_max_num_queries) -> None:
    client = signed_in(admin)
    for number in range(12):
        made(admin, f"Name {number}", f"r{number}")
    for url, most in (("/audit/", 14), ("/audit/rows/", 14), ("/audit/?q=name", 16)):
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200
