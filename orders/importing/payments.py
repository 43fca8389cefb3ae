"""The kind `payments`: its fields, and how its rows become entries of money. Entries are only ever added.

Who a payment is: its external id; without one the invoice, the day, the amount, the reference, and its place among the
equal ones of the file.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing.touches import find_known, keep_last_of_each_id
from crm.company import company_today
from crm.importing.folding import RECORDS, count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType
from orders.choices import PaymentMethod
from orders.importing.invoices import LARGEST, TEXT_ID, TOTAL
from orders.invoices.keeping import refresh_invoices_of
from orders.models import Invoice

METHODS = (
    *PaymentMethod.choices, ("transfer", "wire"), ("transfer", "sepa"), ("card", "credit card"),
    ("wallet", "paypal"), ("debit", "sepa debit"),
)  # fmt: skip
PAYMENT_FIELDS = (
    ImportField("external_id", "External id", limits=TEXT_ID, synonyms=("payment id", "transaction id", "id")),
    ImportField(
        "invoice_number", "Invoice", required=True, limits=TEXT_ID,
        synonyms=("invoice", "invoice no", "number", "document number"),
    ),
    ImportField(
        "paid_on", "Paid on", ValueType.DATE, required=True,
        synonyms=("date", "payment date", "value date", "booked on"),
    ),
    ImportField(
        "amount", "Amount", ValueType.DECIMAL, required=True, limits=TOTAL, synonyms=("paid", "total", "sum"),
        help="Negative for money that went back.",
    ),
    ImportField("currency", "Currency", ValueType.CURRENCY, help="Has to be the invoice's."),
    ImportField("method", "How", ValueType.CHOICE, limits=Limits(choices=METHODS), synonyms=("payment method", "type")),
    ImportField("reference", "Reference", limits=TEXT_ID, synonyms=("purpose", "text", "note")),
)  # fmt: skip

KEY = ("invoice_id", "paid_on", "amount", "reference_text")
COLUMNS = ("invoice_id", "paid_on", "amount", "reference")
PAYMENT_RECORDS = f"""
CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS
SELECT r.*, NULL::bigint AS known_id, r.row_no AS first_row, 1::bigint AS row_count, true AS is_new,
  false AS is_changed,
  row_number() OVER (PARTITION BY {", ".join(KEY)}, external_id IS NULL ORDER BY row_no) AS place
FROM (
  SELECT s.*, i.id AS invoice_id, coalesce(s.reference, '') AS reference_text
  FROM {ROWS} s JOIN orders_invoice i ON i.number = s.invoice_number
) r
"""
SAYS_ELSE = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s USING orders_payment p WHERE p.id = s.known_id AND s.external_id IS NOT NULL
    AND (p.invoice_id, p.paid_on, p.amount) IS DISTINCT FROM (s.invoice_id, s.paid_on, s.amount) RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'external_id', %s FROM gone
"""
FIXED = "a payment with this external id says something else, and payments are never changed: add another one"
INSERT_PAYMENTS = f"""
INSERT INTO orders_payment (invoice_id, paid_on, amount, method, reference, external_id, actor_id, created_at)
SELECT invoice_id, paid_on, amount, coalesce(method, ''), reference_text, external_id, %(actor)s, now()
FROM {RECORDS} WHERE is_new ORDER BY paid_on, first_row
"""


def merge_payments(merge: Merge) -> None:
    """Rows into payments; one for an invoice that nobody knows is refused: its amount could not be told."""
    merge.reject("amount", "a payment of nothing is none", "r.amount = 0")
    merge.reject("amount", "an amount of a trillion or more is too large", f"abs(r.amount) >= {LARGEST}")
    today = company_today(merge.company)
    merge.reject("paid_on", "this lies in the future: only what has been paid counts", "r.paid_on > %s", [today])
    _reject_unknown_invoices(merge)
    merge.run(f"DROP TABLE IF EXISTS {RECORDS}")
    merge.run(PAYMENT_RECORDS)
    merge.run(f"ANALYZE {RECORDS}")
    merge.report(0.4, "Finding known payments")
    keep_last_of_each_id(merge)
    find_known(merge, "orders_payment", KEY, COLUMNS)
    merge.run(SAYS_ELSE, [FIXED])
    merge.report(0.7, "Writing payments")
    merge.run(INSERT_PAYMENTS, {"actor": merge.actor.pk if merge.actor else None})
    refresh_invoices_of(sql.SQL(f"SELECT invoice_id FROM {RECORDS} WHERE is_new"))
    count_records(merge)


def _reject_unknown_invoices(merge: Merge) -> None:
    reach = merge.changeable(Invoice.objects.all())
    within, parameters = (f" AND i.id IN ({reach[0]})", reach[1]) if reach else ("", [])
    known = f"EXISTS (SELECT 1 FROM orders_invoice i WHERE i.number = r.invoice_number{within})"
    merge.reject("invoice_number", "there is no invoice with this number", f"NOT {known}", parameters)
    invoice = "EXISTS (SELECT 1 FROM orders_invoice i WHERE i.number = r.invoice_number AND {})"
    merge.reject("currency", "this is not the invoice's currency", invoice.format("i.currency <> r.currency"))
    cancelled = invoice.format("i.cancelled_on IS NOT NULL AND r.amount > 0")
    fresh = """NOT EXISTS (SELECT 1 FROM orders_payment p JOIN orders_invoice i ON i.id = p.invoice_id
      WHERE i.number = r.invoice_number AND p.paid_on = r.paid_on AND p.amount = r.amount)"""
    merge.reject("invoice_number", "this invoice is cancelled", f"{cancelled} AND {fresh}")


PAYMENTS = ImportKind(
    name="payments",
    label="Payments",
    row="money that came or went back for an invoice",
    model="orders.payment",
    fields=PAYMENT_FIELDS,
    merge=merge_payments,
    list_url="orders:invoice_list",
    tables=("orders_payment", "orders_invoice"),
    stored=("orders.invoice",),
    final="Payments are entries of a ledger, which are never taken away: a wrong one is put right by a second one of"
    " the opposite amount.",
)
