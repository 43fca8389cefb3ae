"""The kind `registrations`: its fields, and how its rows become registered products.

Who a registration is: the product and the serial number, whatever its case; its external id has to fit.
"""

from __future__ import annotations

from contacts.importing import make_bare_contacts, reject_contacts_out_of_reach
from crm.company import company_today
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType
from orders.importing.fields import TEXT_ID
from orders.importing.products import make_bare_products
from orders.models import ProductRegistration

FIELDS = (
    ImportField(
        "contact_external_id", "Customer", required=True, limits=TEXT_ID,
        synonyms=("customer id", "customer", "contact id", "client id", "owner", "customer number"),
        help="The contact's external id.",
    ),
    ImportField(
        "product_external_id", "Product", required=True, limits=TEXT_ID,
        synonyms=("product id", "product", "sku", "article", "item", "model"),
    ),
    ImportField(
        "serial", "Serial number", required=True, limits=Limits(max_length=120),
        synonyms=("serial no", "serial number", "sn"),
    ),
    ImportField(
        "registered_on", "Registered on", ValueType.DATE, synonyms=("date", "registration date", "registered"),
        help="Empty: the day of the import.",
    ),
    ImportField("bought_on", "Bought on", ValueType.DATE, synonyms=("purchase date", "bought", "sold on")),
    ImportField(
        "warranty_ends_on", "Warranty ends on", ValueType.DATE,
        synonyms=("warranty", "warranty end", "warranty until", "guarantee until"),
        help="Empty: as the product's months say.",
    ),
    ImportField("channel", "Came in by", limits=Limits(max_length=40), synonyms=("source",)),
    ImportField("note", "Note", limits=Limits(max_length=300), synonyms=("comment",)),
    ImportField("external_id", "External id", limits=TEXT_ID, synonyms=("registration id", "id")),
)  # fmt: skip
COMPLETE = f"""
ALTER TABLE {ROWS} ADD COLUMN serial_key text;
UPDATE {ROWS} SET serial = btrim(regexp_replace(serial, '\\s+', ' ', 'g'));
UPDATE {ROWS} SET serial_key = upper(serial)
"""
LINKED = """SELECT f.*, c.id AS contact_id, p.id AS product_id, p.warranty_months, g.id AS registration_id,
  g.id IS NULL AS is_new, false AS is_changed FROM ({folded}) f
LEFT JOIN contacts_contact c ON c.external_id = f.contact_external_id
LEFT JOIN orders_product p ON p.external_id = f.product_external_id
LEFT JOIN orders_productregistration g ON g.product_id = p.id AND upper(g.serial) = f.serial_key"""
IDS_THAT_DO_NOT_FIT = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s WHERE s.external_id IS NOT NULL AND (
    EXISTS (SELECT 1 FROM orders_productregistration g
      WHERE g.external_id = s.external_id AND g.id IS DISTINCT FROM s.registration_id)
    OR EXISTS (SELECT 1 FROM {RECORDS} t WHERE t.external_id = s.external_id AND t.first_row < s.first_row)
  ) RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'external_id', %s FROM gone
"""
INSERT = f"""
INSERT INTO orders_productregistration (
  contact_id, product_id, serial, registered_on, bought_on, warranty_ends_on, channel, note, external_id, version,
  created_at
)
SELECT contact_id, product_id, serial, d.day, bought_on, coalesce(warranty_ends_on,
    (coalesce(bought_on, d.day) + make_interval(months => warranty_months))::date),
  coalesce(channel, ''), coalesce(note, ''), external_id, 1, now()
FROM {RECORDS} s CROSS JOIN LATERAL (SELECT coalesce(s.registered_on, s.bought_on, %(today)s) AS day) d
WHERE is_new ORDER BY first_row
"""
VALUES = {
    "contact_id": "s.contact_id",
    **{
        name: f"coalesce(s.{name}, g.{name})"
        for name in ("registered_on", "bought_on", "warranty_ends_on", "channel", "note", "external_id")
    },
}
UPDATE = f"""
WITH changed AS (
  UPDATE orders_productregistration g SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())},
    version = g.version + 1
  FROM {RECORDS} s WHERE g.id = s.registration_id AND NOT s.is_new
    AND ({" OR ".join(f"({value}) IS DISTINCT FROM g.{name}" for name, value in VALUES.items())}) RETURNING g.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.registration_id = changed.id
"""


def merge_registrations(merge: Merge) -> None:
    """Rows into registrations; customers and products that nobody knows are made bare."""
    reject_contacts_out_of_reach(merge, "contact_external_id")
    merge.reject("warranty_ends_on", "it would end before it was bought", "r.warranty_ends_on < r.bought_on")
    merge.run(COMPLETE)
    _reject_out_of_reach(merge)
    merge.report(0.2, "Making unknown customers and products")
    make_bare_contacts(merge, ROWS, "contact_external_id")
    make_bare_products(merge, ROWS, "product_external_id")
    derived = [ImportField("serial", "Serial number")]
    fields = [spec for spec in FIELDS if spec.name not in ("serial", "product_external_id")]
    fold_rows(merge, [*fields, *derived], ["product_external_id", "serial_key"], wrapped=LINKED, derived=["serial"])
    merge.run(IDS_THAT_DO_NOT_FIT, ["this external id is that of another registration"])
    merge.report(0.6, "Writing registrations")
    merge.run(UPDATE)
    merge.run(INSERT, {"today": company_today(merge.company)})
    count_records(merge)


def _reject_out_of_reach(merge: Merge) -> None:
    reach = merge.changeable(ProductRegistration.objects.all())
    if reach is None:
        return
    ids, parameters = reach
    taken = f"""EXISTS (SELECT 1 FROM orders_productregistration g JOIN orders_product p ON p.id = g.product_id
      WHERE p.external_id = r.product_external_id AND upper(g.serial) = r.serial_key AND g.id NOT IN ({ids}))"""
    merge.reject("serial", "this piece is registered for a customer whom you may not change", taken, parameters)


REGISTRATIONS = ImportKind(
    name="registrations",
    label="Registrations",
    row="a registered piece of a product",
    model="orders.productregistration",
    fields=FIELDS,
    merge=merge_registrations,
    list_url="orders:registration_list",
    tables=("orders_productregistration", "orders_product", "contacts_contact"),
)
