"""The cache table, the trigger function of the row history, and how the mail slots are stored."""

from typing import Any

from django.core.management import call_command
from django.db import migrations

from crm.past.trigger import make_function


def make_table(apps: Any, schema_editor: Any) -> None:
    """Make the table of settings.CACHES, where sign-in counts its failures; nothing happens where it is there."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_function(apps: Any, schema_editor: Any) -> None:
    """Take the trigger function away, with the triggers that call it."""
    schema_editor.execute("DROP FUNCTION crm_keep_past() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_tables")]
    operations = [
        migrations.RunPython(make_table, migrations.RunPython.noop),
        migrations.RunPython(make_function, drop_function),
        # room in the page for the next version of the row, one for each mail that leaves; see docs/decisions/0008
        migrations.RunSQL(
            "ALTER TABLE crm_mailslot SET UNLOGGED; ALTER TABLE crm_mailslot SET (fillfactor = 20)",
            migrations.RunSQL.noop,
        ),
    ]
