from django.db import migrations

from crm.past.trigger import FUNCTION_SQL


def renew_function(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FUNCTION_SQL.format(schema=schema))


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0025_incoming_mail"),
    ]

    operations = [migrations.RunPython(renew_function, migrations.RunPython.noop)]
