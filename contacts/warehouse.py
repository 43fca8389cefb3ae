"""What a tool that draws reports reads of customers. Without e-mail addresses, phones, streets and texts: figures need
none of them."""

from crm.warehouse.views import Column, WarehouseView

CUSTOMERS = WarehouseView(
    name="customers",
    says="One row per person and organization; of merged ones only the one that went on.",
    columns=(
        Column("customer_id", "c.id", "The key that all other views name."),
        Column("external_id", "c.external_id", "The key in the system it came from."),
        Column("kind", "c.kind", "`person` or `organization`."),
        Column("name", "c.name", "The name, as shown."),
        Column("organization_id", "c.organization_id", "The organization of a person."),
        Column("parent_id", "c.parent_id", "The organization above an organization."),
        Column("owner", "o.name", "Who looks after them."),
        Column("team", "t.name", "The team that they belong to."),
        Column("territory", "y.name", "The territory that they lie in."),
        Column("country", "NULLIF(c.main_country, '')", "Two letters (ISO 3166), of the main address."),
        Column("markets", "c.markets", "The market categories, by key."),
        Column("industry", "NULLIF(c.industry, '')", "The industry."),
        Column("employees", "c.employees", "How many people an organization employs."),
        Column("revenue", "c.revenue", "An organization's revenue a year, company currency."),
        Column("tags", "c.tags", "The tags."),
        Column("source", "NULLIF(c.source, '')", "Where the record came from."),
        Column("customer_since", "c.created_on", "The day it was made known to us."),
        Column("is_archived", "c.archived_at IS NOT NULL", "Whether it is put away."),
    ),
    source="""FROM contacts_contact AS c
LEFT JOIN crm_user AS o ON o.id = c.owner_id
LEFT JOIN crm_team AS t ON t.id = c.team_id
LEFT JOIN crm_territory AS y ON y.id = c.territory_id
WHERE c.merged_into_id IS NULL""",
)
INTERACTIONS = WarehouseView(
    name="interactions",
    says="One row per call, mail, visit or other touch of a customer; without subject and text.",
    columns=(
        Column("interaction_id", "i.id", "The key."),
        Column("customer_id", "i.contact_id", "Whom it was with."),
        Column("occurred_at", "i.occurred_at", "When."),
        Column("channel", "i.channel", "The touch point's channel."),
        Column("direction", "i.direction", "`in`: from the customer; `out`: from us."),
        Column("outcome", "NULLIF(i.outcome, '')", "What came of it."),
        Column("duration_seconds", "i.duration_seconds", "How long it took, seconds."),
        Column("employee", "u.name", "Who of us."),
    ),
    source="FROM contacts_interaction AS i LEFT JOIN crm_user AS u ON u.id = i.user_id",
)
VIEWS = (CUSTOMERS, INTERACTIONS)
