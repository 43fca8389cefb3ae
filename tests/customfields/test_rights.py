"""Rights on custom fields: one that is called like a shipped field is another field; and what the wizard of imports
lets people write."""

from __future__ import annotations

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, Role, Scope
from crm.field_rights import hidden_fields, hidden_specs
from crm.jobs import run_job
from crm.models import AccessRule, CustomField, FieldRule, ImportRun, JobRun, User
from tests.factories import make_company, make_contact, make_token, make_user, signed_in
from tests.importing.test_wizard import brought, sent

MODEL = "contacts.contact"
SHIPPED, CUSTOM = "Shipped steel", "Custom wool"
FIELDS = {"shipped": ("industry", SHIPPED), "custom": ("custom__industry", CUSTOM)}


@pytest.fixture
def contact(db) -> Contact:
    """With a shipped and a custom field of one name, both changed once."""
    make_company()
    CustomField.objects.create(model=MODEL, key="industry", label="Kind of trade", type="text")
    contact = make_contact(name="Ada", external_id="A1", industry="before", custom={"industry": "before"})
    Contact.objects.filter(pk=contact.pk).update(industry=SHIPPED, custom={"industry": CUSTOM})
    return contact


def texts(user: User, contact: Contact) -> dict[str, str]:
    """Every door at which the two stand."""
    browser, header = signed_in(user), {"Authorization": f"Bearer {make_token(user)}"}
    columns = [one for one in ("industry", "custom_industry") if one not in hidden_specs(user, MODEL)]
    shown = f"columns=name,{','.join(columns)}"
    answers = {
        "page": browser.get(contact.get_absolute_url()),
        "changes": browser.get(f"{contact.get_absolute_url()}?tab=changes"),
        "form": browser.get(f"{contact.get_absolute_url()}edit/"),
        "list": browser.get(f"/contacts/?{shown}"),
        "api": browser.get(f"/api/v1/contacts/{contact.pk}", headers=header),
        "api list": browser.get("/api/v1/contacts", headers=header),
    }
    found = {door: answer.content.decode() for door, answer in answers.items()}
    export = browser.get(f"/contacts/export/?{shown}")
    return {**found, "file": b"".join(export.streaming_content).decode()}


@pytest.mark.parametrize("hidden", FIELDS)
def test_a_rule_hides_the_field_that_it_names_and_not_its_namesake(contact: Contact, hidden: str) -> None:
    (field, gone), (_, there) = FIELDS[hidden], FIELDS["shipped" if hidden == "custom" else "custom"]
    user = make_user(Role.MANAGER)
    assert all(gone in text and there in text for text in texts(user, contact).values())
    FieldRule.objects.create(role=Role.MANAGER, model=MODEL, field=field, right=FieldRight.HIDDEN)
    user = User.objects.get(pk=user.pk)
    for door, text in texts(user, contact).items():
        assert gone not in text, door
        assert there in text, door


def test_names_of_a_hidden_custom_field_are_its_own(contact: Contact) -> None:
    FieldRule.objects.create(role=Role.REP, model=MODEL, field="custom__industry", right=FieldRight.HIDDEN)
    assert hidden_fields(User(role=Role.REP), Contact) == {"custom__industry", "custom_industry"}


@pytest.mark.django_db(transaction=True)
def test_an_administrator_makes_a_custom_field_of_a_column_in_the_wizard() -> None:
    make_company()
    client = signed_in(make_user(Role.ADMIN))
    run = brought(client, b"id,name,size\nc1,Ada,41\nc2,Bea,38\n")
    assert 'value="new:number"' in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("crm:import_start", args=[run.pk]), sent(["external_id", "name", "new:number"]))
    run_job(JobRun.objects.get(kind="import").pk)
    assert (CustomField.objects.get().key, CustomField.objects.get().type) == ("size", "number")
    assert dict(Contact.objects.values_list("external_id", "custom")) == {"c1": {"size": 41}, "c2": {"size": 38}}


@pytest.mark.django_db(transaction=True)
def test_who_may_make_no_field_is_offered_none_and_gets_none_by_force() -> None:
    make_company()
    client = signed_in(make_user(Role.MARKETER))
    run = brought(client, b"id,name,size\nc1,Ada,41\n")
    assert 'value="new:' not in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("crm:import_start", args=[run.pk]), sent(["external_id", "name", "new:number"]))
    for job in JobRun.objects.filter(kind="import"):
        run_job(job.pk)
    assert not CustomField.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("right", [FieldRight.HIDDEN, FieldRight.READ_ONLY])
def test_the_wizard_writes_no_custom_field_that_is_closed_to_the_person(right: str) -> None:
    make_company()
    CustomField.objects.create(model=MODEL, key="size", label="Size", type="number")
    FieldRule.objects.create(role=Role.MARKETER, model=MODEL, field="custom__size", right=right)
    AccessRule.objects.create(role=Role.MARKETER, model=MODEL, verb="import", scope=Scope.ALL)
    contact = make_contact(external_id="c1", custom={"size": 7})
    client = signed_in(make_user(Role.MARKETER))
    run = brought(client, b"id,size\nc1,41\n")
    assert 'value="custom_size"' not in client.get(run.get_absolute_url()).content.decode()
    client.post(reverse("crm:import_start", args=[run.pk]), sent(["external_id", "custom_size"]))
    for job in JobRun.objects.filter(kind="import"):
        run_job(job.pk)
    contact.refresh_from_db()
    assert contact.custom == {"size": 7}
    assert ImportRun.objects.count() == 1
