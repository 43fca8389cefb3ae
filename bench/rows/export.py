"""Contacts as CSV: the list's export and the command's, beside a bare COPY of the same columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db import connection

from bench.measuring import Line, alternate, beside, timed
from bench.world import World
from crm.catalogue import export_kinds
from crm.exporting.csv import csv_lines

ROUNDS_OF_MANY = 3
BARE = """COPY (
    SELECT c.name, a.city, a.country, u.name, s.segment, s.r, s.f, s.m, s.monetary, s.last_purchase_on
    FROM contacts_contact c
    LEFT JOIN contacts_address a ON a.contact_id = c.id AND a.is_primary
    LEFT JOIN crm_user u ON u.id = c.owner_id
    LEFT JOIN analytics_rfmscore s ON s.contact_id = c.id
    WHERE c.archived_at IS NULL {narrowed} ORDER BY c.sort_name, c.id
) TO STDOUT (FORMAT csv)"""
BARE_KIND = """COPY (
    SELECT c.external_id, c.name, e.value, p.value, a.street, a.postal_code, a.city, a.country, u.email, c.created_on
    FROM contacts_contact c
    LEFT JOIN contacts_contactpoint e ON e.contact_id = c.id AND e.kind = 'email' AND e.is_primary
    LEFT JOIN contacts_contactpoint p ON p.contact_id = c.id AND p.kind = 'phone' AND p.is_primary
    LEFT JOIN contacts_address a ON a.contact_id = c.id AND a.is_primary
    LEFT JOIN crm_user u ON u.id = c.owner_id
    ORDER BY c.id
) TO STDOUT (FORMAT csv)"""
COLUMNS = "external_id name email phone street postal_code city country owner_email created_on".split()


def copy_out(statement: str) -> int:
    """Run a COPY TO and read all of it; bytes."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return sum(len(piece) for piece in copy)


def export_kind() -> int:
    """`export_data contacts` without the start of Python; characters."""
    rows = export_kinds()["contacts"].rows(None, COLUMNS, None)
    return sum(len(text) for text in csv_lines(rows, for_spreadsheet=False))


def measure(world: World) -> Iterator[Line]:
    """At most four times the bare one (a quarter of its rate)."""
    us = world.visitor(world.port)
    cases = {
        "page": partial(timed, partial(us.drain, "/contacts/export/?country=DE")),
        "bare page": partial(timed, partial(copy_out, BARE.format(narrowed="AND a.country = 'DE'"))),
    }
    found = alternate(cases)
    yield beside("export", "list, Germany", found["page"], found["bare page"], most=4, name="COPY", unit="s")
    cases = {
        "kind": partial(timed, export_kind),
        "bare kind": partial(timed, partial(copy_out, BARE_KIND)),
    }
    found = alternate(cases, ROUNDS_OF_MANY)
    what = f"command, {world.rows:,} customers, {len(COLUMNS)} columns"
    yield beside("export", what, found["kind"], found["bare kind"], most=4, name="COPY", unit="s")
