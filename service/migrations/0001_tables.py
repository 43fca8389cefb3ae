import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import service.models.articles
import service.models.channels
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables

# a configuration for each language in which articles are written: accents off, then the stems of that language
LANGUAGES = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "da": "danish",
    "sv": "swedish",
    "no": "norwegian",
    "fi": "finnish",
    "hu": "hungarian",
    "ro": "romanian",
    "tr": "turkish",
    "pl": "simple",
    "cs": "simple",
}
CONFIGS = "".join(
    f"CREATE TEXT SEARCH CONFIGURATION public.service_{code} (COPY = pg_catalog.{language});"
    f"ALTER TEXT SEARCH CONFIGURATION public.service_{code} ALTER MAPPING FOR hword, hword_part, word"
    f" WITH public.unaccent, {language}{'' if language == 'simple' else '_stem'};"
    for code, language in LANGUAGES.items()
)
NO_CONFIGS = "".join(f"DROP TEXT SEARCH CONFIGURATION public.service_{code};" for code in LANGUAGES)
WORDS = """
CREATE FUNCTION service_words(language text) RETURNS regconfig LANGUAGE sql STABLE PARALLEL SAFE STRICT
AS $$ SELECT ('public.service_' || language)::regconfig $$
"""


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("service", "0001_initial"),
        ("service", "0002_messages_and_indexes"),
        ("service", "0003_messages_go_with_their_ticket"),
        ("service", "0004_knowledge"),
        ("service", "0005_portal"),
        ("service", "0006_desk"),
        ("service", "0007_remedies_channels_defectors"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        ("crm", "0001_tables"),
        ("orders", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(CONFIGS, NO_CONFIGS),
        migrations.RunSQL(WORDS, "DROP FUNCTION service_words(text)"),
        CreateTables(
            [
                migrations.CreateModel(
                    name="ArticleCategory",
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
                        "verbose_name_plural": "article categories",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Empowerment",
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
                            "refund_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="In the company's currency; empty: without a limit.",
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="refund",
                            ),
                        ),
                        (
                            "credit_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="In the company's currency; empty: without a limit.",
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="credit",
                            ),
                        ),
                        (
                            "gift_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="In the company's currency; empty: without a limit.",
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="gift",
                            ),
                        ),
                        (
                            "points",
                            models.PositiveIntegerField(blank=True, help_text="Empty: without a limit.", null=True),
                        ),
                        (
                            "month_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="In the company's currency; empty: without a limit.",
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="to one customer in a month",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "limit of compensation",
                        "verbose_name_plural": "limits of compensation",
                        "ordering": ["role"],
                    },
                ),
                migrations.CreateModel(
                    name="PortalAccess",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(max_length=254, unique=True)),
                        ("generation", models.PositiveIntegerField(default=1)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name_plural": "portal accesses",
                    },
                ),
                migrations.CreateModel(
                    name="ServiceHours",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "time_zone",
                            models.CharField(
                                blank=True, help_text="Such as Europe/Berlin; empty: the company's.", max_length=60
                            ),
                        ),
                        (
                            "monday",
                            models.CharField(
                                blank=True,
                                default="09:00-17:00",
                                help_text="Such as 09:00-12:00, 13:00-17:30; empty: closed.",
                                max_length=80,
                            ),
                        ),
                        ("tuesday", models.CharField(blank=True, default="09:00-17:00", max_length=80)),
                        ("wednesday", models.CharField(blank=True, default="09:00-17:00", max_length=80)),
                        ("thursday", models.CharField(blank=True, default="09:00-17:00", max_length=80)),
                        ("friday", models.CharField(blank=True, default="09:00-17:00", max_length=80)),
                        ("saturday", models.CharField(blank=True, default="", max_length=80)),
                        ("sunday", models.CharField(blank=True, default="", max_length=80)),
                        (
                            "holidays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(),
                                blank=True,
                                default=list,
                                help_text="Days on which nobody is there, between commas.",
                                size=None,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "service hours",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="TouchCost",
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
                                    ("desk", "At the desk"),
                                    ("web", "Web form"),
                                    ("chat", "Chat"),
                                    ("social", "Social network"),
                                    ("other", "Other"),
                                ],
                                max_length=8,
                                unique=True,
                                verbose_name="touch point",
                            ),
                        ),
                        (
                            "ticket_amount",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=12,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="a ticket costs",
                            ),
                        ),
                        (
                            "reply_amount",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=12,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="a reply costs",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["channel"],
                    },
                ),
                migrations.CreateModel(
                    name="Article",
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
                                default=service.models.articles.new_key, editable=False, max_length=10, unique=True
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("en", "English"),
                                    ("de", "Deutsch"),
                                    ("fr", "Français"),
                                    ("es", "Español"),
                                    ("it", "Italiano"),
                                    ("nl", "Nederlands"),
                                    ("pt", "Português"),
                                    ("da", "Dansk"),
                                    ("sv", "Svenska"),
                                    ("no", "Norsk"),
                                    ("fi", "Suomi"),
                                    ("hu", "Magyar"),
                                    ("ro", "Română"),
                                    ("tr", "Türkçe"),
                                    ("pl", "Polski"),
                                    ("cs", "Čeština"),
                                ],
                                default="en",
                                max_length=8,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("summary", models.CharField(blank=True, default="", max_length=300)),
                        ("body", models.TextField(max_length=100000)),
                        (
                            "audience",
                            models.CharField(
                                choices=[("internal", "Colleagues"), ("public", "Customers")],
                                default="internal",
                                max_length=8,
                            ),
                        ),
                        ("review_on", models.DateField(blank=True, null=True, verbose_name="review on")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("review", "To be reviewed"),
                                    ("published", "Published"),
                                    ("archived", "Archived"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("number", models.PositiveIntegerField(default=1, editable=False)),
                        ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=200)),
                        ("words", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        (
                            "published_words",
                            django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
                        ),
                        (
                            "original",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="translations",
                                to="service.article",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="articles",
                                to="orders.product",
                            ),
                        ),
                        (
                            "responsible",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="articles",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="articles",
                                to="service.articlecategory",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["sort_name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleSearch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.CharField(max_length=120)),
                        ("language", models.CharField(blank=True, default="", max_length=8)),
                        (
                            "place",
                            models.CharField(
                                choices=[("help", "On the help pages"), ("ticket", "In a ticket")],
                                default="help",
                                max_length=8,
                            ),
                        ),
                        ("hits", models.PositiveIntegerField()),
                        ("visitor", models.CharField(blank=True, default="", max_length=32)),
                        ("searched_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        "verbose_name_plural": "article searches",
                        "ordering": ["-searched_at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("hits", 0)),
                                fields=["searched_at"],
                                name="service_articlesearch_vain",
                            ),
                            models.Index(fields=["visitor", "searched_at"], name="service_articlesearch_visitor"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("title", models.CharField(max_length=200)),
                        ("summary", models.CharField(blank=True, default="", max_length=300)),
                        ("body", models.TextField()),
                        ("plain", models.TextField(blank=True, default="")),
                        ("note", models.CharField(blank=True, default="", max_length=200)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="versions",
                                to="service.article",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-number"],
                    },
                ),
                migrations.AddField(
                    model_name="article",
                    name="published",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="service.articleversion",
                    ),
                ),
                migrations.CreateModel(
                    name="ArticleVote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("visitor", models.CharField(max_length=32)),
                        ("is_helpful", models.BooleanField()),
                        ("words", models.CharField(blank=True, default="", max_length=500)),
                        ("voted_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="service.article"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-voted_at"],
                    },
                ),
                migrations.CreateModel(
                    name="CategoryName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("en", "English"),
                                    ("de", "Deutsch"),
                                    ("fr", "Français"),
                                    ("es", "Español"),
                                    ("it", "Italiano"),
                                    ("nl", "Nederlands"),
                                    ("pt", "Português"),
                                    ("da", "Dansk"),
                                    ("sv", "Svenska"),
                                    ("no", "Norsk"),
                                    ("fi", "Suomi"),
                                    ("hu", "Magyar"),
                                    ("ro", "Română"),
                                    ("tr", "Türkçe"),
                                    ("pl", "Polski"),
                                    ("cs", "Čeština"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="names",
                                to="service.articlecategory",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Compensation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "remedy",
                            models.CharField(
                                choices=[
                                    ("refund", "Refund"),
                                    ("credit", "Credit"),
                                    ("gift", "Gift"),
                                    ("points", "Loyalty points"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ("points", models.PositiveIntegerField(blank=True, null=True)),
                        (
                            "cost_amount",
                            models.DecimalField(decimal_places=2, editable=False, max_digits=12, verbose_name="cost"),
                        ),
                        (
                            "currency",
                            models.CharField(
                                editable=False,
                                max_length=3,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z]{3}$", "A currency is three capital letters, such as EUR."
                                    )
                                ],
                            ),
                        ),
                        ("reason", models.CharField(max_length=500)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("awaiting", "Awaiting approval"),
                                    ("granted", "Granted"),
                                    ("refused", "Refused"),
                                    ("expired", "Not decided in time"),
                                    ("withdrawn", "Withdrawn"),
                                    ("reversed", "Taken back"),
                                ],
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("decide_by", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("granted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="compensations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="compensations",
                                to="contacts.contact",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="CompensationApprover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "compensation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="approvers",
                                to="service.compensation",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="crm.task",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="compensations_to_approve",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="CompensationEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("asked", "Approval asked"),
                                    ("granted", "Granted"),
                                    ("approved", "Approved and granted"),
                                    ("refused", "Refused"),
                                    ("expired", "Deadline passed"),
                                    ("withdrawn", "Withdrawn"),
                                    ("reversed", "Taken back"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "cost_amount",
                            models.DecimalField(
                                decimal_places=2, default=Decimal("0"), max_digits=12, verbose_name="cost"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("words", models.CharField(blank=True, default="", max_length=500)),
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
                            "compensation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="service.compensation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "compensation entries",
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Macro",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "code",
                            models.CharField(
                                help_text="Typed after a slash in a reply: /on-its-way",
                                max_length=40,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z0-9][a-z0-9-]*$", "Small letters, digits and hyphens, such as on-its-way."
                                    )
                                ],
                                verbose_name="short name",
                            ),
                        ),
                        (
                            "reach",
                            models.CharField(
                                choices=[("own", "Only mine"), ("team", "My team’s"), ("all", "Everybody’s")],
                                default="own",
                                max_length=4,
                                verbose_name="whose",
                            ),
                        ),
                        ("text", models.TextField(blank=True, default="", verbose_name="reply")),
                        ("texts", models.JSONField(blank=True, default=dict, verbose_name="in other languages")),
                        (
                            "priority",
                            models.CharField(
                                blank=True,
                                choices=[("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("query", "Query"),
                                    ("complaint", "Complaint"),
                                    ("purchase_issue", "Purchase issue"),
                                    ("suggestion", "Suggestion"),
                                ],
                                default="",
                                max_length=16,
                            ),
                        ),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "takes",
                            models.BooleanField(default=False, verbose_name="gives the ticket to whoever uses it"),
                        ),
                        (
                            "then",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "as whoever sends it says"),
                                    ("open", "open"),
                                    ("waiting", "waiting for the customer"),
                                    ("solved", "solved"),
                                ],
                                default="",
                                max_length=8,
                                verbose_name="after it, the ticket is",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("used_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("used_at", models.DateTimeField(editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="macros",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="macros",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="PortalRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(max_length=254)),
                        ("place", models.CharField(max_length=32)),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["place", "asked_at"], name="service_portalreq_place"),
                            models.Index(fields=["address", "asked_at"], name="service_portalreq_address"),
                            models.Index(
                                condition=models.Q(("answered_at", None)), fields=["id"], name="service_portalreq_open"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Queue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        (
                            "notice_after_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days without an answer of the customer, after which they get one reminder. Empty: none, ever.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="reminds after days",
                            ),
                        ),
                        (
                            "close_after_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days after the reminder, after which the ticket is solved. An answer opens it again.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="solved after days",
                            ),
                        ),
                        (
                            "end_after_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Days since it was solved. What the customer writes from then on is a new ticket.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="closed for good after days",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "mailbox",
                            models.OneToOneField(
                                blank=True,
                                help_text="What comes to this mailbox becomes a ticket of this queue.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="queue",
                                to="crm.mailbox",
                            ),
                        ),
                        (
                            "notice_macro",
                            models.ForeignKey(
                                blank=True,
                                help_text="A macro of the house, in the languages that it has. Empty: words of ours, in English.",
                                limit_choices_to={"reach": "all"},
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="service.macro",
                                verbose_name="words of the reminder",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="queues",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.AddField(
                    model_name="macro",
                    name="queue",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="service.queue",
                        verbose_name="moves it to",
                    ),
                ),
                migrations.CreateModel(
                    name="RemedyRules",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "approval_hours",
                            models.PositiveSmallIntegerField(
                                default=48,
                                help_text="Hours of the clock; what is not decided by then has ended, and nothing was given.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(720),
                                ],
                            ),
                        ),
                        (
                            "point_value",
                            models.DecimalField(
                                decimal_places=4,
                                default=Decimal("0.01"),
                                help_text="In the company's currency.",
                                max_digits=8,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost of a loyalty point",
                            ),
                        ),
                        (
                            "bought_again_days",
                            models.PositiveSmallIntegerField(
                                default=90,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="days in which a customer counts as back",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "rules of compensation",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("pk", 1)), name="service_remedyrules_one_row")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoutingRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100, verbose_name="order")),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("segment", models.CharField(blank=True, editable=False, max_length=80)),
                        ("tree", models.JSONField(blank=True, default=dict, editable=False)),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("query", "Query"),
                                        ("complaint", "Complaint"),
                                        ("purchase_issue", "Purchase issue"),
                                        ("suggestion", "Suggestion"),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "priorities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("low", "Low"),
                                        ("normal", "Normal"),
                                        ("high", "High"),
                                        ("urgent", "Urgent"),
                                    ],
                                    max_length=8,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "channels",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("email", "E-mail"),
                                        ("phone", "Phone"),
                                        ("desk", "At the desk"),
                                        ("web", "Web form"),
                                        ("chat", "Chat"),
                                        ("social", "Social network"),
                                        ("other", "Other"),
                                    ],
                                    max_length=8,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("en", "English"),
                                        ("de", "German"),
                                        ("fr", "French"),
                                        ("es", "Spanish"),
                                        ("it", "Italian"),
                                        ("nl", "Dutch"),
                                        ("pt", "Portuguese"),
                                        ("pl", "Polish"),
                                        ("sv", "Swedish"),
                                        ("da", "Danish"),
                                    ],
                                    max_length=8,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                            ),
                        ),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("round robin", "Each in turn"),
                                    ("least busy", "Who has the fewest open leads"),
                                ],
                                default="round robin",
                                max_length=16,
                                verbose_name="whose turn",
                            ),
                        ),
                        (
                            "skills",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "by_language",
                            models.BooleanField(default=False, verbose_name="only who speaks the customer’s language"),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
                        (
                            "queue",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="service.queue",
                            ),
                        ),
                        (
                            "tier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="orders.loyaltytier",
                                verbose_name="customer’s tier",
                            ),
                        ),
                        (
                            "to_queue",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="service.queue",
                                verbose_name="moves it to",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="RoutingTurn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("last_at", models.DateTimeField(editable=False, null=True)),
                        ("order", models.BigIntegerField(default=0, editable=False)),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="turns",
                                to="service.routingrule",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["order", "id"],
                    },
                ),
                migrations.AddField(
                    model_name="routingrule",
                    name="people",
                    field=models.ManyToManyField(
                        related_name="+", through="service.RoutingTurn", to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.CreateModel(
                    name="SlaPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        (
                            "priority",
                            models.CharField(
                                blank=True,
                                choices=[("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "first_reply_minutes",
                            models.PositiveIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        (
                            "next_reply_minutes",
                            models.PositiveIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        (
                            "solution_minutes",
                            models.PositiveIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        (
                            "hours",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="policies",
                                to="service.servicehours",
                            ),
                        ),
                        (
                            "queue",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="policies",
                                to="service.queue",
                            ),
                        ),
                        (
                            "tier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="service_policies",
                                to="orders.loyaltytier",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "SLA policy",
                        "verbose_name_plural": "SLA policies",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Ticket",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("subject", models.CharField(max_length=300)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("query", "Query"),
                                    ("complaint", "Complaint"),
                                    ("purchase_issue", "Purchase issue"),
                                    ("suggestion", "Suggestion"),
                                ],
                                default="query",
                                max_length=16,
                            ),
                        ),
                        (
                            "priority",
                            models.CharField(
                                choices=[("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")],
                                default="normal",
                                max_length=8,
                            ),
                        ),
                        (
                            "rank",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(priority="low", then=models.Value(1)),
                                    models.When(priority="normal", then=models.Value(2)),
                                    models.When(priority="high", then=models.Value(3)),
                                    models.When(priority="urgent", then=models.Value(4)),
                                    default=models.Value(0),
                                    output_field=models.SmallIntegerField(),
                                ),
                                output_field=models.SmallIntegerField(),
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("open", "Open"),
                                    ("waiting", "Waiting"),
                                    ("solved", "Solved"),
                                    ("closed", "Closed"),
                                ],
                                default="new",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("email", "E-mail"),
                                    ("phone", "Phone"),
                                    ("desk", "At the desk"),
                                    ("web", "Web form"),
                                    ("chat", "Chat"),
                                    ("social", "Social network"),
                                    ("other", "Other"),
                                ],
                                default="phone",
                                max_length=8,
                            ),
                        ),
                        ("source", models.CharField(blank=True, default="", max_length=120)),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "requester_name",
                            models.CharField(blank=True, default="", max_length=200, verbose_name="name"),
                        ),
                        (
                            "requester_email",
                            models.EmailField(blank=True, default="", max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "language",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("en", "English"),
                                    ("de", "German"),
                                    ("fr", "French"),
                                    ("es", "Spanish"),
                                    ("it", "Italian"),
                                    ("nl", "Dutch"),
                                    ("pt", "Portuguese"),
                                    ("pl", "Polish"),
                                    ("sv", "Swedish"),
                                    ("da", "Danish"),
                                ],
                                db_default="",
                                default="",
                                max_length=8,
                            ),
                        ),
                        ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("first_reply_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("solved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("waiting_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("message_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("noticed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("reopenings", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("due_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "due_for",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("first_reply", "First reply"),
                                    ("next_reply", "Next reply"),
                                    ("solution", "Solution"),
                                ],
                                default="",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("custom", models.JSONField(blank=True, default=dict)),
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
                                related_name="tickets",
                                to="contacts.contact",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "follows",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="followed_by",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets_of_organization",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="tickets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="service.slapolicy",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="orders.product",
                            ),
                        ),
                        (
                            "queue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="tickets", to="service.queue"
                            ),
                        ),
                        (
                            "registration",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="tickets",
                                to="orders.productregistration",
                                verbose_name="piece",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="tickets",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-opened_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
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
                                    ("in", "From the customer"),
                                    ("out", "To the customer"),
                                    ("note", "Internal note"),
                                ],
                                max_length=4,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("email", "E-mail"),
                                    ("phone", "Phone"),
                                    ("desk", "At the desk"),
                                    ("web", "Web form"),
                                    ("chat", "Chat"),
                                    ("social", "Social network"),
                                    ("other", "Other"),
                                ],
                                default="email",
                                max_length=8,
                            ),
                        ),
                        ("sender_name", models.CharField(blank=True, default="", max_length=200)),
                        ("sender_address", models.CharField(blank=True, default="", max_length=320)),
                        ("text", models.TextField()),
                        ("folded", models.TextField(blank=True, default="")),
                        ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("external_id", models.CharField(blank=True, max_length=250, null=True, unique=True)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "incoming",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="crm.incomingmail",
                            ),
                        ),
                        (
                            "outgoing",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="crm.outgoingmail",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="messages",
                                to="service.ticket",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["sent_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Defection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("subscription", "Contract ended"),
                                    ("silent", "Stopped buying"),
                                    ("ticket", "Said so in a ticket"),
                                    ("hand", "Written down by hand"),
                                ],
                                default="hand",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("ended_on", models.DateField(verbose_name="ended")),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("price", "Price"),
                                    ("product", "Product or its quality"),
                                    ("service", "Service"),
                                    ("delivery", "Delivery"),
                                    ("competitor", "A competitor"),
                                    ("no_need", "No need any more"),
                                    ("closed", "Closed down or moved away"),
                                    ("other", "Something else"),
                                ],
                                default="",
                                max_length=12,
                            ),
                        ),
                        (
                            "words",
                            models.TextField(blank=True, default="", max_length=4000, verbose_name="what they say"),
                        ),
                        (
                            "worth_amount",
                            models.DecimalField(
                                decimal_places=2, default=0, editable=False, max_digits=18, verbose_name="worth a year"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "To be asked"),
                                    ("tried", "Tried"),
                                    ("won", "Won back"),
                                    ("lost", "Lost"),
                                    ("dropped", "Not followed up"),
                                ],
                                default="open",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        ("tried_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("result_on", models.DateField(blank=True, editable=False, null=True, verbose_name="result")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="defections",
                                to="contacts.contact",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="defections",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "subscription",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.subscription",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="defections",
                                to="service.ticket",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-ended_on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Conversation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("external_id", models.CharField(max_length=200)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="conversations",
                                to="service.ticket",
                            ),
                        ),
                    ],
                ),
                migrations.AddField(
                    model_name="compensation",
                    name="ticket",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="compensations", to="service.ticket"
                    ),
                ),
                migrations.CreateModel(
                    name="ArticleUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(choices=[("link", "Link"), ("text", "Text")], max_length=4)),
                        ("used_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="uses",
                                to="service.article",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="article_uses",
                                to="service.ticket",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-used_at"],
                    },
                ),
                migrations.AddField(
                    model_name="article",
                    name="proposed_from",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposed_articles",
                        to="service.ticket",
                    ),
                ),
                migrations.CreateModel(
                    name="TicketEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("event", models.CharField(max_length=120)),
                        ("value", models.CharField(blank=True, default="", max_length=200)),
                        ("occurred_at", models.DateTimeField()),
                        ("position", models.PositiveIntegerField(default=0)),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("here", "here"),
                                    ("file", "an imported log"),
                                    ("dates", "the dates of an imported ticket"),
                                ],
                                default="here",
                                max_length=8,
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
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
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="service.ticket",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["occurred_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="TicketIntake",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "capacity",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Those that wait for the customer do not count.",
                                null=True,
                                verbose_name="unsolved tickets at most",
                            ),
                        ),
                        (
                            "skills",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        ("is_paused", models.BooleanField(default=False, verbose_name="takes none for now")),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ticket_intake",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["user__name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="TicketLink",
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
                                    ("incident", "An incident of"),
                                    ("duplicate", "A duplicate of"),
                                    ("related", "Related to"),
                                    ("split", "Split off from"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="linked_from",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="links", to="service.ticket"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["created_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="TicketPresence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("seen_at", models.DateTimeField()),
                        ("typed_at", models.DateTimeField(null=True)),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="service.ticket"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="TicketWatcher",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="watchers",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["created_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="WebForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="For you; the title is what strangers see.", max_length=120, unique=True
                            ),
                        ),
                        (
                            "token",
                            models.CharField(
                                default=service.models.channels.form_token, editable=False, max_length=40, unique=True
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("title", models.CharField(default="How can we help?", max_length=160)),
                        ("intro", models.TextField(blank=True, max_length=2000, verbose_name="introduction")),
                        (
                            "asks_product",
                            models.BooleanField(default=True, verbose_name="asks for the order or the serial number"),
                        ),
                        ("thanks_title", models.CharField(default="Thank you", max_length=160)),
                        (
                            "thanks_text",
                            models.TextField(
                                blank=True, default="We answer by mail, on working days.", max_length=2000
                            ),
                        ),
                        (
                            "allowed_sites",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Sites that may show it in a frame, between commas, such as https://www.example.com.",
                                size=None,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "queue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="web_forms",
                                to="service.queue",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="WebRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(editable=False, max_length=64)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="requests",
                                to="service.webform",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="service.ticket"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="WinBackAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[("phone", "Phone"), ("email", "E-mail"), ("meeting", "Meeting")],
                                default="phone",
                                max_length=8,
                            ),
                        ),
                        (
                            "offer",
                            models.CharField(blank=True, default="", max_length=200, verbose_name="what we offered"),
                        ),
                        (
                            "cost_amount",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=12,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="what the offer costs us",
                            ),
                        ),
                        (
                            "words",
                            models.TextField(blank=True, default="", max_length=4000, verbose_name="what came of it"),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                            "defection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="service.defection",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "key",
                            models.CharField(
                                default=service.models.articles.new_key, editable=False, max_length=10, unique=True
                            ),
                        ),
                        ("is_picture", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="files", to="service.article"
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.storedfile"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("article", "name"), name="service_articlefile_name")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleRead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("read_on", models.DateField()),
                        ("visitor", models.CharField(max_length=32)),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reads", to="service.article"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("article", "read_on", "visitor"), name="service_articleread_once_a_day"
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="articleversion",
                    constraint=models.UniqueConstraint(
                        fields=("article", "number"), name="service_articleversion_number"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="articlevote",
                    constraint=models.UniqueConstraint(fields=("article", "visitor"), name="service_articlevote_one"),
                ),
                migrations.AddConstraint(
                    model_name="categoryname",
                    constraint=models.UniqueConstraint(
                        fields=("category", "language"), name="service_categoryname_one_a_language"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="compensationapprover",
                    constraint=models.UniqueConstraint(
                        fields=("compensation", "user"), name="service_compensationapprover_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="compensationentry",
                    index=models.Index(
                        fields=["compensation", "at", "id"], include=("cost_amount",), name="service_compentry_of"
                    ),
                ),
                migrations.AddIndex(
                    model_name="compensationentry",
                    index=models.Index(
                        condition=models.Q(("cost_amount", 0), _negated=True),
                        fields=["at"],
                        name="service_compentry_cost",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="queue",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("close_after_days", None), ("notice_after_days__isnull", False), _connector="OR"
                        ),
                        name="service_queue_notice_comes_first",
                        violation_error_message="Nothing is solved by itself without a reminder: say after how many days.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="macro",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reach", "all")),
                        fields=("code",),
                        name="service_macro_code_of_all",
                        violation_error_message="Another macro of the house has this short name.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="macro",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reach", "team")),
                        fields=("team", "code"),
                        name="service_macro_code_of_team",
                        violation_error_message="Another macro of this team has this short name.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="macro",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reach", "own")),
                        fields=("owner", "code"),
                        name="service_macro_code_of_one",
                        violation_error_message="Another macro of yours has this short name.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="routingturn",
                    constraint=models.UniqueConstraint(fields=("rule", "user"), name="service_turn_once"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        models.F("queue"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.OrderBy(models.F("waiting_since"), nulls_last=True),
                        models.OrderBy(models.F("rank"), descending=True),
                        models.F("id"),
                        condition=models.Q(("state__in", ("new", "open", "waiting"))),
                        name="service_ticket_in_queue",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="service_ticket_due"
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("state", "waiting")), fields=["message_at"], name="service_ticket_quiet"
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("state", "solved")), fields=["solved_at"], name="service_ticket_done"
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(fields=["owner", "state"], name="service_ticket_owner"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(fields=["team", "state"], name="service_ticket_team"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["contact", "-id"],
                        name="service_ticket_contact",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("organization__isnull", False)),
                        fields=["organization"],
                        name="service_ticket_org",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("product__isnull", False)),
                        fields=["product"],
                        name="service_ticket_product",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="service_ticket_merged_into",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(fields=["-opened_at", "-id"], name="service_ticket_opened"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(fields=["state", "-opened_at", "-id"], name="service_ticket_state"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(fields=["sort_name", "id"], name="service_ticket_sort"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="service_ticket_search_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=models.Index(
                        django.db.models.functions.text.Upper("requester_email"), name="service_ticket_requester"
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="service_ticket_tags"),
                ),
                migrations.AddIndex(
                    model_name="ticket",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", name="jsonb_path_ops"),
                        name="service_ticket_custom",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ticket",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("merged_into", None), ("state", "closed"), _connector="OR"),
                        name="service_ticket_merged_is_closed",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ticket",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("waiting_since", None),
                            models.Q(
                                models.Q(("state", "solved"), _negated=True),
                                models.Q(("state", "closed"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="service_ticket_ended_waits_for_nothing",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(fields=["ticket", "-sent_at", "-id"], name="service_message_ticket"),
                ),
                migrations.AddIndex(
                    model_name="defection",
                    index=models.Index(fields=["-worth_amount", "-id"], name="service_defection_worth"),
                ),
                migrations.AddIndex(
                    model_name="defection",
                    index=models.Index(fields=["-ended_on", "-id"], name="service_defection_ended"),
                ),
                migrations.AddIndex(
                    model_name="defection",
                    index=models.Index(fields=["contact", "-ended_on"], name="service_defection_contact"),
                ),
                migrations.AddIndex(
                    model_name="defection",
                    index=models.Index(
                        condition=models.Q(("ticket__isnull", False)),
                        fields=["ticket"],
                        name="service_defection_ticket",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="defection",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("result_on", None)),
                        fields=("contact",),
                        name="service_defection_one_unsettled",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversation",
                    constraint=models.UniqueConstraint(
                        fields=("source", "external_id"), name="service_conversation_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="compensation",
                    index=models.Index(fields=["ticket", "-id"], name="service_compensation_ticket"),
                ),
                migrations.AddIndex(
                    model_name="compensation",
                    index=models.Index(fields=["contact", "-granted_at"], name="service_compensation_contact"),
                ),
                migrations.AddIndex(
                    model_name="compensation",
                    index=models.Index(fields=["-created_at", "-id"], name="service_compensation_newest"),
                ),
                migrations.AddIndex(
                    model_name="compensation",
                    index=models.Index(fields=["-granted_at", "-id"], name="service_compensation_granted"),
                ),
                migrations.AddIndex(
                    model_name="compensation",
                    index=models.Index(
                        condition=models.Q(("state", "awaiting")), fields=["decide_by"], name="service_compensation_due"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="compensation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount", None), ("points__gt", 0), ("remedy", "points")),
                            models.Q(
                                models.Q(("remedy", "points"), _negated=True), ("amount__gt", 0), ("points", None)
                            ),
                            _connector="OR",
                        ),
                        name="service_compensation_money_or_points",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="compensation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "awaiting"), _negated=True),
                            ("decide_by__isnull", False),
                            _connector="OR",
                        ),
                        name="service_compensation_waits_until",
                    ),
                ),
                migrations.AddIndex(
                    model_name="articleuse",
                    index=models.Index(fields=["article", "-used_at"], name="service_articleuse_when"),
                ),
                migrations.AddConstraint(
                    model_name="articleuse",
                    constraint=models.UniqueConstraint(fields=("ticket", "article"), name="service_articleuse_once"),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="service_article_words"),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("published_words__isnull", False)),
                        fields=["published_words"],
                        name="service_article_published",
                    ),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("sort_name", name="gin_trgm_ops"),
                        name="service_article_title_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=models.Index(fields=["sort_name", "id"], name="service_article_sort"),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=models.Index(fields=["state", "review_on"], name="service_article_review"),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=models.Index(fields=["language", "state", "audience"], name="service_article_language"),
                ),
                migrations.AddIndex(
                    model_name="article",
                    index=models.Index(fields=["category", "sort_name"], name="service_article_category"),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.UniqueConstraint(
                        fields=("original", "language"), name="service_article_one_translation"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("published__isnull", False),
                            _connector="OR",
                        ),
                        name="service_article_published_has_words",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("original", models.F("id")), _negated=True),
                        name="service_article_not_its_own",
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticketevent",
                    index=models.Index(fields=["ticket", "occurred_at", "id"], name="service_event_ticket"),
                ),
                migrations.AddIndex(
                    model_name="ticketevent",
                    index=models.Index(fields=["occurred_at", "event"], name="service_event_when"),
                ),
                migrations.AddConstraint(
                    model_name="ticketlink",
                    constraint=models.UniqueConstraint(fields=("ticket", "other"), name="service_link_once"),
                ),
                migrations.AddConstraint(
                    model_name="ticketlink",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ticket", models.F("other")), _negated=True), name="service_link_of_two"
                    ),
                ),
                migrations.AddIndex(
                    model_name="ticketpresence",
                    index=models.Index(fields=["seen_at"], name="service_presence_old"),
                ),
                migrations.AddConstraint(
                    model_name="ticketpresence",
                    constraint=models.UniqueConstraint(fields=("ticket", "user"), name="service_presence_once"),
                ),
                migrations.AddConstraint(
                    model_name="ticketwatcher",
                    constraint=models.UniqueConstraint(fields=("ticket", "user"), name="service_watcher_once"),
                ),
                migrations.AddIndex(
                    model_name="webrequest",
                    index=models.Index(fields=["form", "place", "-created_at"], name="service_webrequest_limit"),
                ),
                migrations.AddIndex(
                    model_name="winbackattempt",
                    index=models.Index(fields=["defection", "-at", "-id"], name="service_winback_of"),
                ),
            ]
        ),
    ]
