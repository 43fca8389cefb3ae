"""The fields of the kinds `contacts` and `organizations`."""

from __future__ import annotations

from functools import partial

from contacts.choices import ContactKind, ListKind
from contacts.countries import country_code
from contacts.importing.diffs import contact_diffs
from contacts.importing.lists import list_names
from contacts.importing.matching import WAYS
from contacts.importing.merge import merge_contacts
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.values import Limits, ValueType

KIND_NAMES = (
    *ContactKind.choices,
    ("person", "individual"),
    ("person", "contact"),
    ("person", "customer"),
    ("organization", "organisation"),
    ("organization", "company"),
    ("organization", "account"),
    ("organization", "business"),
)


def _text(length: int) -> Limits:
    return Limits(max_length=length)


FIELDS = (
    ImportField(
        "external_id",
        "External id",
        required=True,
        limits=_text(200),
        synonyms=(
            "id",
            "uid",
            "customer id",
            "contact id",
            "customer number",
            "customer no",
            "account",
            "account id",
            "rec id",
            "contact external id",
            "key",
            "prospect id",
            "kundennummer",
            "kundennr",
            "kunden nr",
            "kd nr",
        ),
        help="The id that the contact has where it comes from; the same id is the same contact.",
    ),
    ImportField(
        "kind",
        "Kind",
        ValueType.CHOICE,
        limits=Limits(choices=KIND_NAMES),
        synonyms=("type", "contact type"),
        help="person or organization",
    ),
    ImportField(
        "name",
        "Name",
        limits=_text(300),
        synonyms=("full name", "customer name", "company name", "display name", "account name"),
    ),
    ImportField(
        "first_name", "First name", limits=_text(150), synonyms=("given name", "forename", "vorname", "firstname")
    ),
    ImportField(
        "last_name", "Last name", limits=_text(150), synonyms=("surname", "family name", "nachname", "lastname")
    ),
    ImportField(
        "organization",
        "Organization",
        limits=_text(200),
        synonyms=("company", "employer", "organisation", "firm", "firma", "unternehmen"),
        help="The organization a person belongs to: its external id, or its name.",
    ),
    ImportField(
        "parent_external_id",
        "Parent",
        limits=_text(200),
        synonyms=("parent", "subsidiary of", "parent account", "parent company"),
        help="The organization above this one: its external id.",
    ),
    ImportField(
        "email",
        "E-mail",
        ValueType.EMAIL,
        limits=_text(254),
        synonyms=("e-mail address", "email address", "mail", "e mail"),
    ),
    ImportField(
        "phone",
        "Phone",
        ValueType.PHONE,
        synonyms=("telephone", "phone number", "mobile", "tel", "telefon", "mobil", "handy"),
    ),
    ImportField(
        "further_emails",
        "Further e-mail addresses",
        ValueType.TAGS,
        limits=_text(254),
        synonyms=("other emails", "further e-mails", "more emails"),
        help="Parted by commas; they are added to those the contact has.",
    ),
    ImportField(
        "further_phones",
        "Further phones",
        ValueType.TAGS,
        limits=_text(60),
        synonyms=("other phones", "further phone numbers", "more phones"),
        help="Parted by commas; they are added to those the contact has.",
    ),
    ImportField(
        "street",
        "Street",
        limits=_text(300),
        synonyms=("address", "address 1", "street address", "address line 1", "strasse"),
    ),
    ImportField("postal_code", "Postal code", limits=_text(32), synonyms=("postcode", "zip", "zip code", "plz")),
    ImportField("city", "City", limits=_text(150), synonyms=("town", "suburb", "ort", "stadt")),
    ImportField("region", "Region", limits=_text(150), synonyms=("state", "province", "county")),
    ImportField(
        "country",
        "Country",
        ValueType.COUNTRY,
        limits=Limits(max_length=80, normalise=country_code),
        synonyms=("land", "nation", "office location", "country code"),
        help="A code of two or three letters, or the name; an unknown name is kept as it is.",
    ),
    ImportField(
        "market",
        "Market",
        ValueType.TAGS,
        limits=Limits(max_length=60),
        synonyms=("market category", "markets"),
        help="consumer, business, government, international; several parted by commas",
    ),
    ImportField("industry", "Industry", limits=_text(120), synonyms=("sector", "branch", "branche")),
    ImportField(
        "employees",
        "Employees",
        ValueType.INTEGER,
        limits=Limits(minimum=0),
        synonyms=("number of employees", "headcount", "mitarbeiter"),
    ),
    ImportField(
        "revenue",
        "Revenue",
        ValueType.DECIMAL,
        limits=Limits(max_digits=18, decimal_places=2, minimum=0),
        synonyms=("annual revenue", "turnover", "umsatz"),
    ),
    ImportField("website", "Website", limits=_text(300), synonyms=("url", "web", "homepage", "web site")),
    ImportField(
        "birthday",
        "Birthday",
        ValueType.DATE,
        synonyms=("date of birth", "birth date", "birthdate", "dob", "geburtstag", "geburtsdatum"),
    ),
    ImportField(
        "tags",
        "Tags",
        ValueType.TAGS,
        limits=_text(60),
        synonyms=("labels", "keywords"),
        help="Parted by commas; they are added to those the contact has.",
    ),
    ImportField(
        "owner_email",
        "Owner's e-mail",
        ValueType.EMAIL,
        limits=_text(254),
        synonyms=("owner", "account manager", "sales rep"),
    ),
    ImportField("source", "Source", limits=_text(120), synonyms=("lead source", "origin")),
    ImportField(
        "list_kind",
        "Kind of list",
        ValueType.CHOICE,
        limits=Limits(choices=tuple(ListKind.choices)),
        help="response or compiled",
    ),
    ImportField(
        "acquired_list",
        "Acquired list",
        limits=_text(120),
        synonyms=("list", "list name", "came with the list"),
        help="The list that the name came with; an unknown one is written down.",
        whole_file="Which list do these names come from?",
        offered=list_names,
    ),
    ImportField(
        "potential",
        "Potential",
        ValueType.DECIMAL,
        limits=Limits(max_digits=18, decimal_places=2, minimum=0),
        synonyms=("potential revenue", "annual potential"),
        help="What they could buy from us in a year.",
    ),
    ImportField(
        "created_on",
        "Customer since",
        ValueType.DATE,
        synonyms=("created", "created at", "customer since", "registration date", "signup date"),
    ),
)

TABLES = ("contacts_contact", "contacts_contactpoint", "contacts_address", "contacts_listedcontact")
CONTACTS = ImportKind(
    name="contacts",
    label="Contacts",
    row="a person or an organization",
    model="contacts.contact",
    fields=FIELDS,
    merge=partial(merge_contacts, kind=ContactKind.PERSON),
    list_url="contacts:contact_list",
    tables=TABLES,
    matches=WAYS,
    diffs=contact_diffs,
)
ORGANIZATIONS = ImportKind(
    name="organizations",
    label="Organizations",
    row="an organization",
    model="contacts.contact",
    fields=FIELDS,
    merge=partial(merge_contacts, kind=ContactKind.ORGANIZATION),
    list_url="contacts:contact_list",
    tables=TABLES,
    matches=WAYS,
    diffs=contact_diffs,
)
