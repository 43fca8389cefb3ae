"""The newest words of the ledger of consents are found by their moment: how permission grows, week by week."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_privacy")]

    operations = [
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["-recorded_at"], name="contacts_consent_newest"),
        ),
    ]
