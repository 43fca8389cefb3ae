import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("orders", "0001_initial"),
        ("orders", "0002_subscription"),
        ("orders", "0003_product_search"),
        ("orders", "0004_sales_of_days"),
        ("orders", "0005_loyalty"),
        ("orders", "0006_points_go_with_their_member"),
        ("orders", "0007_invoices_options_registrations"),
        ("orders", "0008_links_of_invoices_and_options"),
        ("orders", "0009_payments_go_with_their_invoice"),
        ("orders", "0010_import_row"),
        ("orders", "0011_renews_by_itself"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="LoyaltyTier",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, unique=True)),
                        ("least_points", models.PositiveIntegerField(unique=True)),
                        ("benefit", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ["least_points"],
                    },
                ),
                migrations.CreateModel(
                    name="LoyaltyMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("joined_on", models.DateField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="membership",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-joined_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="LoyaltyProgramme",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("starts_on", models.DateField()),
                        (
                            "points_per_unit",
                            models.DecimalField(
                                decimal_places=4,
                                default=1,
                                max_digits=8,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="points for one unit of the company's currency",
                            ),
                        ),
                        (
                            "valid_months",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Points expire so many months after they were earned; empty: never.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("pk", 1)), name="orders_loyaltyprogramme_one_row"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Order",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(blank=True, max_length=200)),
                        (
                            "import_key",
                            models.CharField(blank=True, editable=False, max_length=500, null=True, unique=True),
                        ),
                        ("import_row", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                        ("ordered_at", models.DateTimeField()),
                        ("ordered_on", models.DateField(editable=False)),
                        ("channel", models.CharField(blank=True, max_length=40)),
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
                        ("amount", models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=18)),
                        (
                            "cost",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=18, null=True),
                        ),
                        (
                            "base_amount",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=18, null=True),
                        ),
                        ("is_purchase", models.BooleanField(default=False, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partner_orders",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-ordered_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Invoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=200, unique=True)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("issued_on", models.DateField()),
                        ("due_on", models.DateField(blank=True, help_text="The last day to pay.", null=True)),
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
                            "amount",
                            models.DecimalField(
                                decimal_places=4, help_text="What is to be paid, with tax.", max_digits=18
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300)),
                        ("cancelled_on", models.DateField(blank=True, editable=False, null=True)),
                        (
                            "paid_amount",
                            models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=18),
                        ),
                        (
                            "open_amount",
                            models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=18),
                        ),
                        (
                            "base_open_amount",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=18, null=True),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("part_paid", "Part paid"),
                                    ("overdue", "Overdue"),
                                    ("paid", "Paid"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="open",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invoices",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invoices",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-issued_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="OrderLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("quantity", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        ("unit_price", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        (
                            "discount",
                            models.DecimalField(
                                decimal_places=4,
                                default=0,
                                help_text="Money off the line, in the order's currency.",
                                max_digits=16,
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                        ("unit_cost", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        (
                            "list_price",
                            models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=16, null=True),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                            ),
                        ),
                        (
                            "returned_line",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="returns",
                                to="orders.orderline",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["order", "position"],
                    },
                ),
                migrations.CreateModel(
                    name="LineOption",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("value", models.CharField(max_length=300)),
                        ("surcharge", models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="orders.order"
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="options",
                                to="orders.orderline",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("paid_on", models.DateField()),
                        ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                        (
                            "method",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("transfer", "Bank transfer"),
                                    ("card", "Card"),
                                    ("cash", "Cash"),
                                    ("debit", "Direct debit"),
                                    ("wallet", "Online wallet"),
                                    ("credit", "Set off against a credit note"),
                                    ("other", "Other"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("reference", models.CharField(blank=True, max_length=200)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
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
                            "invoice",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="payments",
                                to="orders.invoice",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-paid_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="PointsEntry",
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
                                    ("earned", "Earned"),
                                    ("returned", "Taken back with a return"),
                                    ("spent", "Spent"),
                                    ("expired", "Expired"),
                                    ("adjusted", "Adjusted by hand"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("points", models.IntegerField()),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("expires_on", models.DateField(blank=True, null=True)),
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
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="entries",
                                to="orders.loyaltymember",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="orders.order",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Product",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("import_row", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                        ("name", models.CharField(max_length=300)),
                        ("family", models.CharField(blank=True, max_length=120)),
                        ("unit_price", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        (
                            "unit_cost",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                max_digits=16,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        (
                            "currency",
                            models.CharField(
                                default="EUR",
                                max_length=3,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z]{3}$", "A currency is three capital letters, such as EUR."
                                    )
                                ],
                            ),
                        ),
                        (
                            "warranty_months",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="From the day it was bought; a registration ends its warranty so.",
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(1200)],
                            ),
                        ),
                        ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=300)),
                        ("search_text", models.TextField(default="", editable=False)),
                    ],
                    options={
                        "ordering": ["sort_name", "id"],
                        "indexes": [
                            models.Index(fields=["sort_name", "id"], name="orders_product_sort"),
                            models.Index(fields=["family"], name="orders_product_family"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                                name="orders_product_search_trgm",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="orderline",
                    name="product",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="orders.product",
                    ),
                ),
                migrations.CreateModel(
                    name="ProductOption",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("choice", "One of the choices"), ("text", "A text")],
                                default="choice",
                                max_length=8,
                            ),
                        ),
                        ("is_required", models.BooleanField(default=False, verbose_name="has to be said")),
                        (
                            "surcharge",
                            models.DecimalField(
                                decimal_places=4,
                                default=0,
                                help_text="For a piece, where a text is given.",
                                max_digits=16,
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=0)),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="options", to="orders.product"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["product", "position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="OptionChoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("surcharge", models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                        ("position", models.PositiveIntegerField(default=0)),
                        (
                            "option",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="choices",
                                to="orders.productoption",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["option", "position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="ProductRegistration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("serial", models.CharField(max_length=120, verbose_name="serial number")),
                        ("registered_on", models.DateField()),
                        ("bought_on", models.DateField(blank=True, null=True)),
                        (
                            "warranty_ends_on",
                            models.DateField(
                                blank=True, help_text="Empty: reckoned from the product's months.", null=True
                            ),
                        ),
                        ("channel", models.CharField(blank=True, max_length=40)),
                        ("note", models.CharField(blank=True, max_length=300)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="registrations",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="registrations",
                                to="orders.order",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="registrations",
                                to="orders.product",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "product registration",
                        "ordering": ["-registered_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Subscription",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("plan", models.CharField(blank=True, max_length=120)),
                        ("started_on", models.DateField()),
                        (
                            "ended_on",
                            models.DateField(blank=True, help_text="The last day; empty while it runs.", null=True),
                        ),
                        (
                            "tenure_months",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="As the source said it, where it told a length instead of a start.",
                                max_digits=8,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        ("monthly_amount", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
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
                            "term_months",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="How long it runs each time.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(1200),
                                ],
                            ),
                        ),
                        (
                            "renews_on",
                            models.DateField(blank=True, help_text="The first day of the next term.", null=True),
                        ),
                        (
                            "auto_renews",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                help_text="A term is added on the day, without a word.",
                                verbose_name="renews by itself",
                            ),
                        ),
                        ("cancelled_on", models.DateField(blank=True, help_text="The day they said so.", null=True)),
                        ("cancel_reason", models.CharField(blank=True, max_length=200)),
                        ("renewal_told_for", models.DateField(blank=True, editable=False, null=True)),
                        ("end_told_for", models.DateField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="subscriptions",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-started_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="SubscriptionRenewal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_on", models.DateField()),
                        ("renews_on", models.DateField(help_text="The first day of the term after it.")),
                        ("monthly_amount", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "subscription",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="renewals",
                                to="orders.subscription",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-starts_on", "-id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        fields=["contact", "ordered_on"],
                        include=("base_amount", "is_purchase"),
                        name="orders_contact_day",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        fields=["-ordered_at", "-id"],
                        include=("contact", "base_amount", "is_purchase"),
                        name="orders_sold_at",
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(
                        condition=models.Q(("partner__isnull", False)), fields=["partner"], name="orders_partner"
                    ),
                ),
                migrations.AddIndex(
                    model_name="order",
                    index=models.Index(fields=["number"], name="orders_number"),
                ),
                migrations.AddIndex(
                    model_name="invoice",
                    index=models.Index(fields=["-issued_on", "-id"], name="orders_invoice_issued"),
                ),
                migrations.AddIndex(
                    model_name="invoice",
                    index=models.Index(fields=["contact", "-issued_on", "-id"], name="orders_invoice_contact"),
                ),
                migrations.AddIndex(
                    model_name="invoice",
                    index=models.Index(
                        condition=models.Q(("state__in", ["open", "part_paid"])),
                        fields=["contact", "due_on"],
                        include=("base_open_amount",),
                        name="orders_invoice_unpaid",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invoice",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("due_on", None), ("due_on__gte", models.F("issued_on")), _connector="OR"),
                        name="orders_invoice_due_after_its_day",
                        violation_error_message="It cannot be due before it is issued.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="lineoption",
                    constraint=models.UniqueConstraint(fields=("line", "name"), name="orders_lineoption_once"),
                ),
                migrations.AddIndex(
                    model_name="payment",
                    index=models.Index(fields=["-paid_on", "-id"], name="orders_payment_paid"),
                ),
                migrations.AddConstraint(
                    model_name="payment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="orders_payment_not_nothing"
                    ),
                ),
                migrations.AddIndex(
                    model_name="pointsentry",
                    index=models.Index(
                        fields=["member", "-at", "-id"], include=("points",), name="orders_points_member"
                    ),
                ),
                migrations.AddIndex(
                    model_name="pointsentry",
                    index=models.Index(
                        condition=models.Q(("order__isnull", False)), fields=["order"], name="orders_points_order"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="pointsentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("points", 0), _negated=True), name="orders_points_not_nothing"
                    ),
                ),
                migrations.AddIndex(
                    model_name="orderline",
                    index=models.Index(
                        condition=models.Q(("returned_line__isnull", False)),
                        fields=["returned_line"],
                        name="orders_line_returned",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="orderline",
                    constraint=models.UniqueConstraint(fields=("order", "position"), name="orders_line_position_once"),
                ),
                migrations.AddConstraint(
                    model_name="productoption",
                    constraint=models.UniqueConstraint(fields=("product", "name"), name="orders_option_once"),
                ),
                migrations.AddConstraint(
                    model_name="optionchoice",
                    constraint=models.UniqueConstraint(fields=("option", "name"), name="orders_choice_once"),
                ),
                migrations.AddIndex(
                    model_name="productregistration",
                    index=models.Index(fields=["-registered_on", "-id"], name="orders_registration_day"),
                ),
                migrations.AddIndex(
                    model_name="productregistration",
                    index=models.Index(fields=["warranty_ends_on"], name="orders_registration_ends"),
                ),
                migrations.AddIndex(
                    model_name="productregistration",
                    index=models.Index(
                        django.db.models.functions.text.Upper("serial"), name="orders_registration_serial"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="productregistration",
                    constraint=models.UniqueConstraint(
                        models.F("product"),
                        django.db.models.functions.text.Upper("serial"),
                        name="orders_serial_once",
                        violation_error_message="This serial number of the product is registered already.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="subscription",
                    index=models.Index(fields=["-started_on", "-id"], name="orders_subscription_started"),
                ),
                migrations.AddIndex(
                    model_name="subscription",
                    index=models.Index(fields=["ended_on"], name="orders_subscription_ended"),
                ),
                migrations.AddIndex(
                    model_name="subscription",
                    index=models.Index(
                        condition=models.Q(("renews_on__isnull", False)),
                        fields=["renews_on"],
                        name="orders_subscription_renews",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subscription",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id", None)),
                        fields=("contact", "plan", "started_on"),
                        name="orders_subscription_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subscription",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="orders_subscription_ends_after_its_start",
                        violation_error_message="It cannot end before it starts.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subscriptionrenewal",
                    constraint=models.UniqueConstraint(
                        fields=("subscription", "starts_on"), name="orders_renewal_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="subscriptionrenewal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("renews_on__gt", models.F("starts_on"))), name="orders_renewal_has_a_length"
                    ),
                ),
            ]
        ),
    ]
