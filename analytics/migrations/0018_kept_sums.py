import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0017_satisfaction"),
        ("crm", "0027_service_mailboxes"),
        ("orders", "0011_renews_by_itself"),
        ("pipeline", "0006_discount_over_all_lines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("day", models.DateField(null=True)),
                ("rated", models.DecimalField(decimal_places=6, max_digits=28)),
                ("unrated", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_1", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_2", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_3", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_4", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_5", models.DecimalField(decimal_places=6, max_digits=28)),
                ("month_6", models.DecimalField(decimal_places=6, max_digits=28)),
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
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="orders.product",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pipeline.stage",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="crm.team",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["kind"], name="analytics_sum_kind"),
                    models.Index(condition=models.Q(("is_folded", False)), fields=["key"], name="analytics_sum_new"),
                ],
            },
        ),
    ]
