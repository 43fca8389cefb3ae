"""The retention rules that a new house begins with: a row for each kind of data, off, with what we propose."""

from django.db import migrations

MONTHS = {
    "contacts.interactions": 60,
    "contacts.signals": 24,
    "contacts.looks": 24,
    "crm.mails": 24,
    "crm.incoming": 24,
    "crm.files": 3,
    "crm.sign_ins": 12,
    "crm.history": 60,
    "orders.enquirers": 36,
    "orders.former": 120,
    "leads.never": 24,
    "service.tickets": 36,
    "feedback.comments": 36,
    "campaigns.hits": 24,
}


def add_rules(apps, schema_editor):
    rule = apps.get_model("contacts", "RetentionRule")
    rule.objects.bulk_create([rule(kind=kind, months=months) for kind, months in MONTHS.items()], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_retention")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
