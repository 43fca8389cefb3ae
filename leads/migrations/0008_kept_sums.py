import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0007_nurturing_goes_with_its_lead"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("day", models.DateField()),
                ("source", models.CharField(max_length=120, null=True)),
                ("list_name", models.CharField(max_length=120, null=True)),
                ("step", models.IntegerField(null=True)),
                ("leads", models.BigIntegerField()),
                ("contacted", models.BigIntegerField()),
                ("qualified", models.BigIntegerField()),
                ("converted", models.BigIntegerField()),
                ("lost", models.BigIntegerField()),
                ("clocked", models.BigIntegerField()),
                ("in_time", models.BigIntegerField()),
                ("key", models.BigIntegerField()),
                ("is_folded", models.BooleanField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        fields=["kind", "day"],
                        include=(
                            "source",
                            "list_name",
                            "owner",
                            "step",
                            "leads",
                            "contacted",
                            "qualified",
                            "converted",
                            "lost",
                            "clocked",
                            "in_time",
                        ),
                        name="leads_sum_kind",
                    ),
                    models.Index(condition=models.Q(("is_folded", False)), fields=["key"], name="leads_sum_new"),
                ],
            },
        ),
    ]
