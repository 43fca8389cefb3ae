"""What follows the demo's orders: options of frames, invoices with payments, care contracts, registered machines.

Which orders are meant follows from their numbers, so that the same seed gives the same data.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection
from psycopg import sql

from crm.demo.house import Batch, Fill, House
from crm.demo.statistics import tell_planner
from orders.choices import OptionKind
from orders.models import Invoice, OptionChoice, Product, ProductOption

MACHINES = {"T-7020": 24, "T-7040": 36, "T-7060": 36, "T-7070": 12, "H-6080": 24}
"""Products with a serial number, and the months of their warranty."""
OPTIONS: dict[str, tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...]] = {
    "S-8010": (("Corner", OptionKind.CHOICE, (("Mitred", "0"), ("Splined", "2.40"), ("Closed", "6.80")), "0"),),
    "F-2430": (("Engraving", OptionKind.TEXT, (), "4.50"),),
    "F-2440": (
        ("Lining", OptionKind.CHOICE, (("Black velvet", "0"), ("Linen", "0"), ("Bordeaux velvet", "1.80")), "0"),
        ("Engraving", OptionKind.TEXT, (), "4.50"),
    ),
    "H-6080": (
        ("Light", OptionKind.CHOICE, (("Warm white", "0"), ("Neutral white", "0"), ("Dimmable", "12.00")), "0"),
    ),
}
ORDERS = sql.SQL("""unnest(%(contacts)s::bigint[]) AS b(id)
CROSS JOIN LATERAL (SELECT * FROM orders_order WHERE contact_id = b.id OFFSET 0) AS o""")
LINES = sql.SQL("""{}
CROSS JOIN LATERAL (SELECT * FROM orders_orderline WHERE order_id = o.id AND quantity > 0 OFFSET 0) AS l""").format(
    ORDERS
)
INVOICES = sql.SQL("""unnest(%(contacts)s::bigint[]) AS b(id)
CROSS JOIN LATERAL (SELECT * FROM orders_invoice WHERE contact_id = b.id OFFSET 0) AS i""")
"""A batch's own rows, found by their indexes: tables that fill in one transaction have no statistics, and a plan
without them reads all that is there, once a batch."""
CHOSEN_SQL = sql.SQL("""
INSERT INTO orders_lineoption (order_id, line_id, name, value, surcharge)
SELECT l.order_id, l.id, p.name, p.choice, 0
FROM {own}
JOIN (SELECT s.product_id, s.name, c.name AS choice, c.position FROM orders_productoption s
      JOIN orders_optionchoice c ON c.option_id = s.id WHERE c.surcharge = 0) p ON p.product_id = l.product_id
WHERE p.position = (length(o.number) + ascii(right(o.number, 1))) %% 2
ORDER BY l.id
""").format(own=LINES)
DICE = sql.SQL("('x' || left(md5({}), 6))::bit(24)::integer %% 100")
"""How an invoice is paid, by its number."""
PAID_ON = sql.SQL("{} + 3 + k.dice %% 25")
INVOICES_SQL = sql.SQL("""
INSERT INTO orders_invoice (contact_id, order_id, number, issued_on, due_on, currency, amount, note, paid_amount,
  open_amount, base_open_amount, state, version, created_at, updated_at)
SELECT o.contact_id, o.id, n.number, o.ordered_on + 1, o.ordered_on + 15, o.currency, n.amount, '', p.paid,
  n.amount - p.paid, n.amount - p.paid,
  CASE WHEN p.paid = n.amount THEN 'paid' WHEN p.paid > 0 THEN 'part_paid' ELSE 'open' END,
  1, o.ordered_at, o.ordered_at
FROM {own} JOIN contacts_contact c ON c.id = o.contact_id
CROSS JOIN LATERAL (
  SELECT 'RE-' || split_part(o.number, '-', 2) AS number, round(o.amount * 1.19, 2) AS amount OFFSET 0) n
CROSS JOIN LATERAL (SELECT {dice} AS dice OFFSET 0) k
CROSS JOIN LATERAL (SELECT
  CASE WHEN {paid_on} > %(end)s OR k.dice >= 92 AND o.ordered_on + 1 >= %(end)s::date - 150 THEN 0
       WHEN k.dice BETWEEN 88 AND 91 THEN round(n.amount / 2, 2) ELSE n.amount END AS paid OFFSET 0) p
WHERE c.kind = 'organization' AND o.amount > 0
  AND o.ordered_on < %(end)s ORDER BY o.id
""").format(own=ORDERS, dice=DICE.format(sql.SQL("n.number")), paid_on=PAID_ON.format(sql.SQL("o.ordered_on + 1")))
"""With what its payment makes of an invoice, as `orders.invoices.keeping` would: the demo's company counts in their
currency."""
PAYMENTS_SQL = sql.SQL("""
INSERT INTO orders_payment (invoice_id, paid_on, amount, method, reference, created_at)
SELECT i.id, {paid_on}, i.paid_amount,
  CASE WHEN k.dice < 70 THEN 'transfer' WHEN k.dice < 85 THEN 'debit' ELSE 'card' END, i.number,
  ({paid_on})::timestamp AT TIME ZONE 'UTC'
FROM {own}
CROSS JOIN LATERAL (SELECT {dice} AS dice OFFSET 0) k
WHERE i.paid_amount > 0 ORDER BY i.id
""").format(own=INVOICES, dice=DICE.format(sql.SQL("i.number")), paid_on=PAID_ON.format(sql.SQL("i.issued_on")))
REGISTRATIONS_SQL = sql.SQL("""
INSERT INTO orders_productregistration (contact_id, product_id, serial, registered_on, bought_on, warranty_ends_on,
  order_id, channel, note, version, created_at)
SELECT o.contact_id, p.id, replace(p.external_id, '-', '') || '-' || to_char(o.ordered_on, 'YYMM') || '-'
    || lpad(split_part(o.number, '-', 2), greatest(6, length(split_part(o.number, '-', 2))), '0') || '-' || l.position,
  least(o.ordered_on + 6, %(end)s), o.ordered_on, (o.ordered_on + make_interval(months => p.warranty_months))::date,
  o.id, 'web', '', 1, o.ordered_at
FROM {own} JOIN orders_product p ON p.id = l.product_id
WHERE p.warranty_months IS NOT NULL
ORDER BY l.id
""").format(own=LINES)
CONTRACTS_SQL = sql.SQL("""
INSERT INTO orders_subscription (contact_id, plan, started_on, monthly_amount, currency, term_months, renews_on,
  ended_on, cancelled_on, cancel_reason, auto_renews, version, created_at)
SELECT c.id, k.plan, b.first, k.amount, 'EUR', 12,
  CASE WHEN NOT k.is_over THEN (b.first + make_interval(months => 12 * (b.years + 1)))::date END,
  CASE WHEN k.is_over THEN (b.first + make_interval(months => 12 * greatest(b.years, 1)))::date - 1 END,
  CASE WHEN k.is_over THEN (b.first + make_interval(months => 12 * greatest(b.years, 1)))::date - 45 END,
  CASE WHEN k.is_over THEN 'Closed the workshop' ELSE '' END,
  NOT k.is_over AND d.dice >= 2, 1, b.first::timestamp AT TIME ZONE 'UTC'
FROM contacts_contact c
JOIN LATERAL (SELECT min(o.ordered_on) + 14 AS first FROM orders_order o WHERE o.contact_id = c.id) f
  ON f.first <= %(end)s
CROSS JOIN LATERAL (SELECT f.first, extract(year FROM age(%(end)s::date, f.first))::integer AS years) b
CROSS JOIN LATERAL (SELECT ('x' || left(md5(c.name), 6))::bit(24)::integer %% 10 AS dice) d
CROSS JOIN LATERAL (SELECT CASE WHEN d.dice < 2 THEN 'Workshop care' ELSE 'Glass on call' END AS plan,
  CASE WHEN d.dice < 2 THEN 49.00 ELSE 19.00 END AS amount, d.dice = 3 AS is_over) k
WHERE c.id IN (SELECT unnest(%(contacts)s::bigint[])) AND c.kind = 'organization' AND d.dice < 4 ORDER BY c.id
""")
COUNTED = (
    ("chosen options", CHOSEN_SQL),
    ("invoices", INVOICES_SQL),
    ("payments", PAYMENTS_SQL),
    ("registrations", REGISTRATIONS_SQL),
    ("subscriptions", CONTRACTS_SQL),
)


def load(house: House) -> Fill | None:
    """Give the products options and warranties; what follows a batch's orders. None where there is some already."""
    if Invoice.objects.exists():
        return None
    known = {product.external_id: product for product in Product.objects.filter(external_id__in=[*MACHINES, *OPTIONS])}
    for number, months in MACHINES.items():
        known[number].warranty_months = months
    Product.objects.bulk_update([known[number] for number in MACHINES], ["warranty_months"])
    for number, options in OPTIONS.items():
        for position, (name, kind, choices, surcharge) in enumerate(options):
            option = ProductOption.objects.create(
                product=known[number], name=name, kind=kind, surcharge=Decimal(surcharge), position=position
            )
            OptionChoice.objects.bulk_create(
                OptionChoice(option=option, name=choice, surcharge=Decimal(more), position=place)
                for place, (choice, more) in enumerate(choices)
            )
    return fill


def fill(batch: Batch) -> None:
    """Set-based, over the contacts of the batch."""
    if batch.book is None:
        raise RuntimeError("The loader of what follows orders comes after that of contacts in CRM_DEMO_LOADERS.")
    said: dict[str, list[int] | dt.date] = {"contacts": batch.book.id.tolist(), "end": batch.house.end}
    with connection.cursor() as cursor:
        for what, statement in COUNTED:
            cursor.execute(statement, said)
            batch.house.counts[what] += cursor.rowcount
    tell_planner(batch, "orders_invoice", "orders_payment")
