import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0012_profile"),
        ("contacts", "0008_looks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sellalert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cross", "Cross-sell"),
                    ("up", "Up-sell"),
                    ("switch", "Switch-sell"),
                    ("next", "Sequence-sell"),
                    ("drift", "Drifting away"),
                    ("margin", "Falling margin"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="NextScore",
            fields=[
                ("run_id", models.BigIntegerField()),
                ("as_of", models.DateField()),
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="next_in_line",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("item", models.CharField(max_length=200)),
                ("before", models.CharField(blank=True, max_length=200)),
                ("last", models.CharField(max_length=200)),
                ("last_on", models.DateField()),
                ("product_id", models.BigIntegerField(null=True)),
                ("count", models.IntegerField()),
                ("occasions", models.IntegerField()),
                ("share", models.FloatField()),
                ("lift", models.FloatField()),
                ("low", models.FloatField()),
                ("high", models.FloatField()),
                ("median_days", models.IntegerField()),
                ("chance", models.FloatField()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["item", "contact"], name="analytics_next_by_item"),
                    models.Index(fields=["chance", "contact"], name="analytics_next_by_chance"),
                ],
            },
        ),
    ]
