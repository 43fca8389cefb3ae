"""Consents go with their contact; the purposes and market categories that a new house begins with."""

from django.db import migrations

from crm.database.cascades import goes_with


PURPOSES = (
    ("marketing", "Marketing", 2, "Offers and news."),
    ("survey", "Surveys", 1, "Questions about how we did."),
    ("service", "Service", 0, "What belongs to an order, a contract or a question."),
)
CATEGORIES = (
    ("consumer", "Consumer", 10),
    ("business", "Business", 20),
    ("government", "Government", 30),
    ("international", "International", 40),
)


def add_purposes(apps, schema_editor):
    purpose = apps.get_model("contacts", "Purpose")
    if purpose.objects.exists():  # of a database from before the tables were made in one go
        return
    for key, label, least, description in PURPOSES:
        purpose.objects.create(key=key, label=label, least_level=least, description=description)


def add_categories(apps, schema_editor):
    category = apps.get_model("contacts", "MarketCategory")
    if category.objects.exists():
        return
    category.objects.bulk_create(
        category(key=key, label=label, position=position) for key, label, position in CATEGORIES
    )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_tables")]
    operations = [
        goes_with("contacts_consent", "contacts_contact"),
        migrations.RunPython(add_purposes, migrations.RunPython.noop),
        migrations.RunPython(add_categories, migrations.RunPython.noop),
    ]
