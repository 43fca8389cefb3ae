"""What a tool that draws reports reads of sales."""

from crm.warehouse.views import Column, WarehouseView

PRODUCTS = WarehouseView(
    name="products",
    says="One row per product.",
    columns=(
        Column("product_id", "p.id", "The key."),
        Column("external_id", "p.external_id", "The key in the system it came from."),
        Column("name", "p.name", "The name."),
        Column("family", "NULLIF(p.family, '')", "The family."),
        Column("unit_price", "p.unit_price", "The list price of one."),
        Column("unit_cost", "p.unit_cost", "What one costs us."),
        Column("currency", "p.currency", "Of price and cost."),
        Column("is_archived", "p.archived_at IS NOT NULL", "Whether it is no longer sold."),
    ),
    source="FROM orders_product AS p",
)
ORDERS = WarehouseView(
    name="orders",
    says="One row per order, returns and cancellations (negative or without a purchase) among them.",
    columns=(
        Column("order_id", "o.id", "The key."),
        Column("number", "o.number", "The order's number."),
        Column("customer_id", "o.contact_id", "Who bought; empty: an anonymous sale."),
        Column("partner_id", "o.partner_id", "The partner it was sold by."),
        Column("ordered_at", "o.ordered_at", "The moment."),
        Column("ordered_on", "o.ordered_on", "The day, in the company's time zone."),
        Column("channel", "NULLIF(o.channel, '')", "The sales channel."),
        Column("offer_code", "NULLIF(o.offer_code, '')", "The code that was given."),
        Column("currency", "o.currency", "Of amount and cost."),
        Column("amount", "o.amount", "What was charged, without tax."),
        Column("cost", "o.cost", "What the goods cost us; empty where unknown."),
        Column("base_amount", "o.base_amount", "The amount in company currency at the rate of the day."),
        Column("is_purchase", "o.is_purchase", "Whether it counts as a purchase in every figure of the product."),
    ),
    source="FROM orders_order AS o",
)
ORDER_LINES = WarehouseView(
    name="order_lines",
    says="One row per line of an order.",
    columns=(
        Column("line_id", "l.id", "The key."),
        Column("order_id", "l.order_id", "The order."),
        Column("position", "l.position", "Its place in the order."),
        Column("product_id", "l.product_id", "What was bought."),
        Column("quantity", "l.quantity", "How many; negative: taken back."),
        Column("unit_price", "l.unit_price", "The price of one, order currency."),
        Column("discount", "l.discount", "Money off the line."),
        Column("amount", "l.amount", "What the line comes to."),
        Column("unit_cost", "l.unit_cost", "What one costs us."),
        Column("list_price", "l.list_price", "The list price of that day."),
    ),
    source="FROM orders_orderline AS l",
)
SUBSCRIPTIONS = WarehouseView(
    name="subscriptions",
    says="One row per subscription.",
    columns=(
        Column("subscription_id", "s.id", "The key."),
        Column("customer_id", "s.contact_id", "Whose."),
        Column("plan", "s.plan", "The plan."),
        Column("started_on", "s.started_on", "The first day."),
        Column("ended_on", "s.ended_on", "The last day; empty: it runs."),
        Column("monthly_amount", "s.monthly_amount", "What it brings a month."),
        Column("currency", "s.currency", "Of the amount."),
        Column("renews_on", "s.renews_on", "The day it is renewed or ends."),
        Column("cancel_reason", "NULLIF(s.cancel_reason, '')", "Why it was given up."),
    ),
    source="FROM orders_subscription AS s",
)
VIEWS = (PRODUCTS, ORDERS, ORDER_LINES, SUBSCRIPTIONS)
