from django.db import migrations

from crm.past.trigger import make_function


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0025_incoming_mail"),
    ]

    operations = [migrations.RunPython(make_function, migrations.RunPython.noop)]
