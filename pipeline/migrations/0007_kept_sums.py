import django.db.models.deletion
import pipeline.models.deals
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0012_touches_about_records"),
        ("crm", "0027_service_mailboxes"),
        ("orders", "0011_renews_by_itself"),
        ("pipeline", "0006_discount_over_all_lines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DealSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                (
                    "outcome",
                    models.CharField(choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], max_length=8),
                ),
                ("currency", models.CharField(max_length=3, null=True)),
                ("day", models.DateField(null=True)),
                ("deals", models.DecimalField(decimal_places=4, max_digits=20)),
                ("worth", models.DecimalField(decimal_places=6, max_digits=28)),
                ("own", models.DecimalField(decimal_places=6, max_digits=28)),
                ("commit", models.DecimalField(decimal_places=6, max_digits=28)),
                ("best_case", models.DecimalField(decimal_places=6, max_digits=28)),
                ("expected", models.DecimalField(decimal_places=6, max_digits=28)),
                ("key", models.BigIntegerField()),
                ("is_folded", models.BooleanField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveIndex(
            model_name="deal",
            name="pipeline_deal_board",
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("outcome", "open")),
                fields=["stage", "-stage_since", "-id"],
                include=("base_amount", "currency", "amount", "owner", "team"),
                name="pipeline_deal_board",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                pipeline.models.deals.MonthNumber("expected_on"),
                models.OrderBy(models.F("base_amount"), descending=True, nulls_last=True),
                models.F("id"),
                condition=models.Q(("archived_at", None), ("outcome", "open")),
                include=("expected_on", "owner", "team"),
                name="pipeline_deal_month",
            ),
        ),
        migrations.AddField(
            model_name="dealsum",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dealsum",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dealsum",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="orders.product",
            ),
        ),
        migrations.AddField(
            model_name="dealsum",
            name="stage",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pipeline.stage",
            ),
        ),
        migrations.AddField(
            model_name="dealsum",
            name="team",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="crm.team",
            ),
        ),
        migrations.AddIndex(
            model_name="dealsum",
            index=models.Index(fields=["kind", "outcome", "day"], name="pipeline_sum_kind"),
        ),
        migrations.AddIndex(
            model_name="dealsum",
            index=models.Index(condition=models.Q(("is_folded", False)), fields=["key"], name="pipeline_sum_new"),
        ),
    ]
