"""A delivery goes with the reply that it brings."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("service", "0005_replies_into_chats")]
    operations = [goes_with("service_hookdelivery", "service_message")]
