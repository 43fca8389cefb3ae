"""Filters that are too long for an address have a short name there, which means the same ids at every door."""

import json

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import Role
from crm.filtering.trees.keeping import LONGEST_IN_ADDRESS
from crm.models import JobRun, KeptFilter, SavedView
from tests import factories as make
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db
KEEP = reverse("crm:filter_keep")


def long_tree(*more: dict) -> str:
    """Longer than an address holds: any of 60 industries, and what else is asked."""
    many = [{"field": "industry", "op": "is", "value": f"Industry number {n}"} for n in range(60)]
    return json.dumps({"version": 1, "where": {"all": [{"any": many}, *more]}})


PERSON = {"field": "kind", "op": "any", "value": ["person"]}


@pytest.fixture
def mia(db):
    make.make_company()
    for name, kind, number in (("Ada", "person", 7), ("Okafor", "organization", 7), ("Bob", "person", 99)):
        make.make_contact(name=name, kind=kind, industry=f"Industry number {number}")
    return make.make_user(Role.MANAGER, name="Mia")


def short(client, text: str) -> str:
    assert len(text) > LONGEST_IN_ADDRESS
    return client.post(KEEP, {"filter": text}).json()["filter"]


def names(response) -> list[str]:
    return [row.cells[0].html for row in response.context["table"].rows]


def test_a_short_name_means_the_same_rows_in_list_count_file_api_and_bulk(mia):
    client = make.signed_in(mia)
    key = short(client, long_tree(PERSON))
    assert short(client, long_tree(PERSON)) == key
    assert KeptFilter.objects.count() == 1
    page = client.get("/contacts/", {"filter": key})
    assert names(page) == ["Ada"]
    assert client.get("/contacts/", {"filter": key, "part": "count"}).json()["count"] == "1"
    file = b"".join(client.get("/contacts/export/", {"filter": key}).streaming_content).decode()
    assert "Ada" in file
    assert "Okafor" not in file
    call = Caller(make.make_token(mia))
    assert [one["name"] for one in call.get("/contacts", {"filter": key}).json()["items"]] == ["Ada"]
    query = page.context["bulk"]["query"]
    assert len(query) < 200
    client.post("/contacts/bulk/", {"op": "add_tag", "value": "found", "all": "1", "filter": key, "announced": "1"})
    assert JobRun.objects.latest("pk").result["changed"] == 1
    assert Contact.objects.get(tags=["found"]).name == "Ada"


def test_no_link_of_the_page_is_longer_than_an_address(mia):
    client = make.signed_in(mia)
    page = client.get("/contacts/", {"filter": short(client, long_tree(PERSON))})
    chips = page.context["chips"]
    links = [chip.remove_url for chip in chips] + [page.context["save_url"], page.context["export_url"]]
    assert max(len(link) for link in links) < 500
    assert names(client.get(chips[1].remove_url)) == ["Ada", "Okafor"], "the second part is away"
    assert names(client.get(chips[0].remove_url)) == ["Ada", "Bob"], "the first part is away"
    both = client.get(client.get(chips[0].remove_url).context["chips"][0].remove_url)
    assert names(both) == ["Ada", "Bob", "Okafor"]


def test_a_view_of_a_long_filter_is_saved_whole_and_shown_by_its_short_name(mia):
    client = make.signed_in(mia)
    page = client.get("/contacts/", {"filter": short(client, long_tree(PERSON))})
    form = client.get(page.context["save_url"]).context["form"]
    client.post(
        reverse("crm:view_create"), {"list": "contacts.contact", "shown": form["shown"].value(), "name": "Long"}
    )
    view = SavedView.objects.get()
    assert view.filter == json.loads(long_tree(PERSON))
    shown = client.get("/contacts/", {"view": view.pk})
    assert names(shown) == ["Ada"]
    assert max(len(chip.remove_url) for chip in shown.context["chips"]) < 500


@pytest.mark.parametrize("asked", ["~", "~x", "~" + "0" * 32, "~" + "0" * 32 + "-1", "~" + "0" * 32 + "-9999", "~'--"])
def test_a_name_that_is_not_known_is_refused_in_a_sentence(mia, asked):
    page = make.signed_in(mia).get("/contacts/", {"filter": asked})
    assert (page.status_code, names(page)) == (400, [])
    assert page.context["problems"] == ["This filter is not known here: build it again."]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version":1,"where":null}', "x" * 30_000])
def test_what_is_no_filter_is_not_kept(mia, text):
    answer = make.signed_in(mia).post(KEEP, {"filter": text})
    assert answer.status_code == 422
    assert answer.json()["problem"]
    assert not KeptFilter.objects.exists()


def test_a_short_name_of_others_shows_nothing_that_one_may_not_see(mia):
    key = short(make.signed_in(mia), long_tree(PERSON))
    rep = make.make_user(Role.REP, name="Rosa")
    assert names(make.signed_in(rep).get("/contacts/", {"filter": key})) == []
