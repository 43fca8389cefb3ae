"""What a tool that draws reports reads of enquiries. Names, addresses and messages stay out."""

from crm.warehouse.views import Column, WarehouseView

LEADS = WarehouseView(
    name="leads",
    says="One row per enquiry.",
    columns=(
        Column("lead_id", "l.id", "The key."),
        Column("customer_id", "l.contact_id", "The customer it is of, or became."),
        Column("status", "l.status", "How far it is."),
        Column("source", "NULLIF(l.source, '')", "Where it came from."),
        Column("campaign", "NULLIF(l.campaign, '')", "The campaign it answered."),
        Column("list_name", "NULLIF(l.list_name, '')", "The list it stood on."),
        Column("market", "NULLIF(l.market, '')", "The market category."),
        Column("country", "NULLIF(l.country, '')", "Two letters (ISO 3166)."),
        Column("owner", "o.name", "Who follows it up."),
        Column("team", "t.name", "The team."),
        Column("created_at", "l.created_at", "When it came in."),
        Column("first_touch_at", "l.first_touch_at", "When somebody first got in touch."),
        Column("qualified_at", "l.qualified_at", "When it was found to be worth it."),
        Column("converted_at", "l.converted_at", "When it became a customer."),
        Column("lost_at", "l.lost_at", "When it was given up."),
        Column("lost_reason", "NULLIF(l.lost_reason, '')", "Why."),
        Column("score", "l.score", "The points of the rules."),
    ),
    source="""FROM leads_lead AS l
LEFT JOIN crm_user AS o ON o.id = l.owner_id
LEFT JOIN crm_team AS t ON t.id = l.team_id""",
)
VIEWS = (LEADS,)
