"""Moves go with their segment or contact."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_tables")]
    operations = [
        goes_with("campaigns_segmentmove", "campaigns_segment", "contacts_contact"),
    ]
