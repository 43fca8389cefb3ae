"""What nurturing did goes with its lead and its sequence."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_tables")]
    operations = [
        goes_with("leads_sequencetouch", "leads_enrolment", "leads_sequencestep"),
        goes_with("leads_optout", "leads_lead"),
    ]
