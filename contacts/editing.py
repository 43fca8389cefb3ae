"""What can be changed of contacts from their list, one cell or many rows at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from contacts.actions import change_contact
from contacts.choices import ContactKind
from contacts.forms import people_to_give, teams_to_give
from contacts.models import Contact
from contacts.territories.placing import place_contacts
from crm.bulk.editing import EditField, Editing
from crm.models import Team, User

OF_PERSONS = (("kind", ContactKind.PERSON),)
OF_ORGANIZATIONS = (("kind", ContactKind.ORGANIZATION),)


def _people(user: User) -> QuerySet[User]:
    return people_to_give(user, Contact())


def _teams(user: User) -> QuerySet[Team]:
    return teams_to_give(user, Contact())


def _organizations(user: User) -> QuerySet[Contact]:
    return Contact.objects.visible_to(user).organizations()


def change(*, record: Contact, **given: Any) -> Contact:
    return change_contact(contact=record, **given)


EDITING = Editing(
    "contact",
    (
        EditField("industry", "industry"),
        EditField("owner", "owner", offered=_people, by_charge=True),
        EditField("team", "team", offered=_teams, by_charge=True),
        EditField(
            "organization",
            "organization",
            offered=_organizations,
            only=OF_PERSONS,
            options_url_name="contacts:organization_options",
        ),
        EditField("market", "markets"),
        EditField("tags", "tags"),
        EditField("source", "source"),
        EditField("list_kind", "list_kind"),
        EditField("created_on", "created_on"),
        EditField("employees", "employees", only=OF_ORGANIZATIONS),
        EditField("turnover", "revenue", only=OF_ORGANIZATIONS),
        EditField("birthday", "birthday", only=OF_PERSONS),
    ),
    change=change,
    after=place_contacts,
    tags="tags",
    custom=True,
    only=(("merged_into", None),),
)
