"""Brings staged order lines into the tables: one statement a step, whatever the number of rows.

Who an order is: its number; without one the id of its only line; without both the contact, the time and the place
among the rows of the file that have both equal. Who a line is: its id, or its order and its place in it.
"""

from __future__ import annotations

from psycopg import sql

from contacts.choices import ContactKind
from contacts.importing import make_bare_contacts, reject_contacts_out_of_reach
from crm.importing.folding import count_records, fold_rows
from crm.importing.merging import TAKEN, Merge
from orders.importing import sql as statements
from orders.importing.fields import ORDER_FIELDS
from orders.importing.products import make_bare_products
from orders.keeping import refresh_totals_of
from orders.models import Order

NUMBERED = "import_numbered"
LARGEST = 10**12  # of a line; an order's total has room for ten such lines
LARGEST_ORDER = 10**13
BAD_OPTIONS = "options are written as Colour: Oak (+4.50), with a semicolon between two"
COST = "coalesce(r.quantity, 1) * r.unit_cost"


def merge_orders(merge: Merge) -> None:
    """Rows into lines and orders; contacts, partners and products that nobody knows are made bare."""
    _reject_rows(merge)
    merge.report(0.05, "Finding known orders")
    _number(merge)
    _reject_large_orders(merge)
    _reject_orders_out_of_reach(merge)
    _take_up_orders(merge)
    merge.report(0.2, "Making unknown customers and products")
    _make_related(merge)
    fold_rows(
        merge,
        ORDER_FIELDS,
        ["order_key", "position"],
        table=NUMBERED,
        wrapped=statements.LINKED,
        derived=["amount"],
        unique=not merge.given & {"line_number", "external_id"},
    )
    merge.report(0.4, "Writing orders")
    _write_orders(merge)
    merge.report(0.5, "Writing lines")
    merge.run(statements.FIND_LINES)
    merge.run(statements.INSERT_LINES)
    merge.run(statements.UPDATE_LINES)
    if "options" in merge.given:
        merge.run("DROP TABLE IF EXISTS import_options")
        for statement in statements.WRITE_OPTIONS:
            merge.run(statement)
    merge.run(statements.MARK_CHANGED_ORDERS)
    merge.report(0.95, "Adding up")
    refresh_totals_of(sql.SQL(statements.TOUCHED_ORDERS))
    count_records(merge)


def _reject_rows(merge: Merge) -> None:
    """Refuses rows without an amount or with too large a one, and rows that are out of the actor's reach."""
    field = "amount" if "amount" in merge.given else "unit_price" if "unit_price" in merge.given else "quantity"
    reason = "there is no amount, nor a unit price to reckon it from"
    merge.reject(field, reason, "r.amount IS NULL AND r.unit_price IS NULL")
    if "options" in merge.given:
        merge.reject("options", BAD_OPTIONS, statements.BAD_OPTIONS)
    if "unit_price" in merge.given:
        too_large = f"r.amount IS NULL AND abs({_amount(merge)}) >= {LARGEST}"
        merge.reject(field, "quantity times unit price is too large a number", too_large)
    merge.reject("amount", "an amount of a trillion or more is too large", f"abs(r.amount) >= {LARGEST}")
    if "unit_cost" in merge.given:
        too_large = f"abs({COST}) >= {LARGEST}"
        merge.reject("unit_cost", "quantity times unit cost is too large a number", too_large)
    if merge.changeable(Order.objects.all()) is not None:
        reason = "a sale without a customer can only be brought in by who sees all orders"
        merge.reject("contact_external_id", reason, "r.contact_external_id IS NULL")
    for name in ("contact_external_id", "partner_external_id"):
        if name in merge.given:
            reject_contacts_out_of_reach(merge, name)


def _amount(merge: Merge) -> str:
    """How a line's total is reckoned where none is given."""
    known = statements.AMOUNT_WITH_OPTIONS if "options" in merge.given else statements.AMOUNT
    return known.format()


def _number(merge: Merge) -> None:
    """Says of each row which order it belongs to and which place it has in it."""
    merge.run(f"DROP TABLE IF EXISTS {NUMBERED}")
    identified = bool(merge.given & {"order_id", "external_id"})
    some_without = not identified or merge.number(
        "SELECT count(*) FROM import_rows WHERE order_id IS NULL AND external_id IS NULL"
    )
    key = statements.ORDER_KEY if some_without else statements.ORDER_KEY.replace(statements.SALE_KEY, "NULL")
    place = statements.GIVEN_PLACE if "line_number" in merge.given else statements.NEXT_PLACE if identified else "1"
    merge.run(statements.NUMBERED.format(place=place, order_key=key, amount=_amount(merge)))
    if "external_id" in merge.given:
        for statement in statements.SAME_LINES:
            merge.run(statement)
    merge.run(f"ANALYZE {NUMBERED} (order_key, contact_external_id, product_external_id, partner_external_id)")


def _reject_large_orders(merge: Merge) -> None:
    """Orders whose lines add up to more than an order's total can hold."""
    sums = {"amount": "amount"} | ({"unit_cost": COST} if "unit_cost" in merge.given else {})
    for field, worth in sums.items():
        large = f"SELECT order_key FROM {NUMBERED} r GROUP BY 1 HAVING sum(abs({worth})) >= {LARGEST_ORDER}"
        merge.reject(
            field, "the lines of this order add up to too large a number", f"r.order_key IN ({large})", table=NUMBERED
        )


def _reject_orders_out_of_reach(merge: Merge) -> None:
    """Orders (and so lines with an id of their own) that exist and that the actor may not change."""
    reach = merge.changeable(Order.objects.all())
    if reach is not None:
        ids, parameters = reach
        taken = f"EXISTS (SELECT 1 FROM orders_order o WHERE o.import_key = r.order_key AND o.id NOT IN ({ids}))"
        merge.reject("order_id", TAKEN.replace("external id", "order"), taken, parameters, table=NUMBERED)


def _take_up_orders(merge: Merge) -> None:
    """Lets the file be of orders that were made here, among those that the actor may change."""
    if "order_id" not in merge.given or not merge.number(statements.MADE_BY_HAND):
        return
    ids, parameters = merge.changeable(Order.objects.all()) or ("SELECT o.id", [])
    merge.run(f"{statements.TAKE_UP_ORDERS} AND o.id IN ({ids})", parameters)


def _make_related(merge: Merge) -> None:
    """Makes contacts, partners and products that are not here yet."""
    if "contact_external_id" in merge.given:
        make_bare_contacts(merge, NUMBERED, "contact_external_id")
    if "partner_external_id" in merge.given:
        make_bare_contacts(merge, NUMBERED, "partner_external_id", ContactKind.ORGANIZATION)
    if "product_external_id" in merge.given:
        make_bare_products(merge, NUMBERED, "product_external_id")


def _write_orders(merge: Merge) -> None:
    """One row an order: new ones are made with their totals, known ones take what is given."""
    several = bool(merge.given & {"order_id", "external_id"})
    merge.run("DROP TABLE IF EXISTS import_orders")
    merge.run(statements.ORDERS_OF_FILE if several else statements.ONE_LINE_ORDERS)
    merge.run("ANALYZE import_orders (order_key)")
    merge.run(statements.FIND_ORDERS)
    merge.run(statements.NUMBER_NEW_ORDERS)
    merge.run("ANALYZE import_orders")
    merge.run(statements.INSERT_ORDERS, {"zone": merge.company.time_zone, "currency": merge.company.currency})
    merge.run(statements.UPDATE_ORDERS)
