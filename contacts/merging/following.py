"""What comes to a contact that has been merged goes on to the one it became: of who was writing in that moment, a file
with the old id, a mail to an old address."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from psycopg import sql

from contacts.merging.keys import DERIVED, ContactKey, moved_keys
from contacts.merging.moving import Statements
from contacts.models import Contact, ContactMerge

FOUND = sql.SQL("""
SELECT DISTINCT c.id, c.merged_into_id FROM contacts_contact AS c JOIN {table} AS t ON t.{column} = c.id
WHERE c.merged_into_id IS NOT NULL AND c.merged_at >= %(since)s AND {where}
""")
EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def follow_merged(since: dt.datetime = EVER) -> int:
    """Move what names contacts that were merged since then, but for what stays with them; the number of rows."""
    if not Contact.objects.filter(merged_into__isnull=False, merged_at__gte=since).exists():
        return 0
    keys = [key for key in moved_keys() if key.twice != DERIVED and not key.is_ordered]
    return sum(_follow(key, since) for key in keys)


def _follow(key: ContactKey, since: dt.datetime) -> int:
    count = 0
    with connection.cursor() as cursor:
        of = Statements(ContactMerge(), key)
        cursor.execute(FOUND.format(table=of.table, column=of.column, where=of.where), {"since": since})
        found = cursor.fetchall()
    for gone, kept in found:
        with transaction.atomic():
            Contact.objects.select_for_update().filter(pk__in=(gone, kept)).order_by("pk").first()
            count += Statements(ContactMerge(kept_id=kept, gone_id=gone), key).follow()
    return count
