import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0017_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportedContacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", models.BigIntegerField()),
                ("bits", models.BinaryField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exported", to="crm.logentry"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "exported contacts",
                "constraints": [
                    models.UniqueConstraint(fields=("block", "entry"), name="crm_exportedcontacts_once"),
                ],
            },
        ),
    ]
