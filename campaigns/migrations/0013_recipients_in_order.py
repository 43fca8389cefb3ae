"""Recipients of a campaign stand in their order in one index, in place of the one of the campaign alone."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built beside the work; the old index goes once the new one is there
    dependencies = [
        ("campaigns", "0012_deliveries_of_messages"),
        ("contacts", "0008_looks"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="recipient",
            index=models.Index(fields=["campaign", "id"], name="campaigns_recipient_in_order"),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="campaign",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recipients",
                to="campaigns.campaign",
            ),
        ),
    ]
