"""Cells of lists, changed where they stand: who may, what comes back, and what a second writer sees."""

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, FieldType, Role
from crm.models import CustomField, FieldRule, LogEntry, Share
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
COLUMNS = "name,owner,industry"


def cell_of(contact: Contact, field: str, columns: str = COLUMNS) -> str:
    return f"{reverse('contacts:contact_cell', args=[contact.pk])}?field={field}&columns={columns}"


@pytest.fixture
def house(db):
    make.make_company()
    team = make.make_team(name="North")
    rosa = make.make_user(Role.REP, name="Rosa", team=team)
    return rosa, make.make_user(Role.REP, name="Kim Lee", team=team)


def opened(client, url: str) -> dict[str, list[str]]:
    answer = client.get(url, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode(), "over a cell, the form comes alone"
    return form_in(answer.content.decode(), "opened").fields


def save(client, url: str, fields: dict[str, object]):
    return client.post(url, fields, headers=HTMX, follow=True)


def test_a_cell_is_saved_and_the_row_comes_back_as_it_stands(house):
    rosa, _ = house
    contact = make.make_contact(name="Nordlys", owner=rosa, industry="Wood")
    client, url = make.signed_in(rosa), cell_of(contact, "industry")
    answer = save(client, url, {**opened(client, url), "industry": "Steel <b>"})
    html = answer.content.decode()
    assert f'id="row-{contact.pk}"' in html
    assert '<td class="" data-label="Industry" data-cell="industry">Steel &lt;b&gt;</td>' in html
    assert html.count("<tr") == 1
    contact.refresh_from_db()
    assert (contact.industry, contact.version) == ("Steel <b>", 2)
    assert LogEntry.objects.get(verb="change").summary == "Changed industry"


def test_every_kind_of_field_is_read_as_its_form_would(house):
    rosa, kim = house
    works_at = make.make_contact(name="Okafor & Sons", kind="organization", owner=rosa)
    contact = make.make_contact(name="Ada", owner=rosa)
    client = make.signed_in(make.make_user(Role.MANAGER, name="Mia"))
    for key, kind, choices in (
        ("size", FieldType.NUMBER, []),
        ("hall", FieldType.CHOICE, ["A", "B"]),
        ("seen", FieldType.MULTI_CHOICE, ["web", "fair"]),
        ("vip", FieldType.FLAG, []),
        ("friend", FieldType.CONTACT, []),
    ):
        CustomField.objects.create(key=key, label=key.title(), type=kind, choices=choices)
    for name, typed in (
        ("owner", kim.pk),
        ("market", ["business", "government"]),
        ("tags", "fair, keen"),
        ("birthday", "1990-05-04"),
        ("organization", works_at.pk),
        ("custom_size", "4.5"),
        ("custom_hall", "B"),
        ("custom_seen", ["web", "fair"]),
        ("custom_vip", "no"),
        ("custom_friend", works_at.pk),
    ):
        url = cell_of(contact, name)
        answer = save(client, url, {**opened(client, url), name: typed})
        assert answer.status_code == 200, name
        assert f"row-{contact.pk}" in answer.content.decode(), (name, answer.content.decode())
    contact.refresh_from_db()
    assert (contact.owner, contact.tags, contact.organization) == (kim, ["fair", "keen"], works_at)
    assert contact.birthday.isoformat() == "1990-05-04"
    assert contact.custom == {"size": 4.5, "hall": "B", "seen": ["web", "fair"], "vip": False, "friend": works_at.pk}


def test_what_cannot_be_read_stays_in_the_form_with_a_sentence(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa)
    client, url = make.signed_in(rosa), cell_of(contact, "birthday")
    answer = save(client, url, {**opened(client, url), "birthday": "soon"})
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#cell-editor")
    assert "Enter a valid date." in answer.content.decode()
    contact.refresh_from_db()
    assert contact.version == 1


def test_a_second_writer_of_the_same_cell_is_shown_theirs_and_keeps_what_was_typed(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa, industry="Wood", team=rosa.team)
    mine, theirs = make.signed_in(rosa), make.signed_in(make.make_user(Role.MANAGER, name="Mia"))
    url = cell_of(contact, "industry")
    fields = opened(mine, url)
    save(theirs, url, {**opened(theirs, url), "industry": "Steel"})
    answer = save(mine, url, {**fields, "industry": "Glass"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Mia saved this record while you were typing" in html
    assert 'value="Glass"' in html
    assert "<td>Steel</td>" in html
    again = save(mine, url, form_in(html, "opened").fields)
    assert "Glass" in again.content.decode()
    contact.refresh_from_db()
    assert contact.industry == "Glass"


def test_what_others_changed_in_another_cell_stays_without_a_question(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa, industry="Wood")
    client = make.signed_in(rosa)
    industry, source = cell_of(contact, "industry"), cell_of(contact, "source")
    fields = opened(client, industry)
    save(client, source, {**opened(client, source), "source": "fair"})
    assert save(client, industry, {**fields, "industry": "Glass"}).status_code == 200
    contact.refresh_from_db()
    assert (contact.industry, contact.source, contact.version) == ("Glass", "fair", 3)


def test_field_rights_hold_in_the_cell_and_in_the_row(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa, industry="Wood", source="fair")
    FieldRule.objects.create(role="rep", model="contacts.contact", field="industry", right=FieldRight.READ_ONLY)
    FieldRule.objects.create(role="rep", model="contacts.contact", field="source", right=FieldRight.HIDDEN)
    client = make.signed_in(rosa)
    for name in ("industry", "source"):
        assert client.get(cell_of(contact, name)).status_code == 403
        assert client.post(cell_of(contact, name), {"field": name, name: "x", "version": 1}).status_code == 403
    html = client.get(reverse("contacts:contact_list") + "?columns=name,industry,tags").content.decode()
    assert 'data-cell="tags"' in html
    assert 'data-cell="industry"' not in html
    assert client.get(cell_of(contact, "nothing")).status_code == 404
    contact.refresh_from_db()
    assert contact.version == 1


def test_a_field_of_the_other_kind_is_refused_in_a_sentence(house):
    rosa, _ = house
    client, url = make.signed_in(rosa), cell_of(make.make_contact(owner=rosa), "employees")
    assert "one of another kind" in client.get(url, headers=HTMX).content.decode()
    answer = client.post(url, {"field": "employees", "employees": "7", "version": 1}, headers=HTMX)
    assert answer.status_code == 422
    assert "<b>7</b>" in answer.content.decode(), "what was typed is not lost"


def test_a_shared_contact_is_not_given_away_in_a_cell(house):
    rosa, kim = house
    contact = make.make_contact(owner=make.make_user(Role.REP, name="Far"))
    Share.objects.create(model="contacts.contact", object_id=contact.pk, user=rosa, right="change")
    client, url = make.signed_in(rosa), cell_of(contact, "owner")
    assert "by their own right" in client.get(url, headers=HTMX).content.decode()
    client.post(url, {"field": "owner", "owner": kim.pk, "version": 1}, headers=HTMX)
    contact.refresh_from_db()
    assert contact.owner != kim


def test_who_would_lose_sight_of_the_row_is_told(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa)
    client, url = make.signed_in(rosa), cell_of(contact, "owner")
    answer = save(client, url, {**opened(client, url), "owner": ""})
    assert answer.status_code == 422
    assert "You would not see this record any more" in answer.content.decode()


def test_a_contact_that_went_meanwhile_is_said_with_what_was_typed(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa)
    client, url = make.signed_in(rosa), cell_of(contact, "industry")
    fields = opened(client, url)
    Contact.objects.filter(pk=contact.pk).update(owner=make.make_user(Role.REP, name="Far"))
    answer = save(client, url, {**fields, "industry": "Glass"})
    assert answer.status_code == 422
    assert "gone, or out of your sight" in answer.content.decode()
    assert "<b>Glass</b>" in answer.content.decode()


def test_without_scripts_the_cell_is_a_page(house):
    rosa, _ = house
    contact = make.make_contact(owner=rosa)
    client, url = make.signed_in(rosa), cell_of(contact, "industry")
    fields = form_in(client.get(url).content.decode(), "opened").fields
    answer = client.post(url, {**fields, "industry": "Glass"})
    assert (answer.status_code, answer["Location"]) == (302, contact.get_absolute_url())


def test_a_row_alone_is_only_for_who_may_see_it(house):
    rosa, _ = house
    far = make.make_contact(owner=make.make_user(Role.REP, name="Far"))
    client = make.signed_in(rosa)
    for key in (far.pk, "0", "x", "9" * 30):
        assert client.get(reverse("contacts:contact_list") + f"?part=row&pk={key}").status_code == 404
