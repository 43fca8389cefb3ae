"""The kind `invoices`: its fields, and how its rows become invoices.

Who an invoice is: its number; its external id has to fit. What a file says is paid becomes a payment of the difference,
so that a state without a list of payments comes in, too.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing import make_bare_contacts, reject_contacts_out_of_reach
from crm.choices import Verb
from crm.company import company_today
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import TAKEN, Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType
from orders.invoices.keeping import refresh_invoices_of
from orders.models import Invoice, Order

TEXT_ID = Limits(max_length=200)
TOTAL = Limits(max_digits=18, decimal_places=4)
LARGEST = 10**12
STATES = (
    ("open", "open"), ("open", "unpaid"), ("open", "overdue"), ("open", "sent"), ("open", "due"),
    ("part_paid", "part_paid"), ("part_paid", "part paid"), ("part_paid", "partially paid"), ("part_paid", "partial"),
    ("paid", "paid"), ("paid", "settled"), ("paid", "closed"),
    ("cancelled", "cancelled"), ("cancelled", "canceled"), ("cancelled", "void"),
)  # fmt: skip
INVOICE_FIELDS = (
    ImportField(
        "number", "Number", required=True, limits=TEXT_ID,
        synonyms=("invoice number", "invoice no", "invoice", "document number", "invoice id"),
    ),
    ImportField("external_id", "External id", limits=TEXT_ID, synonyms=("id",)),
    ImportField(
        "contact_external_id", "Customer", required=True, limits=TEXT_ID,
        synonyms=("customer id", "customer", "contact id", "client id", "account", "customer number"),
        help="The contact's external id.",
    ),
    ImportField("order_id", "Order number", limits=TEXT_ID, synonyms=("order", "order number", "order no")),
    ImportField(
        "issued_on", "Issued on", ValueType.DATE, required=True,
        synonyms=("date", "invoice date", "issue date", "issued"),
    ),
    ImportField("due_on", "Due on", ValueType.DATE, synonyms=("due", "due date", "payable until")),
    ImportField(
        "amount", "Amount", ValueType.DECIMAL, required=True, limits=TOTAL,
        synonyms=("total", "gross", "invoice amount", "invoice total"), help="What is to be paid, with tax.",
    ),
    ImportField("currency", "Currency", ValueType.CURRENCY),
    ImportField(
        "state", "State", ValueType.CHOICE, limits=Limits(choices=STATES), synonyms=("status", "payment status"),
        help="open, part paid, paid or cancelled; paid without an amount is paid in full.",
    ),
    ImportField(
        "paid_amount", "Paid so far", ValueType.DECIMAL, limits=TOTAL, synonyms=("paid", "amount paid"),
        help="A payment of the difference is written down.",
    ),
    ImportField(
        "open_amount", "Still open", ValueType.DECIMAL, limits=TOTAL,
        synonyms=("open", "balance", "open balance", "amount due", "outstanding"),
        help="Instead of what is paid.",
    ),
    ImportField("paid_on", "Paid on", ValueType.DATE, synonyms=("payment date", "date paid")),
    ImportField("cancelled_on", "Cancelled on", ValueType.DATE),
    ImportField("note", "Note", limits=Limits(max_length=300), synonyms=("text", "description")),
)  # fmt: skip
LINKED = """SELECT f.*, c.id AS contact_id, i.id AS invoice_id, i.id IS NULL AS is_new, false AS is_changed,
  (SELECT min(o.id) FROM orders_order o WHERE o.number = f.order_id) AS order_pk
FROM ({folded}) f
LEFT JOIN contacts_contact c ON c.external_id = f.contact_external_id
LEFT JOIN orders_invoice i ON i.number = f.number"""
INSERT = f"""
WITH made AS (
  INSERT INTO orders_invoice (
    contact_id, order_id, number, external_id, issued_on, due_on, currency, amount, note, cancelled_on, paid_amount,
    open_amount, state, version, created_at, updated_at
  )
  SELECT contact_id, order_pk, number, external_id, issued_on, due_on, coalesce(currency, %(currency)s), amount,
    coalesce(note, ''), CASE WHEN state = 'cancelled' THEN coalesce(cancelled_on, %(today)s) ELSE cancelled_on END,
    0, amount, 'open', 1, now(), now()
  FROM {RECORDS} WHERE is_new ORDER BY first_row RETURNING id, number
) UPDATE {RECORDS} s SET invoice_id = made.id FROM made WHERE made.number = s.number
"""
VALUES = {
    "contact_id": "s.contact_id",
    "order_id": "coalesce(s.order_pk, i.order_id)",
    "external_id": "coalesce(s.external_id, i.external_id)",
    "issued_on": "s.issued_on",
    "due_on": "coalesce(s.due_on, i.due_on)",
    "currency": "coalesce(s.currency, i.currency)",
    "amount": "s.amount",
    "note": "coalesce(s.note, i.note)",
    "cancelled_on": """CASE WHEN s.cancelled_on IS NOT NULL THEN s.cancelled_on
      WHEN s.state = 'cancelled' THEN coalesce(i.cancelled_on, %(today)s)
      WHEN s.state IS NULL THEN i.cancelled_on END""",
}
UPDATE = f"""
WITH changed AS (
  UPDATE orders_invoice i SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())},
    version = i.version + 1, updated_at = now()
  FROM {RECORDS} s WHERE i.id = s.invoice_id AND NOT s.is_new
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM i.{name}" for name, value in VALUES.items())}) RETURNING i.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.invoice_id = changed.id
"""
PAY_THE_DIFFERENCE = f"""
WITH said AS (
  SELECT s.invoice_id, s.paid_on, coalesce(s.paid_amount, s.amount - s.open_amount,
    CASE WHEN s.state = 'paid' THEN greatest(s.amount * sign(s.amount), p.paid * sign(s.amount)) * sign(s.amount) END
  ) - p.paid AS amount
  FROM {RECORDS} s CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS paid FROM orders_payment WHERE invoice_id = s.invoice_id
  ) p WHERE s.state IS DISTINCT FROM 'cancelled'
), made AS (
  INSERT INTO orders_payment (invoice_id, paid_on, amount, method, reference, actor_id, created_at)
  SELECT invoice_id, coalesce(paid_on, %(today)s), amount, '', 'as the list of invoices says', %(actor)s, now()
  FROM said WHERE amount <> 0 RETURNING invoice_id
) UPDATE {RECORDS} s SET is_changed = NOT is_new FROM made WHERE made.invoice_id = s.invoice_id
"""
BEFORE = "it would be due before it is issued"
DUE_TOO_EARLY = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s USING orders_invoice i
  WHERE i.id = s.invoice_id AND coalesce(s.due_on, i.due_on) < s.issued_on RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'due_on', %s FROM gone
"""
OTHER_CURRENCY = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s USING orders_invoice i
  WHERE i.id = s.invoice_id AND s.currency <> i.currency
    AND EXISTS (SELECT 1 FROM orders_payment p WHERE p.invoice_id = i.id) RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'currency', %s FROM gone
"""


def merge_invoices(merge: Merge) -> None:
    """Rows into invoices, with what is paid of them; customers that nobody knows are made bare."""
    today = company_today(merge.company)
    reject_contacts_out_of_reach(merge, "contact_external_id")
    _reject_rows(merge, today.isoformat())
    merge.report(0.2, "Making unknown customers")
    make_bare_contacts(merge, ROWS, "contact_external_id")
    fold_rows(merge, INVOICE_FIELDS, ["number"], wrapped=LINKED)
    merge.run(DUE_TOO_EARLY, [BEFORE])
    merge.run(OTHER_CURRENCY, ["payments in another currency are written down already"])
    merge.report(0.5, "Writing invoices")
    said = {"today": today, "currency": merge.company.currency}
    merge.run(UPDATE, said)
    merge.run(INSERT, said)
    if merge.given & {"state", "paid_amount", "open_amount"}:
        merge.run(PAY_THE_DIFFERENCE, {**said, "actor": merge.actor.pk if merge.actor else None})
    merge.report(0.9, "Adding up")
    refresh_invoices_of(sql.SQL(f"SELECT invoice_id FROM {RECORDS} WHERE is_new OR is_changed"))
    count_records(merge)


def _reject_rows(merge: Merge, today: str) -> None:
    for name in ("amount", "paid_amount", "open_amount"):
        merge.reject(name, "an amount of a trillion or more is too large", f"abs(r.{name}) >= {LARGEST}")
    merge.reject("due_on", BEFORE, "r.due_on < r.issued_on")
    merge.reject("paid_on", "this lies in the future: only what has been paid counts", "r.paid_on > %s", [today])
    if "external_id" in merge.given:
        _reject_ids_that_do_not_fit(merge)
    reach = merge.changeable(Invoice.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM orders_invoice i WHERE i.number = r.number AND i.id NOT IN ({ids}))"
        merge.reject("number", TAKEN.replace("external id", "number"), taken, parameters)
    if "order_id" in merge.given:
        seen = merge.changeable(Order.objects.all(), Verb.VIEW)
        within, parameters = (f" AND o.id IN ({seen[0]})", seen[1]) if seen else ("", [])
        unknown = f"NOT EXISTS (SELECT 1 FROM orders_order o WHERE o.number = r.order_id{within})"
        reason = "there is no order with this number"
        merge.reject("order_id", reason, f"r.order_id IS NOT NULL AND {unknown}", parameters)


def _reject_ids_that_do_not_fit(merge: Merge) -> None:
    """A number and an external id belong together, in the file and with what is stored."""
    for one, other, reason in (
        ("external_id", "number", "this external id stands with two numbers"),
        ("number", "external_id", "this number stands with two external ids"),
    ):
        pairs = f"SELECT {one} FROM {ROWS} WHERE {one} IS NOT NULL GROUP BY 1 HAVING count(DISTINCT {other}) > 1"
        merge.reject(one, reason, f"r.{one} IN ({pairs})")
        stored = f"SELECT 1 FROM orders_invoice i WHERE i.{one} = r.{one} AND i.{other} <> r.{other}"
        merge.reject(one, f"the invoice with it has another {other.replace('_', ' ')}", f"EXISTS ({stored})")


INVOICES = ImportKind(
    name="invoices",
    label="Invoices",
    row="an invoice",
    model="orders.invoice",
    fields=INVOICE_FIELDS,
    merge=merge_invoices,
    list_url="orders:invoice_list",
    tables=("orders_invoice", "orders_payment", "orders_order", "contacts_contact"),
    stored=("orders.payment",),
)
