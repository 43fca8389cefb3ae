"""The set-up page: the first visitor of an empty instance becomes its administrator and is in; nobody else is."""

import pytest

from crm.choices import Role
from crm.models import Company, User

ASKED = {
    "name": "Harbour Records",
    "time_zone": "Europe/Oslo",
    "currency": "NOK",
    "person": "Nora Lind",
    "email": "nora@crm.example",
    "password": "a long pass phrase",
}


@pytest.fixture(autouse=True)
def _empty(db):
    User.objects.all().delete()


def test_first_visitor_is_led_to_the_set_up_page(client):
    assert client.get("/").url == "/setup/"


def test_first_visitor_is_signed_in_as_administrator(client):
    client.post("/setup/", ASKED)
    page = client.get("/")
    assert (page.status_code, page.wsgi_request.user.role) == (200, Role.ADMIN)
    assert Company.objects.values_list("name", "currency").get() == ("Harbour Records", "NOK")


def test_what_was_typed_survives_an_error(client):
    page = client.post("/setup/", ASKED | {"email": "nora", "password": ""})
    assert (page.status_code, User.objects.count()) == (200, 0)
    assert 'value="Harbour Records"' in page.content.decode()


def test_second_visitor_is_sent_to_sign_in(client):
    User.objects.create_user("nora@crm.example", "a long pass phrase", name="Nora Lind", role=Role.ADMIN)
    answer = client.post("/setup/", ASKED | {"email": "eve@crm.example"})
    assert (answer.url, User.objects.count()) == ("/accounts/login/", 1)


def test_an_instance_whose_people_are_all_inactive_is_not_set_up_by_a_stranger(client):
    User.objects.create_user("nora@crm.example", ASKED["password"], name="Nora Lind", is_active=False)
    assert client.get("/setup/").status_code == 302


def test_people_made_by_an_import_leave_the_set_up_open(client):
    User.objects.create_user("owner@crm.example", None, name="Owner of a row", is_active=False)
    assert client.get("/setup/").status_code == 200
