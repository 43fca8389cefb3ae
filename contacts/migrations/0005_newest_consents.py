"""The newest words of the ledger of consents are found by their moment: how permission grows, week by week."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built beside the work: on a large ledger nobody waits to write a consent
    dependencies = [("contacts", "0004_privacy")]

    operations = [
        AddIndexConcurrently(
            model_name="consent",
            index=models.Index(fields=["-recorded_at"], name="contacts_consent_newest"),
        ),
    ]
