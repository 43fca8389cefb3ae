"""The fields of the kind `leads`."""

from __future__ import annotations

from contacts.choices import ListKind, Market
from contacts.countries import country_code
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.values import Limits, ValueType
from leads.choices import LeadStatus
from leads.importing.merge import merge_leads

STATUS_NAMES = (
    *LeadStatus.choices,
    ("new", "open"),
    ("new", "not contacted"),
    ("working", "contacted"),
    ("working", "in progress"),
    ("nurturing", "nurture"),
    ("nurturing", "recycled"),
    ("converted", "won"),
    ("converted", "customer"),
    ("disqualified", "lost"),
    ("disqualified", "unqualified"),
    ("disqualified", "rejected"),
    ("disqualified", "dead"),
)


def _text(length: int) -> Limits:
    return Limits(max_length=length)


FIELDS = (
    ImportField(
        "external_id",
        "External id",
        required=True,
        limits=_text(200),
        synonyms=("id", "lead id", "prospect id", "key"),
        help="The id that the lead has where it comes from; the same id is the same lead.",
    ),
    ImportField("name", "Name", limits=_text(300), synonyms=("full name", "lead name", "contact name")),
    ImportField("first_name", "First name", limits=_text(150), synonyms=("given name", "forename", "vorname")),
    ImportField("last_name", "Last name", limits=_text(150), synonyms=("surname", "family name", "nachname")),
    ImportField(
        "email", "E-mail", ValueType.EMAIL, limits=_text(254), synonyms=("e-mail address", "email address", "mail")
    ),
    ImportField(
        "phone", "Phone", ValueType.PHONE, limits=_text(60), synonyms=("telephone", "phone number", "mobile", "tel")
    ),
    ImportField(
        "organization", "Organization", limits=_text(300), synonyms=("company", "employer", "firm", "company name")
    ),
    ImportField(
        "country",
        "Country",
        ValueType.COUNTRY,
        limits=Limits(max_length=80, normalise=country_code),
        synonyms=("land", "nation", "country code"),
    ),
    ImportField("city", "City", limits=_text(150), synonyms=("town", "ort")),
    ImportField("postal_code", "Postal code", limits=_text(32), synonyms=("postcode", "zip", "zip code", "plz")),
    ImportField("language", "Language", limits=_text(8), help="Two letters, such as de."),
    ImportField("industry", "Industry", limits=_text(120), synonyms=("sector", "branche")),
    ImportField("market", "Market", ValueType.CHOICE, limits=Limits(choices=tuple(Market.choices))),
    ImportField("source", "Source", limits=_text(120), synonyms=("lead source", "channel")),
    ImportField(
        "list_kind",
        "Kind of list",
        ValueType.CHOICE,
        limits=Limits(choices=tuple(ListKind.choices)),
        help="response (they answered) or compiled (gathered from directories)",
    ),
    ImportField("list_name", "List", limits=_text(120), synonyms=("list name",)),
    ImportField("campaign", "Campaign", limits=_text(120)),
    *(
        ImportField(f"utm_{name}", f"UTM {name}", limits=_text(120))
        for name in ("source", "medium", "campaign", "term", "content")
    ),
    ImportField(
        "created_at",
        "Came in",
        ValueType.DATETIME,
        synonyms=("created", "created on", "date", "lead date", "received at"),
        help="Now, where the file says nothing.",
    ),
    ImportField(
        "status",
        "Status",
        ValueType.CHOICE,
        limits=Limits(choices=STATUS_NAMES),
        synonyms=("lead status", "stage"),
    ),
    ImportField(
        "converted",
        "Became a customer",
        ValueType.BOOLEAN,
        synonyms=("is converted", "conversion"),
        help="Yes or no; what the learned score is learned from.",
    ),
    ImportField("converted_at", "Converted at", ValueType.DATETIME, synonyms=("converted on", "conversion date")),
    ImportField(
        "owner_email", "Owner's e-mail", ValueType.EMAIL, limits=_text(254), synonyms=("owner", "sales rep", "assignee")
    ),
)
LEADS = ImportKind(
    name="leads",
    label="Leads",
    row="somebody who may become a customer",
    model="leads.lead",
    fields=FIELDS,
    merge=merge_leads,
    list_url="leads:lead_list",
    tables=("leads_lead", "contacts_contactpoint"),
)
KINDS = (LEADS,)
