"""What a tool that draws reports reads of the scores: the newest of each customer, as the pages show them."""

from crm.warehouse.views import Column, WarehouseView

SCORES = WarehouseView(
    name="scores",
    says="One row per customer with a score of any kind; empty where one could not be given.",
    columns=(
        Column("customer_id", "contact_id", "Whose.", "bigint"),
        Column("rfm_as_of", "r.as_of", "The day that the RFM score is as of.", "date"),
        Column("recency_days", "r.recency_days", "Days since the last purchase.", "integer"),
        Column("frequency", "r.frequency", "Purchases.", "integer"),
        Column("monetary", "r.monetary", "Their sum, company currency.", "numeric"),
        Column("r", "r.r", "Recency, 1 to 5 (best).", "smallint"),
        Column("f", "r.f", "Frequency, 1 to 5.", "smallint"),
        Column("m", "r.m", "Money, 1 to 5.", "smallint"),
        Column("rfm_segment", "r.segment", "The segment's key.", "text"),
        Column("usage_level", "r.usage_level", "Heavy, moderate, infrequent user: the level's key.", "text"),
        Column("clv_as_of", "v.as_of", "The day that the CLV is as of.", "date"),
        Column("p_alive", "v.p_alive", "Probability that they still buy.", "double precision"),
        Column("expected_purchases", "v.expected_purchases", "Within the forecast's horizon.", "double precision"),
        Column("clv", "v.clv", "Discounted margin expected within the horizon, company currency.", "numeric"),
        Column("clv_low", "v.clv_low", "Lower end of its interval.", "numeric"),
        Column("clv_high", "v.clv_high", "Upper end of its interval.", "numeric"),
        Column("churn_as_of", "c.as_of", "The day that the churn score is as of.", "date"),
        Column("churn_probability", "c.probability", "Calibrated probability of leaving.", "double precision"),
        Column("churn_band", "c.band", "The band it lies in.", "text"),
        Column("value_at_risk", "c.value_at_risk", "Probability times expected margin.", "numeric"),
        Column("cost_as_of", "k.as_of", "The day that the cost to serve is as of.", "date"),
        Column("cost_to_serve", "k.cost_to_serve", "Of the last months, company currency.", "numeric"),
        Column("contribution", "k.contribution", "Revenue less cost of goods of the same months.", "numeric"),
        Column("served_profit", "k.profit", "Contribution less cost to serve.", "numeric"),
    ),
    source="""FROM analytics_rfmscore AS r
FULL JOIN analytics_clvscore AS v USING (contact_id)
FULL JOIN analytics_churnscore AS c USING (contact_id)
FULL JOIN analytics_costscore AS k USING (contact_id)""",
    is_late=True,
)
VIEWS = (SCORES,)
