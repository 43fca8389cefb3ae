"""Messages and events go with their ticket, versions and uses with their article; a message forgets its mail."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("service", "0001_tables")]
    operations = [
        goes_with("service_message", "service_ticket"),
        goes_with("service_message", "crm_incomingmail", "crm_outgoingmail", then="SET NULL"),
        goes_with("service_ticketevent", "service_ticket"),
        goes_with("service_articleversion", "service_article"),
        goes_with("service_articleuse", "service_article", "service_ticket"),
    ]
