"""The fields of the kinds `products` and `orders`."""

from __future__ import annotations

from crm.importing.kinds import ImportField
from crm.importing.values import Limits, ValueType

TEXT_ID = Limits(max_length=200)
UNIT = Limits(max_digits=16, decimal_places=4)
TOTAL = Limits(max_digits=18, decimal_places=4)

PRODUCT_FIELDS = (
    ImportField(
        "external_id",
        "External id",
        required=True,
        limits=TEXT_ID,
        synonyms=("id", "product id", "sku", "stock code", "article", "article number", "item", "product", "code"),
    ),
    ImportField(
        "name", "Name", limits=Limits(max_length=300), synonyms=("product name", "description", "title", "item name")
    ),
    ImportField(
        "family",
        "Family",
        limits=Limits(max_length=120),
        synonyms=("series", "category", "product family", "group", "product line"),
    ),
    ImportField(
        "unit_price", "Unit price", ValueType.DECIMAL, limits=UNIT, synonyms=("price", "sales price", "list price")
    ),
    ImportField(
        "unit_cost",
        "Unit cost",
        ValueType.DECIMAL,
        limits=Limits(max_digits=16, decimal_places=4, minimum=0),
        synonyms=("cost", "purchase price"),
    ),
    ImportField("currency", "Currency", ValueType.CURRENCY),
)

ORDER_FIELDS = (
    ImportField(
        "external_id",
        "External id of the line",
        limits=TEXT_ID,
        synonyms=("line id", "order line id"),
        help="Only where each line has an id of its own.",
    ),
    ImportField(
        "order_id",
        "Order number",
        limits=TEXT_ID,
        synonyms=("invoice", "invoice no", "invoice number", "order", "order no", "order number", "receipt"),
    ),
    ImportField(
        "line_number",
        "Line number",
        ValueType.INTEGER,
        limits=Limits(minimum=0, maximum=1_000_000),
        synonyms=("line", "line no", "position", "pos"),
    ),
    ImportField(
        "contact_external_id",
        "Customer",
        limits=TEXT_ID,
        synonyms=("customer id", "customer", "contact id", "client id", "client", "customer number", "customer no"),
        help="The contact's external id; empty is an anonymous sale.",
    ),
    ImportField(
        "ordered_at",
        "Ordered at",
        ValueType.DATETIME,
        required=True,
        synonyms=("date", "order date", "invoice date", "time", "purchase date", "transaction date", "ordered on"),
    ),
    ImportField(
        "product_external_id",
        "Product",
        limits=TEXT_ID,
        synonyms=("product id", "product", "sku", "stock code", "article", "item", "item id"),
    ),
    ImportField(
        "quantity", "Quantity", ValueType.DECIMAL, limits=UNIT, synonyms=("qty", "units", "number", "cds", "pieces")
    ),
    ImportField("unit_price", "Unit price", ValueType.DECIMAL, limits=UNIT, synonyms=("price",)),
    ImportField(
        "discount", "Discount", ValueType.DECIMAL, limits=UNIT, synonyms=("rebate",), help="Money off the line."
    ),
    ImportField(
        "amount",
        "Amount",
        ValueType.DECIMAL,
        limits=TOTAL,
        synonyms=("total", "line total", "value", "sum", "sales", "revenue", "order value"),
        help="The line's total; it wins over quantity times unit price less discount.",
    ),
    ImportField("unit_cost", "Unit cost", ValueType.DECIMAL, limits=UNIT, synonyms=("cost",)),
    ImportField("channel", "Channel", limits=Limits(max_length=40), synonyms=("sales channel",)),
    ImportField("partner_external_id", "Partner", limits=TEXT_ID, synonyms=("partner", "reseller", "distributor")),
    ImportField("currency", "Currency", ValueType.CURRENCY),
    ImportField(
        "offer_code",
        "Offer code",
        limits=Limits(max_length=40),
        synonyms=("coupon", "coupon code", "voucher", "voucher code", "promotion code", "promo code", "discount code"),
        help="Of the whole order.",
    ),
    ImportField(
        "options",
        "Options",
        limits=Limits(max_length=4_000),
        synonyms=("chosen options", "variant", "configuration"),
        help="Colour: Oak (+4.50); Engraving: Ada",
    ),
)
