"""What a tool that draws reports reads of the pipeline."""

from crm.warehouse.views import Column, WarehouseView

DEALS = WarehouseView(
    name="deals",
    says="One row per deal.",
    columns=(
        Column("deal_id", "d.id", "The key."),
        Column("title", "d.title", "What it is about."),
        Column("customer_id", "COALESCE(d.contact_id, d.organization_id)", "The person, else the organization."),
        Column("organization_id", "d.organization_id", "The organization."),
        Column("product_id", "d.product_id", "The main product."),
        Column("pipeline", "p.name", "The pipeline."),
        Column("stage", "s.name", "The stage it stands in."),
        Column("outcome", "NULLIF(d.outcome, '')", "`won`, `lost`; empty: open."),
        Column("reason", "NULLIF(d.reason, '')", "Why it was won or lost."),
        Column("owner", "o.name", "Whose deal it is."),
        Column("team", "t.name", "The team."),
        Column("currency", "d.currency", "Of the amount."),
        Column("amount", "d.amount", "What it is worth."),
        Column("base_amount", "d.base_amount", "The same in company currency."),
        Column("forecast_category", "d.forecast_category", "What the rep says of it."),
        Column("opened_on", "d.opened_on", "The day it was opened."),
        Column("expected_on", "d.expected_on", "The day it is expected to close."),
        Column("closed_on", "d.closed_on", "The day it was won or lost."),
        Column("stage_since", "d.stage_since", "Since when it stands in its stage."),
    ),
    source="""FROM pipeline_deal AS d
JOIN pipeline_pipeline AS p ON p.id = d.pipeline_id
JOIN pipeline_stage AS s ON s.id = d.stage_id
LEFT JOIN crm_user AS o ON o.id = d.owner_id
LEFT JOIN crm_team AS t ON t.id = d.team_id
WHERE d.archived_at IS NULL""",
)
VIEWS = (DEALS,)
