"""Contacts as CSV: a list as a worker writes it, and the command's, beside a bare COPY of the same columns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db import connection

from bench.measuring import Line, alternate, beside, timed
from bench.world import MANAGER, World
from crm.catalogue import export_kinds
from crm.exporting.csv import csv_lines
from crm.exporting.formats import format_called
from crm.exporting.later import view_of
from crm.models import User

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


def export_list() -> int:
    """The list of a country, as it is made for a person who asks for its file; characters."""
    view = view_of("contacts:contact_export", "country=DE", User.objects.get(email=MANAGER))
    form = format_called("csv", view.export_formats)
    assert form is not None  # noqa: S101
    return sum(len(piece) for piece in view.pieces(form))


def measure(world: World) -> Iterator[Line]:
    """At most four times the bare one (a quarter of its rate)."""
    cases = {
        "page": partial(timed, export_list),
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
