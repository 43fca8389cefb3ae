"""Brings staged order lines into the tables: one statement a step, whatever the number of rows.

Who an order is: its number; without one the id of its only line; without both the contact, the time and the place
among the rows of the file that have both equal. Who a line is: its id, or its order and its place in it.
"""

from __future__ import annotations

from psycopg import sql

from contacts.importing import make_bare_contacts, reject_contacts_out_of_reach
from contacts.choices import ContactKind
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.merging import TAKEN, Merge
from orders.importing.fields import ORDER_FIELDS
from orders.importing.products import make_bare_products
from orders.importing.sql import (
    FIND_LINES,
    INSERT_LINES,
    INSERT_ORDERS,
    LINES_OUT_OF_REACH,
    NUMBER_LINES,
    NUMBER_ORDERS,
    ORDERS_OF_FILE,
    SET_AMOUNTS,
    UPDATE_LINES,
    UPDATE_ORDERS,
)
from orders.keeping import refresh_totals_of
from orders.models import Order

EXTRA = (
    "line_pk bigint, order_pk bigint, contact_id bigint, product_id bigint, partner_id bigint,"
    " is_new boolean NOT NULL DEFAULT false, is_changed boolean NOT NULL DEFAULT false"
)
LARGEST = 10**14


def merge_orders(merge: Merge) -> None:
    """Rows into lines and orders; contacts, partners and products that nobody knows are made bare."""
    _reject_rows(merge)
    merge.report(0.05, "Finding known orders")
    merge.run(NUMBER_ORDERS)
    merge.run(NUMBER_LINES)
    _reject_orders_out_of_reach(merge)
    fold_rows(merge, ORDER_FIELDS, ["order_key", "position"], EXTRA)
    merge.report(0.2, "Making unknown customers and products")
    _make_related(merge)
    merge.report(0.3, "Writing orders")
    _write_orders(merge)
    merge.report(0.45, "Writing lines")
    _write_lines(merge)
    merge.report(0.9, "Adding up")
    refresh_totals_of(
        sql.SQL(
            "SELECT o.order_pk FROM import_orders o WHERE NOT o.is_new AND (o.is_changed"
            f" OR o.order_pk IN (SELECT order_pk FROM {RECORDS} WHERE is_new OR is_changed))"
        )
    )
    count_records(merge)


def _reject_rows(merge: Merge) -> None:
    """Fills in amounts; refuses rows without one, and rows that name contacts out of the actor's reach."""
    merge.run(SET_AMOUNTS)
    field = "amount" if "amount" in merge.given else "unit_price" if "unit_price" in merge.given else "quantity"
    merge.reject(field, "there is no amount, nor a unit price to reckon it from", "r.amount IS NULL")
    merge.reject(field, "quantity times unit price is too large a number", f"abs(r.amount) >= {LARGEST}")
    for name in ("contact_external_id", "partner_external_id"):
        if name in merge.given:
            reject_contacts_out_of_reach(merge, name)


def _reject_orders_out_of_reach(merge: Merge) -> None:
    """Orders and lines that exist and that the actor may not change."""
    reach = merge.changeable(Order.objects.all())
    if reach is None:
        return
    ids, parameters = reach
    taken = f"EXISTS (SELECT 1 FROM orders_order o WHERE o.import_key = r.order_key AND o.id NOT IN ({ids}))"
    merge.reject("order_id", TAKEN.replace("external id", "order number"), taken, parameters)
    if "external_id" in merge.given:
        merge.reject("external_id", TAKEN, LINES_OUT_OF_REACH.format(ids=ids), parameters)


def _make_related(merge: Merge) -> None:
    """Ids of contacts, partners and products of the records; bare ones for those that are not here yet."""
    if "contact_external_id" in merge.given:
        make_bare_contacts(merge, RECORDS, "contact_external_id")
        _link(merge, "contact_id", "contacts_contact", "contact_external_id")
    if "partner_external_id" in merge.given:
        make_bare_contacts(merge, RECORDS, "partner_external_id", ContactKind.ORGANIZATION)
        _link(merge, "partner_id", "contacts_contact", "partner_external_id")
    if "product_external_id" in merge.given:
        make_bare_products(merge, RECORDS, "product_external_id")
        _link(merge, "product_id", "orders_product", "product_external_id")


def _link(merge: Merge, target: str, table: str, column: str) -> None:
    merge.run(f"UPDATE {RECORDS} s SET {target} = t.id FROM {table} t WHERE t.external_id = s.{column}")


def _write_orders(merge: Merge) -> None:
    """One row an order: new ones are made with their totals, known ones take what is given."""
    zone, currency = merge.company.time_zone, merge.company.currency
    merge.run("DROP TABLE IF EXISTS import_orders")
    merge.run(ORDERS_OF_FILE)
    merge.run("UPDATE import_orders s SET order_pk = o.id FROM orders_order o WHERE o.import_key = s.order_key")
    merge.run(
        "UPDATE import_orders SET is_new = true, order_pk = nextval(pg_get_serial_sequence('orders_order', 'id'))"
        " WHERE order_pk IS NULL"
    )
    merge.run("ANALYZE import_orders")
    merge.run(INSERT_ORDERS, {"zone": zone, "currency": currency})
    merge.run(UPDATE_ORDERS)
    merge.run(f"UPDATE {RECORDS} s SET order_pk = o.order_pk FROM import_orders o WHERE o.order_key = s.order_key")


def _write_lines(merge: Merge) -> None:
    """New lines are made, known ones take what is given; a change of the order is a change of its lines' rows."""
    for statement in FIND_LINES:
        merge.run(statement)
    merge.run(f"UPDATE {RECORDS} SET is_new = true WHERE line_pk IS NULL")
    merge.run(INSERT_LINES)
    merge.run(UPDATE_LINES)
    merge.run(
        f"UPDATE {RECORDS} s SET is_changed = true FROM import_orders o"
        " WHERE o.order_key = s.order_key AND o.is_changed AND NOT s.is_new AND s.first_row = o.first_row"
    )


