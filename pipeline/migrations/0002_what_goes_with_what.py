"""Changes go with their deal, steps with their quote."""

from django.db import migrations

from crm.database.cascades import goes_with


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_tables")]
    operations = [
        goes_with("pipeline_stagechange", "pipeline_deal"),
        goes_with("pipeline_quotestep", "pipeline_quote"),
    ]
