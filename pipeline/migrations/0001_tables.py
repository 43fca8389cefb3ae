import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import pipeline.models.deals
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("pipeline", "0001_initial"),
        ("pipeline", "0002_changes_go_with_their_deal"),
        ("pipeline", "0003_quotes"),
        ("pipeline", "0004_steps_go_with_their_quote"),
        ("pipeline", "0005_forecast"),
        ("pipeline", "0006_discount_over_all_lines"),
        ("pipeline", "0007_kept_sums"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        ("crm", "0001_tables"),
        ("orders", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="DiscountLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("rep", "Sales rep"),
                                    ("marketer", "Marketer"),
                                    ("agent", "Service agent"),
                                    ("manager", "Manager"),
                                    ("admin", "Administrator"),
                                ],
                                max_length=16,
                                unique=True,
                            ),
                        ),
                        (
                            "percent",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["role"],
                    },
                ),
                migrations.CreateModel(
                    name="Pipeline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteSeries",
                    fields=[
                        ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                        ("last", models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Deal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("title", models.CharField(max_length=300)),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                max_digits=18,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        (
                            "currency",
                            models.CharField(
                                max_length=3,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z]{3}$", "A currency is three capital letters, such as EUR."
                                    )
                                ],
                            ),
                        ),
                        (
                            "base_amount",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=18, null=True),
                        ),
                        ("opened_on", models.DateField(blank=True, null=True)),
                        ("expected_on", models.DateField(blank=True, null=True, verbose_name="expected close")),
                        ("closed_on", models.DateField(blank=True, null=True)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
                                default="open",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=120, verbose_name="why it was won or lost")),
                        (
                            "forecast_category",
                            models.CharField(
                                choices=[
                                    ("pipeline", "Pipeline"),
                                    ("best_case", "Best case"),
                                    ("commit", "Commit"),
                                    ("omitted", "Left out"),
                                ],
                                db_default="pipeline",
                                default="pipeline",
                                max_length=12,
                            ),
                        ),
                        ("source", models.CharField(blank=True, db_default="", default="", max_length=120)),
                        ("next_step", models.CharField(blank=True, db_default="", default="", max_length=300)),
                        ("next_step_on", models.DateField(blank=True, null=True, verbose_name="next step by")),
                        (
                            "ticked",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                db_default=[],
                                default=list,
                                editable=False,
                                size=None,
                            ),
                        ),
                        ("stage_since", models.DateField(blank=True, editable=False, null=True)),
                        ("custom", models.JSONField(blank=True, default=dict)),
                        ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=300)),
                        ("search_text", models.TextField(default="", editable=False)),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to="contacts.contact",
                                verbose_name="person",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals_of_organization",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="deals",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to="orders.product",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="deals",
                                to="crm.team",
                            ),
                        ),
                        (
                            "pipeline",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deals",
                                to="pipeline.pipeline",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="OutcomeReason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("outcome", models.CharField(choices=[("won", "Won"), ("lost", "Lost")], max_length=8)),
                        ("name", models.CharField(max_length=120)),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                    ],
                    options={
                        "ordering": ["outcome", "position", "name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("outcome", "name"), name="pipeline_reason_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Quote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(editable=False, max_length=60, unique=True)),
                        ("year", models.PositiveSmallIntegerField(editable=False)),
                        ("serial", models.PositiveIntegerField(editable=False)),
                        ("revision", models.PositiveSmallIntegerField(default=1, editable=False)),
                        ("title", models.CharField(max_length=200)),
                        (
                            "is_primary",
                            models.BooleanField(default=False, editable=False, verbose_name="sets the deal's amount"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                max_length=3,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z]{3}$", "A currency is three capital letters, such as EUR."
                                    )
                                ],
                            ),
                        ),
                        ("valid_until", models.DateField(help_text="The last day on which it can be accepted.")),
                        (
                            "discount",
                            models.DecimalField(
                                db_default=0,
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="discount over all lines in %",
                            ),
                        ),
                        ("intro", models.TextField(blank=True, max_length=4000, verbose_name="text above the lines")),
                        ("terms", models.TextField(blank=True, max_length=4000, verbose_name="text below the lines")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("awaiting", "Awaiting approval"),
                                    ("approved", "Approved"),
                                    ("sent", "Sent"),
                                    ("accepted", "Accepted"),
                                    ("declined", "Declined"),
                                    ("expired", "Expired"),
                                    ("withdrawn", "Withdrawn"),
                                    ("replaced", "Replaced"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        (
                            "net_amount",
                            models.DecimalField(
                                decimal_places=4, default=0, editable=False, max_digits=18, verbose_name="net"
                            ),
                        ),
                        (
                            "tax_amount",
                            models.DecimalField(
                                decimal_places=4, default=0, editable=False, max_digits=18, verbose_name="tax"
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                decimal_places=4, default=0, editable=False, max_digits=18, verbose_name="total"
                            ),
                        ),
                        (
                            "largest_discount",
                            models.DecimalField(decimal_places=2, default=0, editable=False, max_digits=5),
                        ),
                        (
                            "approved_discount",
                            models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=5, null=True),
                        ),
                        ("sent_on", models.DateField(blank=True, editable=False, null=True)),
                        ("answered_on", models.DateField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("search_text", models.TextField(default="", editable=False)),
                        (
                            "asked_by",
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
                            "asked_of",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="quotes_to_approve",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes",
                                to="contacts.contact",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "deal",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes",
                                to="pipeline.deal",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="crm.storedfile",
                            ),
                        ),
                        (
                            "order",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quote",
                                to="orders.order",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="quotes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes_received",
                                to="contacts.contact",
                                verbose_name="for",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="pipeline.quote",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="quotes",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("text", models.CharField(blank=True, max_length=1000)),
                        ("options", models.JSONField(blank=True, default=list)),
                        ("quantity", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        ("unit_price", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        (
                            "discount",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="discount in %",
                            ),
                        ),
                        (
                            "tax_rate",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="tax in %",
                            ),
                        ),
                        (
                            "list_price",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=16, null=True),
                        ),
                        ("amount", models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=18)),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quote_lines",
                                to="orders.product",
                            ),
                        ),
                        (
                            "quote",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="pipeline.quote"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["quote", "position"],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteStep",
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
                                    ("created", "Created"),
                                    ("revised", "A new version was begun"),
                                    ("asked", "Approval asked"),
                                    ("approved", "Approved"),
                                    ("refused", "Approval refused"),
                                    ("taken_back", "Request taken back"),
                                    ("lapsed", "Approval ended by a change"),
                                    ("sent", "Sent"),
                                    ("accepted", "Accepted"),
                                    ("declined", "Declined"),
                                    ("expired", "Expired"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("words", models.TextField(blank=True)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("email", models.CharField(blank=True, max_length=320)),
                        ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                        ("document_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "quote",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="steps",
                                to="pipeline.quote",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Stage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")],
                                default="open",
                                max_length=8,
                            ),
                        ),
                        (
                            "probability",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Empty: the pipeline's share of won deals so far. Won is 100, lost is 0.",
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="probability in %",
                            ),
                        ),
                        (
                            "expected_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="How long a deal usually stays; longer is shown as rotting.",
                                null=True,
                            ),
                        ),
                        (
                            "required_fields",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("amount", "Amount"),
                                        ("expected_on", "Expected close"),
                                        ("customer", "Customer"),
                                        ("product", "Product"),
                                        ("owner", "Owner"),
                                        ("next_step", "Next step"),
                                        ("decision_maker", "Who decides"),
                                        ("reason", "Reason"),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=list,
                                help_text="What a deal must have before it may enter, parted by commas: amount, expected_on, customer, product, owner, next_step, decision_maker, reason.",
                                size=None,
                            ),
                        ),
                        (
                            "checklist",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="What must be ticked before a deal goes on, parted by commas.",
                                size=None,
                            ),
                        ),
                        (
                            "pipeline",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="stages",
                                to="pipeline.pipeline",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pipeline", "position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="DealSum",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], max_length=8
                            ),
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
                    ],
                    options={
                        "ordering": ["id"],
                    },
                ),
                migrations.AddField(
                    model_name="deal",
                    name="stage",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="pipeline.stage"
                    ),
                ),
                migrations.CreateModel(
                    name="StageChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("changed_on", models.DateField()),
                        ("base_amount", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("reason", models.CharField(blank=True, default="", max_length=120)),
                        ("is_inferred", models.BooleanField(default=False)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "deal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="changes",
                                to="pipeline.deal",
                            ),
                        ),
                        (
                            "from_stage",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="pipeline.stage",
                            ),
                        ),
                        (
                            "to_stage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pipeline.stage"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["changed_on", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Target",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_on", models.DateField(help_text="The first day of a month.", verbose_name="from")),
                        (
                            "months",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "a month"), (3, "a quarter"), (12, "a year")], default=3
                            ),
                        ),
                        (
                            "amount",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=18,
                                validators=[django.core.validators.MinValueValidator(1)],
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="targets",
                                to="crm.team",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="targets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-starts_on", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="DealCompetitor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("note", models.CharField(blank=True, max_length=300)),
                        (
                            "deal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="competitors",
                                to="pipeline.deal",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["deal", "name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("deal", "name"), name="pipeline_competitor_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DealLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("quantity", models.DecimalField(decimal_places=4, default=1, max_digits=16)),
                        ("unit_price", models.DecimalField(decimal_places=4, max_digits=16)),
                        (
                            "discount",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="discount in %",
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=4, editable=False, max_digits=18)),
                        (
                            "deal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="pipeline.deal"
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deal_lines",
                                to="orders.product",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["deal", "position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("deal", "position"), name="pipeline_line_position_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DealRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("decision_maker", "Decides"),
                                    ("champion", "Wants us"),
                                    ("influencer", "Influences"),
                                    ("buyer", "Buys"),
                                    ("user", "Will use it"),
                                    ("blocker", "Is against it"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deal_roles",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "deal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="roles", to="pipeline.deal"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["deal", "role", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("deal", "contact", "role"), name="pipeline_role_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DealShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "percent",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ]
                            ),
                        ),
                        (
                            "deal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="pipeline.deal"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deal_shares",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["deal", "-percent", "id"],
                        "constraints": [models.UniqueConstraint(fields=("deal", "user"), name="pipeline_share_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Letterhead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "company_name",
                            models.CharField(blank=True, help_text="Empty: the company's name.", max_length=120),
                        ),
                        ("address", models.TextField(blank=True, max_length=1000)),
                        (
                            "contact_lines",
                            models.TextField(
                                blank=True,
                                help_text="Phone, e-mail, website: a line each.",
                                max_length=1000,
                                verbose_name="how to reach us",
                            ),
                        ),
                        ("bank", models.TextField(blank=True, max_length=1000, verbose_name="bank lines")),
                        (
                            "footer",
                            models.TextField(
                                blank=True, help_text="Register, managing directors, tax number.", max_length=1000
                            ),
                        ),
                        (
                            "colour",
                            models.CharField(
                                default="#3f51d9",
                                max_length=7,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^#[0-9a-fA-F]{6}\\Z", "A colour is written like #3f51d9."
                                    )
                                ],
                            ),
                        ),
                        (
                            "prefix",
                            models.CharField(
                                blank=True,
                                default="Q-",
                                max_length=12,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[\\w./ -]*\\Z", "Letters, digits, blanks, dots, dashes and slashes."
                                    )
                                ],
                                verbose_name="begin of numbers",
                            ),
                        ),
                        (
                            "valid_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(730),
                                ],
                                verbose_name="days that a quote is valid",
                            ),
                        ),
                        (
                            "tax_rate",
                            models.DecimalField(
                                decimal_places=2,
                                default=19,
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="tax in %",
                            ),
                        ),
                        ("intro", models.TextField(blank=True, max_length=4000, verbose_name="text above the lines")),
                        ("terms", models.TextField(blank=True, max_length=4000, verbose_name="text below the lines")),
                        (
                            "logo",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="crm.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "letterhead",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("pk", 1)), name="pipeline_letterhead_one_row")
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(fields=["-created_at", "-id"], name="pipeline_quote_created"),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(fields=["contact", "-created_at"], name="pipeline_quote_contact"),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(fields=["deal", "-created_at"], name="pipeline_quote_deal"),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(fields=["owner", "state"], name="pipeline_quote_owner"),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(fields=["team", "state"], name="pipeline_quote_team"),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=models.Index(
                        condition=models.Q(("state", "sent")), fields=["valid_until"], name="pipeline_quote_running"
                    ),
                ),
                migrations.AddIndex(
                    model_name="quote",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="pipeline_quote_search_trgm",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="quote",
                    constraint=models.UniqueConstraint(
                        fields=("year", "serial", "revision"), name="pipeline_quote_number_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="quote",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)), fields=("deal",), name="pipeline_quote_one_primary"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="quote",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("is_primary", False), ("deal__isnull", False), _connector="OR"),
                        name="pipeline_quote_primary_of_a_deal",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="quoteline",
                    constraint=models.UniqueConstraint(
                        fields=("quote", "position"), name="pipeline_quoteline_position_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="quotestep",
                    index=models.Index(fields=["quote", "at", "id"], name="pipeline_quotestep_quote"),
                ),
                migrations.AddConstraint(
                    model_name="stage",
                    constraint=models.UniqueConstraint(
                        fields=("pipeline", "name"),
                        name="pipeline_stage_once",
                        violation_error_message="This pipeline has a stage of that name.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="stage",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "open"), _negated=True),
                        fields=("pipeline", "kind"),
                        name="pipeline_stage_one_end_each",
                        violation_error_message="A pipeline has one stage for won and one for lost deals.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="dealsum",
                    index=models.Index(fields=["kind", "outcome", "day"], name="pipeline_sum_kind"),
                ),
                migrations.AddIndex(
                    model_name="dealsum",
                    index=models.Index(
                        condition=models.Q(("is_folded", False)), fields=["key"], name="pipeline_sum_new"
                    ),
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
                        condition=models.Q(("archived_at", None), ("outcome", "open")),
                        fields=["expected_on"],
                        include=(
                            "id",
                            "base_amount",
                            "forecast_category",
                            "owner",
                            "team",
                            "product",
                            "pipeline",
                            "stage",
                        ),
                        name="pipeline_deal_to_come",
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
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(
                        condition=models.Q(("archived_at", None), ("outcome", "won")),
                        fields=["closed_on"],
                        include=("id", "base_amount", "owner", "team", "product", "pipeline", "opened_on"),
                        name="pipeline_deal_won",
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(fields=["owner", "outcome"], name="pipeline_deal_owner"),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(fields=["team", "outcome"], name="pipeline_deal_team"),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(
                        condition=models.Q(("contact__isnull", False)), fields=["contact"], name="pipeline_deal_contact"
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(
                        condition=models.Q(("organization__isnull", False)),
                        fields=["organization"],
                        name="pipeline_deal_org",
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(
                        condition=models.Q(("product__isnull", False)), fields=["product"], name="pipeline_deal_product"
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(fields=["-created_at", "-id"], name="pipeline_deal_created"),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(fields=["expected_on", "id"], name="pipeline_deal_expected"),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(
                        fields=["closed_on", "outcome"],
                        include=("base_amount", "opened_on"),
                        name="pipeline_deal_closed",
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=models.Index(fields=["sort_name", "id"], name="pipeline_deal_sort"),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="pipeline_deal_search_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="deal",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", name="jsonb_path_ops"),
                        name="pipeline_deal_custom",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="deal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("closed_on__isnull", False), ("outcome", "open"), _negated=True),
                        name="pipeline_deal_open_is_not_closed",
                        violation_error_message="A deal that is open has no day of closing.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="deal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on", None),
                            ("opened_on", None),
                            ("closed_on__gte", models.F("opened_on")),
                            _connector="OR",
                        ),
                        name="pipeline_deal_closes_after_its_start",
                        violation_error_message="A deal cannot close before it was opened.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="stagechange",
                    index=models.Index(fields=["deal", "changed_on", "id"], name="pipeline_change_deal"),
                ),
                migrations.AddConstraint(
                    model_name="target",
                    constraint=models.UniqueConstraint(
                        fields=("user", "team", "starts_on", "months"),
                        name="pipeline_target_once",
                        nulls_distinct=False,
                        violation_error_message="There is a target for that span already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="target",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("user", None), ("team", None), _connector="OR"),
                        name="pipeline_target_of_one",
                        violation_error_message="A target is a person's or a team's, not both.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="target",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("starts_on__day", 1)),
                        name="pipeline_target_from_the_first",
                        violation_error_message="It begins on the first day of a month.",
                    ),
                ),
            ]
        ),
    ]
