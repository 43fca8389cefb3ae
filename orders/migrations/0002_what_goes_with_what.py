"""Points go with their member, payments with their invoice."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_tables")]
    operations = [
        goes_with("orders_pointsentry", "orders_loyaltymember"),
        goes_with("orders_payment", "orders_invoice"),
    ]
