"""Making and changing a contact on its form."""

import datetime as dt

import pytest

from contacts.models import Contact
from tests import factories as make


def data(**fields):
    return {"kind": "person", "name": "Anna Berg", **fields}


def of_page(response) -> dict:
    """What the page would send back, typed anew."""
    form = response.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, "")}


def as_typed(values: dict) -> dict:
    lines = {"emails", "phones", "handles"}
    return {
        name: "\n".join(value) if name in lines and isinstance(value, list) else
        ", ".join(value) if name == "tags" and isinstance(value, list) else value
        for name, value in values.items()
    }  # fmt: skip


def test_a_rep_makes_a_contact_of_their_own(house):
    client = make.signed_in(house.rep)
    values = data(
        owner=house.rep.pk, emails="a@x.example\nb@x.example", phones="+44 113 496 0188", city="Leeds", country="uk"
    )
    response = client.post("/contacts/new/", values)
    contact = Contact.objects.get()
    assert response["Location"] == contact.get_absolute_url()
    assert (contact.owner, contact.points.count(), contact.addresses.get().country) == (house.rep, 3, "GB")


def test_a_name_is_made_of_first_and_last(house):
    make.signed_in(house.manager).post("/contacts/new/", data(name="", first_name="Anna", last_name="Berg"))
    assert Contact.objects.get().name == "Anna Berg"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"emails": "a@x.example\nnonsense"}, "emails"),
        ({"phones": "call me"}, "phones"),
        ({"name": "x" * 301}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"created_on": "yesterday"}, "created_on"),
        ({"kind": "robot"}, "kind"),
        ({"tags": "x" * 61}, "tags"),
        ({"markets": ["moon"]}, "markets"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field_and_kept(house, fields, field):
    response = make.signed_in(house.manager).post("/contacts/new/", data(industry="Typed text", **fields))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert b"Typed text" in response.content
    assert not Contact.objects.exists()


def test_the_second_line_that_is_no_address_is_named(house):
    response = make.signed_in(house.manager).post("/contacts/new/", data(emails="a@x.example\nnonsense"))
    assert response.context["form"].errors["emails"] == ["Line 2, “nonsense”: Enter a valid email address."]


@pytest.mark.parametrize("field", ["organization", "parent", "owner", "team"])
def test_ids_of_what_one_may_not_give_are_refused(house, field):
    hidden = make.make_contact(name="CANARY", kind="organization", owner=house.stranger)
    ids = {"organization": hidden.pk, "parent": hidden.pk, "owner": house.stranger.pk, "team": house.stranger.team_id}
    kind = "organization" if field == "parent" else "person"
    values = {**data(kind=kind, owner=house.rep.pk), field: ids[field]}
    response = make.signed_in(house.rep).post("/contacts/new/", values)
    assert response.status_code == 422
    assert b"CANARY" not in response.content
    assert Contact.objects.count() == 1


def test_saving_a_page_unchanged_changes_nothing(house):
    organization = make.make_contact(name="Okafor Ltd", kind="organization", owner=house.stranger)
    contact = make.make_contact(
        name="Anna",
        owner=house.rep,
        team=house.rep.team,
        organization=organization,
        emails=("a@x.example", "b@x.example"),
        phones=("+44 113 496 0188",),
        city="Leeds",
        tags=["vip", "uk"],
        markets=["consumer"],
        birthday=dt.date(1990, 5, 1),
    )
    client = make.signed_in(house.rep)
    url = f"/contacts/{contact.pk}/edit/"
    response = client.post(url, as_typed(of_page(client.get(url))))
    assert response.status_code == 302
    contact.refresh_from_db()
    assert (contact.version, contact.organization) == (1, organization)


def test_the_second_writer_gets_the_typed_text_back_and_may_then_save(house):
    contact = make.make_contact(name="Anna", owner=house.rep)
    client, url = make.signed_in(house.rep), f"/contacts/{contact.pk}/edit/"
    mine = {**as_typed(of_page(client.get(url))), "industry": "Glass, as typed by Rosa"}
    other = make.signed_in(house.manager)
    other.post(url, {**as_typed(of_page(other.get(url))), "industry": "Wood"})
    response = client.post(url, mine)
    assert response.status_code == 409
    assert b"Glass, as typed by Rosa" in response.content
    assert b"Mia Manager saved this record while you were typing" in response.content
    assert client.post(url, as_typed(of_page(response))).status_code == 302
    contact.refresh_from_db()
    assert contact.industry == "Glass, as typed by Rosa"


def test_fields_that_are_not_on_the_form_are_not_taken(house):
    contact = make.make_contact(name="Anna", owner=house.rep)
    client, url = make.signed_in(house.rep), f"/contacts/{contact.pk}/edit/"
    values = as_typed(of_page(client.get(url)))
    extra = {"search_text": "x", "archived_at": "2020-01-01", "kind": "organization", "custom": "{}", "id": "9"}
    client.post(url, {**values, "name": "Anna B", **extra})
    contact.refresh_from_db()
    assert (contact.name, contact.search_text, contact.archived_at, contact.kind) == (
        "Anna B",
        "anna b",
        None,
        "person",
    )


def test_the_same_mail_address_twice_is_allowed_and_said(house):
    make.make_contact(name="First Owner", emails=("shared@x.example",))
    response = make.signed_in(house.manager).post("/contacts/new/", data(emails="Shared@x.example"), follow=True)
    assert Contact.objects.count() == 2
    assert b"First Owner</a> has the same e-mail address" in response.content


def test_an_organization_cannot_stand_below_itself(house):
    top = make.make_contact(name="Top", kind="organization")
    below = make.make_contact(name="Below", kind="organization", parent=top)
    client, url = make.signed_in(house.manager), f"/contacts/{top.pk}/edit/"
    response = client.post(url, {**as_typed(of_page(client.get(url))), "parent": below.pk})
    assert response.status_code == 422
    assert "parent" in response.context["form"].errors


def test_options_are_what_the_person_may_see(house):
    make.make_contact(name="Frames North", kind="organization", owner=house.rep)
    make.make_contact(name="Frames South", kind="organization", owner=house.stranger)
    make.make_contact(name="Frank", owner=house.rep)
    client = make.signed_in(house.rep)
    options = client.get("/contacts/options/organizations/?q=fra").json()["options"]
    assert [option["text"] for option in options] == ["Frames North"]
    assert len(client.get("/contacts/options/?q=fra").json()["options"]) == 2
