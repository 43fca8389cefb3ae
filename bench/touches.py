"""What machines add to the contact history of the base: opens of a newsletter, and one contact with very many."""

from __future__ import annotations

import psycopg

TOUCHES = 10  # interactions by each customer, on average
OPENS_OF_ONE = 20  # the contact with most opens has one by so many customers: 50,000 of a million
ADD = """
INSERT INTO contacts_interaction (contact_id, occurred_at, channel, direction, subject, body, outcome, created_at)
SELECT {contact}, '{until}'::timestamptz - interval '1 minute' * ({spread} % 1576800),
       'open', 'in', 'Newsletter', '', '', '{until}'
FROM {source}
"""


def add_opens(connection: psycopg.Connection, rows: int, until: str) -> None:
    """So many opens that a base of `rows` customers has `TOUCHES` interactions by each, in three years; all by SQL."""
    contacts, there = connection.execute(
        "SELECT (SELECT count(*) FROM contacts_contact), (SELECT count(*) FROM contacts_interaction)"
    ).fetchone() or (1, 0)
    each = max(0, TOUCHES * rows - there) // contacts + 1
    spread = "(contacts_contact.id * 7919 + letter * 104729)"
    source = f"generate_series(1, {each}) AS letter, contacts_contact"
    connection.execute(ADD.format(contact="contacts_contact.id", until=until, spread=spread, source=source))
    one = "(SELECT id FROM contacts_contact WHERE kind = 'person' AND archived_at IS NULL ORDER BY id DESC LIMIT 1)"
    source = f"generate_series(1, {rows // OPENS_OF_ONE}) AS letter"
    connection.execute(ADD.format(contact=one, until=until, spread="(letter * 7919)", source=source))
