"""What a tool that draws reports reads of what customers answered: scores, no comments."""

from crm.warehouse.views import Column, WarehouseView

RESPONSES = WarehouseView(
    name="responses",
    says="One row per filling in of a survey.",
    columns=(
        Column("response_id", "r.id", "The key."),
        Column("customer_id", "r.contact_id", "Who; empty: by an open link."),
        Column("survey", "s.name", "The survey."),
        Column("answered_at", "r.answered_at", "When; empty where a file does not tell."),
        Column("nps", "r.nps", "How likely they are to recommend, 0 to 10."),
        Column("nps_group", "NULLIF(r.nps_group, '')", "`promoter` (9, 10), `passive` (7, 8), `detractor` (0 to 6)."),
        Column("touch_point", "p.name", "What was asked about."),
        Column("product_id", "r.product_id", "The product that was asked about."),
        Column("tags", "r.tags", "Of the 7 Ps."),
    ),
    source="""FROM feedback_response AS r
JOIN feedback_survey AS s ON s.id = r.survey_id
LEFT JOIN feedback_touchpoint AS p ON p.id = r.touch_point_id""",
)
VIEWS = (RESPONSES,)
