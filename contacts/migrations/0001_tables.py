import crm.filtering.digits
import crm.filtering.folding
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("contacts", "0001_initial"),
        ("contacts", "0002_custom_index"),
        ("contacts", "0003_territories"),
        ("contacts", "0004_main_country"),
        ("contacts", "0005_newest_interactions"),
        ("contacts", "0006_words"),
        ("contacts", "0007_permission_and_relations"),
        ("contacts", "0008_bulk_interactions"),
        ("contacts", "0009_consents_go_with_their_contact"),
        ("contacts", "0010_origin"),
        ("contacts", "0011_search_digits"),
        ("contacts", "0012_touches_about_records"),
    ]
    dependencies = [
        ("crm", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="AcquiredList",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("response", "Response list"), ("compiled", "Compiled list")],
                                default="compiled",
                                max_length=16,
                            ),
                        ),
                        ("vendor", models.CharField(blank=True, max_length=120)),
                        ("received_on", models.DateField(blank=True, null=True)),
                        ("licence_ends_on", models.DateField(blank=True, null=True, verbose_name="licence ends on")),
                        (
                            "cost",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost in all",
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
                        ("names_delivered", models.PositiveIntegerField(blank=True, null=True)),
                        ("note", models.CharField(blank=True, max_length=300)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="MarketCategory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                help_text="Its name in files; it stays when the label changes.",
                                max_length=16,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z0-9][a-z0-9_-]*$", "Small letters, digits and hyphens, such as public."
                                    )
                                ],
                            ),
                        ),
                        ("label", models.CharField(max_length=60, unique=True)),
                        ("position", models.PositiveIntegerField(default=100)),
                        (
                            "required",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "verbose_name_plural": "market categories",
                        "ordering": ["position", "label"],
                    },
                ),
                migrations.CreateModel(
                    name="Purpose",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                max_length=60,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z0-9][a-z0-9_ -]*$",
                                        "Small letters, digits and hyphens, such as newsletter.",
                                    )
                                ],
                            ),
                        ),
                        ("label", models.CharField(max_length=80)),
                        (
                            "least_level",
                            models.PositiveSmallIntegerField(
                                choices=[(0, "No"), (1, "Implied"), (2, "Opt-in"), (3, "Double opt-in")],
                                default=2,
                                verbose_name="needs at least",
                            ),
                        ),
                        ("description", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ["label"],
                    },
                ),
                migrations.CreateModel(
                    name="Contact",
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
                                choices=[("person", "Person"), ("organization", "Organization")],
                                default="person",
                                max_length=16,
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("name", models.CharField(max_length=300)),
                        ("first_name", models.CharField(blank=True, max_length=150)),
                        ("last_name", models.CharField(blank=True, max_length=150)),
                        (
                            "is_placed_by_hand",
                            models.BooleanField(
                                db_default=False, default=False, editable=False, verbose_name="territory chosen by hand"
                            ),
                        ),
                        (
                            "markets",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=16), blank=True, default=list, size=None
                            ),
                        ),
                        ("industry", models.CharField(blank=True, max_length=120)),
                        ("employees", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "revenue",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=18,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        (
                            "potential",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="What they could buy from us in a year.",
                                max_digits=18,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        ("website", models.CharField(blank=True, max_length=300)),
                        ("birthday", models.DateField(blank=True, null=True)),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=120)),
                        (
                            "list_kind",
                            models.CharField(
                                blank=True,
                                choices=[("response", "Response list"), ("compiled", "Compiled list")],
                                max_length=16,
                            ),
                        ),
                        (
                            "created_on",
                            models.DateField(
                                blank=True, help_text="Since when the company knows this contact.", null=True
                            ),
                        ),
                        (
                            "review_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days; empty: as its segment says.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3660),
                                ],
                                verbose_name="reviewed every",
                            ),
                        ),
                        ("review_on", models.DateField(blank=True, null=True, verbose_name="to be reviewed on")),
                        (
                            "reviewed_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="last reviewed"),
                        ),
                        ("import_row", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                        ("custom", models.JSONField(blank=True, default=dict)),
                        ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=300)),
                        ("search_text", models.TextField(default="", editable=False)),
                        ("main_country", models.CharField(db_default="", default="", editable=False, max_length=80)),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="people",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="contacts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="subsidiaries",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "responsible",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="looked_after",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="contacts",
                                to="crm.team",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="contacts",
                                to="crm.territory",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["sort_name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("email", "E-mail"),
                                    ("phone", "Phone"),
                                    ("wireless", "SMS and wireless"),
                                    ("post", "Post"),
                                    ("social", "Social media"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                default="marketing",
                                max_length=60,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z0-9][a-z0-9_ -]*$",
                                        "Small letters, digits and hyphens, such as newsletter.",
                                    )
                                ],
                            ),
                        ),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                choices=[(0, "No"), (1, "Implied"), (2, "Opt-in"), (3, "Double opt-in")]
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("consent", "Consent"),
                                    ("contract", "Contract"),
                                    ("legitimate interest", "Legitimate interest"),
                                    ("legal obligation", "Legal obligation"),
                                ],
                                default="consent",
                                max_length=24,
                                verbose_name="legal basis",
                            ),
                        ),
                        (
                            "recorded_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="when they said so"),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="where they said so")),
                        ("wording", models.TextField(blank=True, verbose_name="what they agreed to, word for word")),
                        ("proof", models.CharField(blank=True, max_length=300)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="consents",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-recorded_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Address",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("label", models.CharField(blank=True, max_length=40)),
                        ("street", models.CharField(blank=True, max_length=300)),
                        ("postal_code", models.CharField(blank=True, max_length=32)),
                        ("city", models.CharField(blank=True, max_length=150)),
                        ("region", models.CharField(blank=True, max_length=150)),
                        ("country", models.CharField(blank=True, max_length=80)),
                        ("is_primary", models.BooleanField(default=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="addresses",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "addresses",
                        "ordering": ["-is_primary", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="ContactPoint",
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
                                choices=[("email", "E-mail"), ("phone", "Phone"), ("handle", "Social handle")],
                                max_length=16,
                            ),
                        ),
                        ("label", models.CharField(blank=True, max_length=40)),
                        ("value", models.CharField(max_length=320)),
                        ("normalised", models.CharField(max_length=320)),
                        ("is_primary", models.BooleanField(default=False)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="points",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["kind", "-is_primary", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Interaction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("occurred_at", models.DateTimeField()),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("visit", "Store visit"),
                                    ("pos", "Point of sale"),
                                    ("web", "Web"),
                                    ("kiosk", "Kiosk"),
                                    ("phone", "Phone"),
                                    ("email", "E-mail"),
                                    ("chat", "Chat"),
                                    ("social", "Social media"),
                                    ("wireless", "SMS and wireless"),
                                    ("delivery", "Delivery or installation"),
                                    ("survey", "Survey"),
                                    ("registration", "Product registration"),
                                    ("meeting", "Meeting"),
                                    ("rfid", "RFID reader"),
                                    ("open", "Mail opened"),
                                    ("click", "Link clicked"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(
                                choices=[("in", "from the customer"), ("out", "to the customer")],
                                default="out",
                                max_length=4,
                            ),
                        ),
                        ("subject", models.CharField(max_length=200)),
                        ("body", models.TextField(blank=True)),
                        ("outcome", models.CharField(blank=True, max_length=80)),
                        ("duration_seconds", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "about_model",
                            models.CharField(blank=True, db_default="", default="", editable=False, max_length=80),
                        ),
                        ("about_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("external_id", models.CharField(blank=True, editable=False, max_length=200, null=True)),
                        ("import_row", models.PositiveIntegerField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interactions",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="interactions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-occurred_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ListedContact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "acquired_list",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entries",
                                to="contacts.acquiredlist",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="listings",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["acquired_list", "id"],
                    },
                ),
                migrations.AddField(
                    model_name="acquiredlist",
                    name="contacts",
                    field=models.ManyToManyField(
                        related_name="acquired_lists", through="contacts.ListedContact", to="contacts.contact"
                    ),
                ),
                migrations.CreateModel(
                    name="Relationship",
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
                                    ("employs", "employs"),
                                    ("subsidiary_of", "is a subsidiary of"),
                                    ("member_of", "is a member of"),
                                    ("partner", "is a partner of"),
                                    ("supplier", "supplies"),
                                    ("distributor", "distributes for"),
                                    ("retailer", "retails for"),
                                    ("referrer", "referred"),
                                    ("door_opener", "opens doors at"),
                                    ("influencer", "influences"),
                                    ("competitor_of", "competes with"),
                                    ("household", "shares a household with"),
                                ],
                                max_length=24,
                            ),
                        ),
                        ("role", models.CharField(blank=True, max_length=120)),
                        ("since", models.DateField(blank=True, null=True)),
                        ("until", models.DateField(blank=True, null=True)),
                        ("note", models.CharField(blank=True, max_length=300)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="relations",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="relations_of_others",
                                to="contacts.contact",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["kind", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Responsibility",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100)),
                        ("field", models.CharField(blank=True, max_length=60)),
                        ("value", models.CharField(blank=True, max_length=120)),
                        (
                            "review_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3660),
                                ],
                                verbose_name="reviewed every",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="responsibilities",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="responsibilities",
                                to="crm.territory",
                            ),
                        ),
                        (
                            "view",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="responsibilities",
                                to="crm.savedview",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "responsibilities",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="TerritoryRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "countries",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "postal_codes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=32), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "industries",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "markets",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=16), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="crm.territory"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["territory", "id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["sort_name", "id"], name="contacts_sort"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["owner", "sort_name", "id"], name="contacts_owner_sort"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["team", "sort_name", "id"], name="contacts_team_sort"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["territory", "sort_name", "id"], name="contacts_territory_sort"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["main_country", "sort_name", "id"], name="contacts_country_sort"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(
                        condition=models.Q(("archived_at__isnull", False)),
                        fields=["sort_name", "id"],
                        name="contacts_archived_sort",
                    ),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(fields=["-created_at", "-id"], name="contacts_created"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=models.Index(
                        condition=models.Q(("review_on__isnull", False)), fields=["review_on"], name="contacts_review"
                    ),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="contacts_search_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=django.contrib.postgres.indexes.GinIndex(
                        crm.filtering.digits.DigitPieces("search_text"), name="contacts_search_digits"
                    ),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            crm.filtering.folding.Fold("industry"), name="gin_trgm_ops"
                        ),
                        django.contrib.postgres.indexes.OpClass(
                            crm.filtering.folding.Fold("source"), name="gin_trgm_ops"
                        ),
                        name="contacts_words_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="contacts_tags"),
                ),
                migrations.AddIndex(
                    model_name="contact",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", name="jsonb_path_ops"), name="contacts_custom"
                    ),
                ),
                migrations.AddIndex(
                    model_name="consent",
                    index=models.Index(
                        fields=["contact", "channel", "-recorded_at", "-id"], name="contacts_consent_in_force"
                    ),
                ),
                migrations.AddIndex(
                    model_name="consent",
                    index=models.Index(fields=["channel", "purpose", "level"], name="contacts_consent_purpose"),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=("external_id",),
                        name="contacts_consent_external_id",
                    ),
                ),
                migrations.AddIndex(
                    model_name="address",
                    index=models.Index(fields=["country", "city"], name="contacts_address_place"),
                ),
                migrations.AddIndex(
                    model_name="address",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            crm.filtering.folding.Fold("city"), name="gin_trgm_ops"
                        ),
                        name="contacts_address_city_trgm",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="address",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("contact",),
                        name="contacts_address_one_primary",
                    ),
                ),
                migrations.AddIndex(
                    model_name="contactpoint",
                    index=models.Index(fields=["kind", "normalised"], name="contacts_point_normalised"),
                ),
                migrations.AddConstraint(
                    model_name="contactpoint",
                    constraint=models.UniqueConstraint(
                        fields=("contact", "kind", "normalised"), name="contacts_point_once_a_contact"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="contactpoint",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("contact", "kind"),
                        name="contacts_point_one_primary",
                    ),
                ),
                migrations.AddIndex(
                    model_name="interaction",
                    index=models.Index(fields=["contact", "-occurred_at", "-id"], name="contacts_interaction_timeline"),
                ),
                migrations.AddIndex(
                    model_name="interaction",
                    index=models.Index(fields=["-occurred_at", "-id"], name="contacts_interaction_newest"),
                ),
                migrations.AddIndex(
                    model_name="interaction",
                    index=models.Index(
                        condition=models.Q(("channel__in", ("open", "click", "kiosk", "rfid")), _negated=True),
                        fields=["contact", "-occurred_at", "-id"],
                        name="contacts_interaction_told",
                    ),
                ),
                migrations.AddIndex(
                    model_name="interaction",
                    index=models.Index(
                        condition=models.Q(("channel__in", ("open", "click", "kiosk", "rfid"))),
                        fields=["contact", "channel", "-occurred_at"],
                        name="contacts_interaction_bulk",
                    ),
                ),
                migrations.AddIndex(
                    model_name="interaction",
                    index=models.Index(
                        condition=models.Q(("about_id__isnull", False)),
                        fields=["about_model", "about_id", "-occurred_at", "-id"],
                        name="contacts_interaction_about",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="interaction",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=("external_id",),
                        name="contacts_interaction_external_id",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="listedcontact",
                    constraint=models.UniqueConstraint(
                        fields=("contact", "acquired_list"), name="contacts_listedcontact_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="relationship",
                    index=models.Index(fields=["other", "kind"], name="contacts_relationship_other"),
                ),
                migrations.AddConstraint(
                    model_name="relationship",
                    constraint=models.UniqueConstraint(
                        fields=("contact", "kind", "other"),
                        name="contacts_relationship_once",
                        violation_error_message="These two stand to each other like this already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relationship",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("contact", models.F("other")), _negated=True),
                        name="contacts_relationship_between_two",
                        violation_error_message="A contact has no relation to itself.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="relationship",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="contacts_relationship_ends_after_start",
                        violation_error_message="It would end before it begins.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="responsibility",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("field", ""), ("territory__isnull", False), ("view__isnull", True)),
                            models.Q(("field", ""), ("territory__isnull", True), ("view__isnull", False)),
                            models.Q(
                                ("territory__isnull", True),
                                ("view__isnull", True),
                                models.Q(("field", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="contacts_responsibility_one_segment",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="responsibility",
                    constraint=models.UniqueConstraint(
                        fields=("territory", "view", "field", "value"),
                        name="contacts_responsibility_once",
                        nulls_distinct=False,
                    ),
                ),
            ]
        ),
    ]
