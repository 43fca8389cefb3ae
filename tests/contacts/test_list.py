"""The contact list: whose rows, which columns, what is refused, how many queries."""

import json

import pytest
from django.utils import timezone

from tests import factories as make


def names(response) -> list[str]:
    return [row.cells[0].html for row in response.context["table"].rows]


@pytest.fixture
def count_queries(django_assert_max_num_queries):
    def count(client, url: str, most: int) -> int:
        with django_assert_max_num_queries(most) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    return count


def fill(house, number: int) -> None:
    for _ in range(number):
        make.make_contact(
            owner=house.rep, team=house.rep.team, city="Leeds", emails=("a@x.example",), phones=("+44 113 496 0188",)
        )


def test_a_rep_sees_own_and_team_contacts_only(house):
    make.make_contact(name="Own", owner=house.rep)
    make.make_contact(name="Team", owner=house.mate, team=house.rep.team)
    make.make_contact(name="Foreign", owner=house.stranger, team=house.stranger.team)
    make.make_contact(name="Nobody's")
    assert names(make.signed_in(house.rep).get("/contacts/")) == ["Own", "Team"]
    assert len(names(make.signed_in(house.manager).get("/contacts/"))) == 4


def test_archived_contacts_are_shown_only_when_asked_for(house):
    make.make_contact(name="Here")
    make.make_contact(name="Gone", archived_at=timezone.now())
    client = make.signed_in(house.manager)
    assert names(client.get("/contacts/")) == ["Here"]
    assert names(client.get("/contacts/?state=archived")) == ["Gone"]
    assert names(client.get("/contacts/?state=all")) == ["Gone", "Here"]


@pytest.mark.parametrize(
    "query",
    [
        "owner__password__startswith=a",
        "owner__password=a",
        "name__contains=a",
        "_connector=OR",
        "pk=1",
        "id=1",
        "foo=",
        "sort=name;--",
        "sort=owner__password",
        "sort=-",
        "sort=password",
        "sort=industry",
        "columns=password",
        "columns=name,owner__password",
        "after=1",
        "after=%00",
        "before=x.y",
        "revenue_min=abc",
        "created_on_min=2026-13-01",
        "owner=1;2",
        "owner=abc",
        "kind=robot",
        "employees_min=1e400",
        "employees_min=NaN",
        "team=-1",
    ],
)
def test_what_the_list_does_not_know_is_refused_in_a_sentence_and_shows_no_rows(house, query):
    make.make_contact(name="Secret", owner=house.rep)
    response = make.signed_in(house.rep).get(f"/contacts/?{query}")
    assert response.status_code == 400
    assert response.context["problems"]
    assert names(response) == []


def test_filters_narrow_and_show_chips_that_can_be_taken_away(house):
    make.make_contact(name="Frame shop", kind="organization", city="Leeds", employees=12, tags=["vip", "uk"])
    make.make_contact(name="Glass shop", kind="organization", city="York", employees=80, tags=["vip"])
    make.make_contact(name="Person", owner=house.manager)
    client = make.signed_in(house.manager)
    response = client.get("/contacts/?kind=organization&employees_min=10&employees_max=50&city=LEE&tags=vip,uk")
    assert names(response) == ["Frame shop"]
    chips = {(chip.label, chip.value) for chip in response.context["chips"]}
    assert ("Kind", "Organization") in chips
    assert ("Employees", "from 10") in chips
    kind = next(chip for chip in response.context["chips"] if chip.label == "Kind")
    assert "kind=" not in kind.remove_url
    assert names(client.get("/contacts/?owner=me")) == ["Person"]
    assert names(client.get("/contacts/?owner=none")) == ["Frame shop", "Glass shop"]
    assert names(client.get(f"/contacts/?owner=none&owner={house.manager.pk}&kind=person")) == ["Person"]


def test_a_contact_with_two_addresses_stands_in_the_list_once(house):
    contact = make.make_contact(name="Twice", city="Leeds")
    contact.addresses.create(city="Leeds Bradford", is_primary=False)
    response = make.signed_in(house.manager).get("/contacts/?city=leeds")
    assert (names(response), response.context["count"]) == (["Twice"], "1")


def test_chosen_columns_are_kept_for_the_next_visit(house):
    make.make_contact(name="Anna", emails=("a@x.example",))
    client = make.signed_in(house.manager)
    client.post("/columns/", {"list": "contacts.contact", "columns": "email,bogus", "next": "/contacts/"})
    columns = [column.name for column in client.get("/contacts/").context["table"].columns]
    assert columns == ["name", "email"]


def test_the_columns_address_sends_nobody_to_another_site(house):
    response = make.signed_in(house.manager).post("/columns/", {"next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_htmx_gets_the_table_alone(house):
    make.make_contact(name="Anna")
    response = make.signed_in(house.manager).get("/contacts/", headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert b"Anna" in response.content
    assert "HX-Request" in response["Vary"]


def test_the_filter_builder_is_fetched_apart_with_what_is_asked_already(house):
    response = make.signed_in(house.rep).get("/contacts/?part=filters&kind=person&employees_min=3&q=x")
    builder = json.loads(response.context["builder"])
    assert {"employees", "segment", "orders_last", "email"} <= {field["name"] for field in builder["fields"]}
    assert builder["tree"]["where"]["all"] == [
        {"field": "kind", "op": "any", "value": ["person"]},
        {"field": "employees", "op": "at_least", "value": 3},
    ]
    assert builder["kept"] == {"q": "x"}


def test_the_number_of_rows_follows_the_builder(house):
    make.make_contact(name="Anna", owner=house.rep)
    client = make.signed_in(house.rep)
    assert client.get("/contacts/?part=count&kind=person").json() == {"count": "1", "problems": []}
    refused = client.get("/contacts/?part=count&filter=x")
    assert (refused.status_code, refused.json()["count"]) == (400, "")


@pytest.mark.parametrize("columns", ["", "?columns=place,email,phone,owner,team,organization,tags,market"])
def test_the_list_asks_as_often_for_50_rows_as_for_1(house, count_queries, columns):
    client = make.signed_in(house.rep)
    client.get("/columns/")  # the first request notes that the session is in use
    fill(house, 1)
    one = count_queries(client, f"/contacts/{columns}", 12)
    fill(house, 2)
    assert count_queries(client, f"/contacts/{columns}", 12) == one
    fill(house, 47)
    assert count_queries(client, f"/contacts/{columns}", 12) == one
    fill(house, 5)
    assert count_queries(client, f"/contacts/{columns}", 12) == one + 2  # the count of more than a page, guessed first


def test_a_name_that_is_markup_is_shown_as_text(house):
    make.make_contact(name="<script>alert(1)</script>", emails=('"<b>x</b>"@x.example',), tags=["<i>"], city="<u>")
    body = make.signed_in(house.manager).get("/contacts/?columns=place,email,tags").content
    assert b"<script>alert" not in body
    assert b"<b>x" not in body
    assert b"<i>" not in body
    assert b"<u>" not in body


def test_a_country_is_asked_by_its_name_or_its_letters(house):
    make.make_contact(name="Here", city="Leeds")
    make.make_contact(name="Nowhere")
    client = make.signed_in(house.manager)
    for text in ("GB", "gb", "United Kingdom"):
        response = client.get("/contacts/", {"country": text})
        assert names(response) == ["Here"]
    assert not client.get("/contacts/?country=B").context["table"].rows
