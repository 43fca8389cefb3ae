"""A small demo company."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.core.management import call_command
from django.db import connection, transaction

# what a person sees of the data, in an order of its own, without the numbers that the database gives
VIEWS = (
    (
        "SELECT c.*, o.external_id, p.external_id, u.email, t.name FROM contacts_contact c"
        " LEFT JOIN contacts_contact o ON o.id = c.organization_id LEFT JOIN contacts_contact p ON p.id = c.parent_id"
        " LEFT JOIN crm_user u ON u.id = c.owner_id LEFT JOIN crm_team t ON t.id = c.team_id"
    ),
    (
        "SELECT c.external_id, kind, label, value, normalised, is_primary FROM contacts_contactpoint"
        " JOIN (SELECT id, external_id FROM contacts_contact) c ON c.id = contact_id"
    ),
    (
        "SELECT c.external_id, street, postal_code, city, region, country FROM contacts_address"
        " JOIN (SELECT id, external_id FROM contacts_contact) c ON c.id = contact_id"
    ),
    (
        "SELECT o.number, o.ordered_at, o.channel, o.amount, o.cost, l.position, p.external_id, l.quantity,"
        " l.unit_price, l.discount, l.amount, l.unit_cost"
        " FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id"
        " JOIN orders_product p ON p.id = l.product_id"
    ),
    (
        "SELECT i.number, i.issued_on, i.amount, i.state, p.paid_on, p.amount AS paid FROM orders_invoice i"
        " LEFT JOIN orders_payment p ON p.invoice_id = i.id"
    ),
    (
        "SELECT c.external_id, s.plan, s.started_on, s.renews_on, s.ended_on FROM orders_subscription s"
        " JOIN contacts_contact c ON c.id = s.contact_id"
    ),
    "SELECT serial, registered_on, warranty_ends_on FROM orders_productregistration",
    (
        "SELECT c.external_id, occurred_at, channel, direction, subject, body, outcome, duration_seconds, u.email"
        " FROM contacts_interaction i JOIN (SELECT id, external_id FROM contacts_contact) c ON c.id = contact_id"
        " LEFT JOIN crm_user u ON u.id = i.user_id"
    ),
)
SIZE = ("--customers", "60", "--until", "2026-03-31")
NUMBERS = "'(\"(id|owner_id|team_id|organization_id|parent_id)\": *)[0-9]+'"


@pytest.fixture
def load_demo(db) -> Callable[..., None]:
    """`load_demo("--seed", 2)`: by default 60 customers up to the end of March 2026, seed 1; only the scores of the
    analysis (tests/analytics has the rest of it)."""

    def load(*words: object) -> None:
        call_command("load_demo", *SIZE, "--later", *map(str, words), verbosity=0)

    return load


@pytest.fixture
def checksum(db) -> Callable[[], list[str]]:
    """The sums of all that was loaded, table by table."""

    def compute() -> list[str]:
        return [_sum_of(view) for view in VIEWS]

    return compute


@pytest.fixture
def taken_back(db) -> Callable[[], AbstractContextManager[None]]:
    """`with taken_back():` everything done inside is undone at its end."""

    @contextmanager
    def undo() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undo


def _sum_of(view: str) -> str:
    rows = f"SELECT regexp_replace(row_to_json(v)::text, {NUMBERS}, '\\1', 'g') AS line FROM ({view}) v"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(line, '|' ORDER BY line)) FROM ({rows}) lines")  # noqa: S608
        return cursor.fetchone()[0]
