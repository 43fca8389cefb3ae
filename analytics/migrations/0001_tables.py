import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("analytics", "0001_initial"),
        ("analytics", "0002_rfm_segments"),
        ("analytics", "0003_rfmscore_tone"),
        ("analytics", "0004_rfm_list_indexes"),
        ("analytics", "0005_retention_and_history"),
        ("analytics", "0006_usage_and_moves"),
        ("analytics", "0007_churn_scores"),
        ("analytics", "0008_clv_scores"),
        ("analytics", "0009_allowed_features"),
        ("analytics", "0010_unknown_profit"),
        ("analytics", "0011_deal_forecasts"),
        ("analytics", "0012_lead_scores"),
        ("analytics", "0013_forecast_spans"),
        ("analytics", "0014_prospects"),
        ("analytics", "0015_selling_alerts"),
        ("analytics", "0016_falling_margin"),
        ("analytics", "0017_satisfaction"),
        ("analytics", "0018_kept_sums"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        ("crm", "0001_tables"),
        ("leads", "0001_tables"),
        ("orders", "0001_tables"),
        ("pipeline", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="DealForecast",
                    fields=[
                        (
                            "deal",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="forecast",
                                serialize=False,
                                to="pipeline.deal",
                            ),
                        ),
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        ("worth", models.FloatField()),
                        ("rate", models.FloatField()),
                        ("month_1", models.FloatField()),
                        ("month_2", models.FloatField()),
                        ("month_3", models.FloatField()),
                        ("month_4", models.FloatField()),
                        ("month_5", models.FloatField()),
                        ("month_6", models.FloatField()),
                    ],
                    options={
                        "ordering": ["deal"],
                    },
                ),
                migrations.CreateModel(
                    name="RfmSegment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(unique=True)),
                        ("name", models.CharField(max_length=40, unique=True)),
                        (
                            "advice",
                            models.CharField(
                                blank=True, help_text="What to do with these customers, in a sentence.", max_length=200
                            ),
                        ),
                        (
                            "r_low",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "r_high",
                            models.PositiveSmallIntegerField(
                                default=5,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "f_low",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "f_high",
                            models.PositiveSmallIntegerField(
                                default=5,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "m_low",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "m_high",
                            models.PositiveSmallIntegerField(
                                default=5,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                            ),
                        ),
                        (
                            "tone",
                            models.CharField(
                                choices=[
                                    ("good", "good"),
                                    ("accent", "accent"),
                                    ("neutral", "neutral"),
                                    ("warn", "warn"),
                                    ("bad", "bad"),
                                ],
                                default="neutral",
                                max_length=8,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "RFM segment",
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="UsageLevel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("heavy", "Heavy user"),
                                    ("moderate", "Moderate user"),
                                    ("infrequent", "Infrequent user"),
                                    ("new", "New"),
                                ],
                                max_length=12,
                                unique=True,
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(unique=True)),
                        (
                            "share",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Percent of the customers; empty for infrequent (the rest) and new.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(98),
                                ],
                            ),
                        ),
                        (
                            "message",
                            models.CharField(help_text="The message that suits these customers.", max_length=200),
                        ),
                        ("tone", models.CharField(default="neutral", max_length=8)),
                    ],
                    options={
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="AllowedFeature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="ChurnScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "contact",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="churn",
                                serialize=False,
                                to="contacts.contact",
                            ),
                        ),
                        ("probability", models.FloatField()),
                        (
                            "band",
                            models.CharField(
                                choices=[("high", "High risk"), ("medium", "Medium risk"), ("low", "Low risk")],
                                max_length=8,
                            ),
                        ),
                        ("expected_margin", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("value_at_risk", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("reasons", models.JSONField(default=list)),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["probability", "contact"], name="analytics_churn_probability"),
                            models.Index(fields=["value_at_risk", "contact"], name="analytics_churn_at_risk"),
                            models.Index(fields=["band", "value_at_risk", "contact"], name="analytics_churn_band"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClvScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "contact",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="lifetime",
                                serialize=False,
                                to="contacts.contact",
                            ),
                        ),
                        ("x", models.IntegerField()),
                        ("t_x", models.FloatField()),
                        ("age", models.FloatField()),
                        ("last_purchase_on", models.DateField()),
                        ("days_quiet", models.IntegerField()),
                        ("p_alive", models.DecimalField(decimal_places=6, max_digits=7, null=True)),
                        ("expected_purchases", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                        ("expected_value", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("clv", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("clv_low", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("clv_high", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("next_purchase_on", models.DateField(null=True)),
                        ("historic_profit", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["clv", "contact"], name="analytics_clv_clv"),
                            models.Index(fields=["p_alive", "contact"], name="analytics_clv_alive"),
                            models.Index(fields=["expected_purchases", "contact"], name="analytics_clv_expected"),
                            models.Index(fields=["next_purchase_on", "contact"], name="analytics_clv_next"),
                            models.Index(fields=["historic_profit", "contact"], name="analytics_clv_profit"),
                            models.Index(fields=["x", "days_quiet", "clv", "contact"], name="analytics_clv_cell"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CohortCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "period",
                            models.CharField(
                                choices=[
                                    ("week", "Week"),
                                    ("month", "Month"),
                                    ("quarter", "Quarter"),
                                    ("year", "Year"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("cohort", models.DateField()),
                        ("age", models.IntegerField()),
                        ("customers", models.IntegerField()),
                    ],
                    options={
                        "ordering": ["cohort", "age"],
                        "constraints": [
                            models.UniqueConstraint(fields=("period", "cohort", "age"), name="analytics_cohort_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ForecastSnapshot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("taken_on", models.DateField()),
                        (
                            "span",
                            models.CharField(
                                choices=[
                                    ("ahead", "The three months from that day"),
                                    ("month", "A month"),
                                    ("quarter", "A quarter"),
                                ],
                                default="ahead",
                                max_length=8,
                            ),
                        ),
                        ("starts_on", models.DateField()),
                        ("method", models.CharField(max_length=16)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("run_id", models.BigIntegerField()),
                    ],
                    options={
                        "ordering": ["-taken_on", "method"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("span", "starts_on", "taken_on", "method"),
                                name="analytics_snapshot_of_span_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "lead",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="learned",
                                serialize=False,
                                to="leads.lead",
                            ),
                        ),
                        ("probability", models.FloatField()),
                        ("better_than", models.FloatField()),
                        ("reasons", models.JSONField(default=list)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["probability", "lead"], name="analytics_lead_probability")],
                    },
                ),
                migrations.CreateModel(
                    name="ProspectScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "contact",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="likeness",
                                serialize=False,
                                to="contacts.contact",
                            ),
                        ),
                        ("probability", models.FloatField()),
                        ("better_than", models.FloatField()),
                        ("reasons", models.JSONField(default=list)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["probability", "contact"], name="analytics_prospect_likeness")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RetentionRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "period",
                            models.CharField(
                                choices=[
                                    ("week", "Week"),
                                    ("month", "Month"),
                                    ("quarter", "Quarter"),
                                    ("year", "Year"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("start", models.DateField()),
                        ("end", models.DateField()),
                        ("is_partial", models.BooleanField()),
                        ("dimension", models.CharField(blank=True, max_length=12)),
                        ("value", models.CharField(blank=True, max_length=120)),
                        ("active_at_start", models.IntegerField()),
                        ("retained", models.IntegerField()),
                        ("sales", models.DecimalField(decimal_places=4, max_digits=24)),
                        ("sales_kept", models.DecimalField(decimal_places=4, max_digits=24)),
                        ("sales_now", models.DecimalField(decimal_places=4, max_digits=24)),
                        ("profit", models.DecimalField(decimal_places=4, max_digits=24, null=True)),
                        ("profit_kept", models.DecimalField(decimal_places=4, max_digits=24, null=True)),
                        ("largest_sale", models.DecimalField(decimal_places=4, default=0, max_digits=24)),
                        ("without_rate", models.IntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["start", "dimension", "value"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("period", "dimension", "value", "start"), name="analytics_retention_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "contact",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="rfm",
                                serialize=False,
                                to="contacts.contact",
                            ),
                        ),
                        ("last_purchase_on", models.DateField()),
                        ("recency_days", models.IntegerField()),
                        ("frequency", models.IntegerField()),
                        ("monetary", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("r", models.SmallIntegerField()),
                        ("f", models.SmallIntegerField()),
                        ("m", models.SmallIntegerField()),
                        ("segment", models.CharField(blank=True, max_length=40)),
                        ("tone", models.CharField(blank=True, max_length=8)),
                        ("first_purchase_on", models.DateField()),
                        ("purchases_365", models.IntegerField()),
                        (
                            "usage_level",
                            models.CharField(
                                choices=[
                                    ("heavy", "Heavy user"),
                                    ("moderate", "Moderate user"),
                                    ("infrequent", "Infrequent user"),
                                    ("new", "New"),
                                ],
                                max_length=12,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["usage_level", "monetary", "contact"], name="analytics_rfm_by_usage"),
                            models.Index(fields=["monetary", "contact"], name="analytics_rfm_monetary"),
                            models.Index(fields=["recency_days", "contact"], name="analytics_rfm_recency"),
                            models.Index(fields=["frequency", "contact"], name="analytics_rfm_frequency"),
                            models.Index(fields=["r", "f", "monetary", "contact"], name="analytics_rfm_cell"),
                            models.Index(fields=["f", "monetary", "contact"], name="analytics_rfm_by_f"),
                            models.Index(fields=["m", "monetary", "contact"], name="analytics_rfm_by_m"),
                            models.Index(fields=["segment", "monetary", "contact"], name="analytics_rfm_by_segment"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SatisfactionCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        ("dimension", models.CharField(blank=True, max_length=12)),
                        ("value", models.CharField(blank=True, max_length=120)),
                        ("month", models.DateField(null=True)),
                        ("promoters", models.IntegerField()),
                        ("passives", models.IntegerField()),
                        ("detractors", models.IntegerField()),
                        ("scores", models.BigIntegerField()),
                    ],
                    options={
                        "ordering": ["dimension", "value", "month"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dimension", "value", "month"),
                                name="analytics_satisfaction_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreHistory",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "month_end", "contact_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("month_end", models.DateField()),
                        ("run_id", models.BigIntegerField()),
                        ("recency_days", models.IntegerField()),
                        ("frequency", models.IntegerField()),
                        ("monetary", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("r", models.SmallIntegerField()),
                        ("f", models.SmallIntegerField()),
                        ("m", models.SmallIntegerField()),
                        ("segment", models.CharField(blank=True, max_length=40)),
                        (
                            "usage_level",
                            models.CharField(
                                choices=[
                                    ("heavy", "Heavy user"),
                                    ("moderate", "Moderate user"),
                                    ("infrequent", "Infrequent user"),
                                    ("new", "New"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("p_alive", models.FloatField(null=True)),
                        ("clv", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                        ("churn_probability", models.FloatField(null=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="score_history",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "score history",
                    },
                ),
                migrations.CreateModel(
                    name="SegmentMove",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month_end", models.DateField()),
                        ("before", models.CharField(blank=True, max_length=40)),
                        ("after", models.CharField(blank=True, max_length=40)),
                        ("is_new", models.BooleanField()),
                        ("customers", models.IntegerField()),
                    ],
                    options={
                        "ordering": ["month_end", "-customers"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("month_end", "before", "after", "is_new"), name="analytics_move_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ForecastSum",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                            models.Index(
                                condition=models.Q(("is_folded", False)), fields=["key"], name="analytics_sum_new"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ModelRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("step", models.CharField(max_length=24)),
                        ("as_of", models.DateField()),
                        ("parameters", models.JSONField(blank=True, default=dict)),
                        ("metrics", models.JSONField(blank=True, default=dict)),
                        ("data_from", models.DateField(blank=True, null=True)),
                        ("data_to", models.DateField(blank=True, null=True)),
                        ("row_count", models.BigIntegerField(default=0)),
                        ("seconds", models.FloatField(default=0)),
                        ("code_version", models.CharField(blank=True, max_length=40)),
                        (
                            "error",
                            models.TextField(
                                blank=True, help_text="Why it failed; its figures are then those of the run before."
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="crm.jobrun"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                        "indexes": [models.Index(fields=["step", "-created_at"], name="analytics_run_step")],
                    },
                ),
                migrations.CreateModel(
                    name="SellAlert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("cross", "Cross-sell"),
                                    ("up", "Up-sell"),
                                    ("switch", "Switch-sell"),
                                    ("drift", "Drifting away"),
                                    ("margin", "Falling margin"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("evidence", models.JSONField(default=dict)),
                        ("chance", models.FloatField()),
                        ("expected_value", models.DecimalField(decimal_places=2, max_digits=18)),
                        ("is_held_back", models.BooleanField(default=False)),
                        ("made_on", models.DateField()),
                        ("run_id", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("snoozed", "Put off"),
                                    ("accepted", "Accepted"),
                                    ("dismissed", "Dismissed"),
                                    ("ended", "Over"),
                                ],
                                db_default="new",
                                default="new",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("snoozed_until", models.DateField(blank=True, null=True)),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("has it", "They have it from elsewhere"),
                                    ("no need", "They do not need it"),
                                    ("bad time", "Not the time for it"),
                                    ("wrong", "It is not true"),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="why not",
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("outcome_on", models.DateField(blank=True, editable=False, null=True)),
                        (
                            "outcome_amount",
                            models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=18, null=True),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sell_alerts",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "instead_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sell_alerts",
                                to="orders.product",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "selling alert",
                        "ordering": ["-expected_value", "-id"],
                        "indexes": [
                            models.Index(fields=["-expected_value", "-id"], name="analytics_alert_value"),
                            models.Index(
                                condition=models.Q(("is_held_back", False), ("state__in", ("new", "snoozed"))),
                                fields=["contact", "-expected_value"],
                                name="analytics_alert_open",
                            ),
                            models.Index(fields=["made_on"], name="analytics_alert_made"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("new", "snoozed"))),
                                fields=("contact", "kind", "product"),
                                name="analytics_alert_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
