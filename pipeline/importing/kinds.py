"""The kind `deals`."""

from __future__ import annotations

from crm.importing.kinds import ImportField, ImportKind
from crm.importing.values import Limits, ValueType
from pipeline.choices import Outcome
from pipeline.importing.deals import merge_deals

TEXT_ID = Limits(max_length=200)
OUTCOMES = (
    *Outcome.choices,
    ("won", "closed won"),
    ("won", "win"),
    ("lost", "closed lost"),
    ("lost", "loss"),
    ("open", "in progress"),
    ("open", "pending"),
)
FIELDS = (
    ImportField(
        "external_id",
        "External id",
        required=True,
        limits=TEXT_ID,
        synonyms=("id", "deal id", "opportunity id", "opportunity", "opportunity number"),
    ),
    ImportField(
        "title", "Title", limits=Limits(max_length=300), synonyms=("deal name", "opportunity name", "name", "subject")
    ),
    ImportField(
        "organization",
        "Organization",
        limits=TEXT_ID,
        synonyms=("account", "account name", "company", "customer"),
        help="By its external id or its name; one that is not known is made.",
    ),
    ImportField(
        "contact_external_id",
        "Person",
        limits=TEXT_ID,
        synonyms=("contact", "contact id", "customer id"),
        help="The contact's external id.",
    ),
    ImportField("pipeline", "Pipeline", limits=Limits(max_length=120), synonyms=("pipeline name", "sales process")),
    ImportField(
        "stage",
        "Stage",
        limits=Limits(max_length=120),
        synonyms=("deal stage", "stage name", "status", "phase", "sales stage"),
        help="One that is not known is added to the pipeline; a name with won or lost in it ends the deal.",
    ),
    ImportField(
        "amount",
        "Amount",
        ValueType.DECIMAL,
        limits=Limits(max_digits=18, decimal_places=4, minimum=0),
        synonyms=("value", "close value", "deal value", "deal amount"),
    ),
    ImportField("currency", "Currency", ValueType.CURRENCY),
    ImportField("owner_email", "Owner's e-mail", ValueType.EMAIL, limits=Limits(max_length=254), synonyms=("owner",)),
    ImportField(
        "owner_name",
        "Owner's name",
        limits=Limits(max_length=150),
        synonyms=("sales agent", "sales rep", "agent", "rep", "seller", "account executive"),
        help="Where there is no e-mail address; somebody unknown is made as a person who cannot sign in.",
    ),
    ImportField("team", "Team", limits=Limits(max_length=120), synonyms=("office", "regional office", "sales team")),
    ImportField(
        "product_external_id", "Product", limits=TEXT_ID, synonyms=("product", "product id", "sku", "product name")
    ),
    ImportField(
        "opened_on",
        "Opened on",
        ValueType.DATE,
        synonyms=("engage date", "created", "created on", "created date", "open date", "start date"),
    ),
    ImportField(
        "expected_on",
        "Expected close",
        ValueType.DATE,
        synonyms=("expected close date", "expected close", "expected closing", "target date"),
    ),
    ImportField(
        "closed_on",
        "Closed on",
        ValueType.DATE,
        synonyms=("close date", "closing date", "closed date", "won date"),
        help="Of a deal that is still open it is taken for the expected close.",
    ),
    ImportField(
        "outcome",
        "Outcome",
        ValueType.CHOICE,
        limits=Limits(choices=OUTCOMES),
        synonyms=("result",),
        help="open, won or lost; without it the stage says so.",
    ),
    ImportField(
        "loss_reason",
        "Reason",
        limits=Limits(max_length=120),
        synonyms=("lost reason", "reason lost", "closed reason", "win loss reason"),
    ),
    ImportField("source", "Source", limits=Limits(max_length=120), synonyms=("lead source", "origin", "channel")),
)

DEALS = ImportKind(
    name="deals",
    label="Deals",
    row="a deal",
    model="pipeline.deal",
    fields=FIELDS,
    merge=merge_deals,
    list_url="pipeline:deal_list",
    tables=("pipeline_deal", "contacts_contact", "orders_product", "crm_user"),
)
