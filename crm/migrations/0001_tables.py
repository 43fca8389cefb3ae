import crm.models.company
import crm.models.files
import crm.models.incoming
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

from crm.database.tables import CreateTables

# The one way text is folded for search and sorting.
FOLD = """
CREATE FUNCTION crm_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, value)) $$
"""
# Every five digits in a row, for an index that finds a number by any piece of it (crm/filtering/digits.py).
PIECES = """
CREATE FUNCTION crm_digit_pieces(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    numbers text := regexp_replace(value, '[^0-9]+', ' ', 'g');
    found text[] := '{}';
    piece text;
BEGIN
    FOR at IN 1 .. length(numbers) - 4 LOOP
        piece := substr(numbers, at, 5);
        IF position(' ' IN piece) = 0 THEN
            found := found || piece;
        END IF;
    END LOOP;
    RETURN found;
END
$$
"""


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("crm", "0001_initial"),
        ("crm", "0002_cache_table"),
        ("crm", "0003_outgoing_mail"),
        ("crm", "0004_importrun"),
        ("crm", "0005_fieldrule"),
        ("crm", "0006_row_history"),
        ("crm", "0007_api"),
        ("crm", "0008_sign_in"),
        ("crm", "0009_custom_fields"),
        ("crm", "0010_made_rows"),
        ("crm", "0011_reach"),
        ("crm", "0012_form_submissions"),
        ("crm", "0013_file_removed"),
        ("crm", "0014_operations"),
        ("crm", "0015_defaults_of_people"),
        ("crm", "0016_territory_version"),
        ("crm", "0017_agenda_and_notes"),
        ("crm", "0018_mail_slots"),
        ("crm", "0019_saved_views"),
        ("crm", "0020_row_heights"),
        ("crm", "0021_layouts_and_kept_filters"),
        ("crm", "0022_origin"),
        ("crm", "0023_digit_pieces"),
        ("crm", "0024_notices_of_quotes"),
        ("crm", "0025_incoming_mail"),
        ("crm", "0026_history_without_nested_loops"),
        ("crm", "0027_service_mailboxes"),
    ]
    dependencies = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION crm_fold(text)"),
        migrations.RunSQL(PIECES, "DROP FUNCTION crm_digit_pieces(text)"),
        CreateTables(
            [
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name="IncomingMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        (
                            "door",
                            models.CharField(
                                choices=[("imap", "mailbox"), ("hook", "hook"), ("command", "command")], max_length=16
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64, unique=True)),
                        ("size", models.BigIntegerField()),
                        ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "state",
                            models.CharField(
                                choices=[("taken", "taken"), ("done", "done"), ("quarantined", "quarantined")],
                                default="taken",
                                max_length=16,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        (
                            "nature",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("person", "a person"),
                                    ("auto_reply", "an automatic answer"),
                                    ("bulk", "a mailing"),
                                    ("bounce", "a mail server"),
                                    ("complaint", "a complaint"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ticket", "a ticket"),
                                    ("reply", "an answer to us"),
                                    ("interaction", "in the history"),
                                    ("lead", "a lead"),
                                    ("bounce", "came back"),
                                    ("complaint", "a complaint about a mail"),
                                    ("auto_reply", "an automatic answer"),
                                    ("duplicate", "had come before"),
                                    ("parked", "quarantined"),
                                    ("kept", "taken by nobody"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("worked_at", models.DateTimeField(blank=True, null=True)),
                        ("message_id", models.CharField(blank=True, max_length=300)),
                        ("fingerprint", models.CharField(blank=True, max_length=64)),
                        (
                            "references",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=300), blank=True, default=list, size=None
                            ),
                        ),
                        ("thread", models.CharField(blank=True, max_length=60)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("from_name", models.CharField(blank=True, max_length=200)),
                        ("from_address", models.CharField(blank=True, max_length=320)),
                        (
                            "recipients",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=320), blank=True, default=list, size=None
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=900)),
                        ("text", models.TextField(blank=True)),
                        ("visible_text", models.TextField(blank=True)),
                        ("has_html", models.BooleanField(default=False)),
                        ("attachments", models.JSONField(blank=True, default=list)),
                        ("bounced_address", models.CharField(blank=True, max_length=320)),
                        ("is_hard", models.BooleanField(blank=True, null=True)),
                        ("object_model", models.CharField(blank=True, max_length=80)),
                        ("object_id", models.BigIntegerField(blank=True, null=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "duplicate_of",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="duplicates",
                                to="crm.incomingmail",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="KeptFilter",
                    fields=[
                        ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                        ("text", models.TextField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Mailbox",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("address", models.CharField(max_length=320, unique=True, verbose_name="e-mail address")),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("general", "letters of customers"),
                                    ("enquiries", "enquiries: strangers become leads"),
                                    ("service", "service: each letter is a ticket"),
                                ],
                                default="general",
                                max_length=16,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "is_for_answers",
                            models.BooleanField(default=False, verbose_name="answers to our mails come here"),
                        ),
                        (
                            "acknowledgement",
                            models.TextField(
                                blank=True,
                                help_text="Sent once to who writes to it, at most once a day in a conversation. Empty: nothing.",
                            ),
                        ),
                        ("host", models.CharField(blank=True, max_length=255, verbose_name="IMAP server")),
                        (
                            "port",
                            models.PositiveIntegerField(
                                default=993,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(65535),
                                ],
                            ),
                        ),
                        (
                            "security",
                            models.CharField(
                                choices=[
                                    ("tls", "TLS (port 993)"),
                                    ("starttls", "STARTTLS (port 143)"),
                                    ("none", "not at all (own machine only)"),
                                ],
                                default="tls",
                                max_length=16,
                            ),
                        ),
                        ("user_name", models.CharField(blank=True, max_length=320, verbose_name="user")),
                        ("sealed_password", models.TextField(blank=True, editable=False)),
                        ("folder", models.CharField(default="INBOX", max_length=200)),
                        (
                            "fetches_old",
                            models.BooleanField(default=False, verbose_name="take in what is there already"),
                        ),
                        (
                            "hook_token",
                            models.CharField(
                                default=crm.models.incoming.new_hook_token, editable=False, max_length=60, unique=True
                            ),
                        ),
                        ("uid_validity", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("last_uid", models.BigIntegerField(default=0, editable=False)),
                        ("tried_uid", models.BigIntegerField(default=0, editable=False)),
                        ("tries", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("fetched_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("next_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("consecutive_errors", models.PositiveIntegerField(default=0, editable=False)),
                        ("last_error", models.CharField(blank=True, editable=False, max_length=500)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "verbose_name_plural": "mailboxes",
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="MailChannel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40, unique=True)),
                        (
                            "rate_per_minute",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Mails a minute; empty: no limit.",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                            ),
                        ),
                        (
                            "connections",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="How many may send at once.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(20),
                                ],
                            ),
                        ),
                        ("next_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("consecutive_errors", models.PositiveIntegerField(default=0, editable=False)),
                        ("last_error", models.TextField(blank=True, editable=False)),
                        ("paused_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("paused_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("pause_reason", models.CharField(blank=True, editable=False, max_length=300)),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="PasswordRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(max_length=320)),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("email", models.EmailField(blank=True, max_length=254, null=True, unique=True)),
                        ("name", models.CharField(max_length=150)),
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
                                default="rep",
                                max_length=16,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                        ("invited_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("phone", models.CharField(blank=True, db_default="", default="", max_length=40)),
                        (
                            "time_zone",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=64,
                                validators=[crm.models.company.valid_time_zone],
                            ),
                        ),
                        (
                            "language",
                            models.CharField(choices=[("en", "English")], db_default="en", default="en", max_length=8),
                        ),
                        (
                            "theme",
                            models.CharField(
                                choices=[("auto", "as the device"), ("light", "light"), ("dark", "dark")],
                                db_default="auto",
                                default="auto",
                                max_length=8,
                                verbose_name="colours",
                            ),
                        ),
                        (
                            "density",
                            models.CharField(
                                choices=[("comfortable", "roomy"), ("dense", "dense")],
                                db_default="comfortable",
                                default="comfortable",
                                max_length=16,
                                verbose_name="rows",
                            ),
                        ),
                        (
                            "notice_mail",
                            models.CharField(
                                choices=[
                                    ("all", "everything that the bell says"),
                                    ("people", "mentions, tasks, approvals and answers of customers"),
                                    ("none", "nothing"),
                                ],
                                db_default="people",
                                default="people",
                                max_length=8,
                                verbose_name="by mail",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "manager",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="reports",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="AccessRule",
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
                            ),
                        ),
                        (
                            "model",
                            models.CharField(
                                help_text="app.model in small letters, such as contacts.contact", max_length=80
                            ),
                        ),
                        (
                            "verb",
                            models.CharField(
                                choices=[
                                    ("view", "view"),
                                    ("add", "add"),
                                    ("change", "change"),
                                    ("delete", "delete or archive"),
                                    ("import", "import"),
                                    ("export", "export"),
                                    ("run", "run the analysis"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("none", "nothing"),
                                    ("own", "own records"),
                                    ("team", "own team"),
                                    ("all", "everything"),
                                ],
                                max_length=8,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["model", "role", "verb"],
                        "constraints": [
                            models.UniqueConstraint(fields=("role", "model", "verb"), name="crm_accessrule_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("hint", models.CharField(max_length=16)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), default=list, size=None
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_tokens",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API token",
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ApiUse",
                    fields=[
                        ("subject", models.CharField(max_length=80, primary_key=True, serialize=False)),
                        ("minute", models.BigIntegerField()),
                        ("calls", models.IntegerField()),
                        ("last_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["last_at"], name="crm_apiuse_last")],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarFeed",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("hint", models.CharField(max_length=12)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="feeds",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="Company",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", max_length=64, validators=[crm.models.company.valid_time_zone]
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
                            "second_factor_roles",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("rep", "Sales rep"),
                                        ("marketer", "Marketer"),
                                        ("agent", "Service agent"),
                                        ("manager", "Manager"),
                                        ("admin", "Administrator"),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=crm.models.company.roles_with_second_factor,
                                help_text="Who has such a role and no second factor is led to set one up, and can do nothing else before.",
                                size=None,
                                verbose_name="roles that need a second factor",
                            ),
                        ),
                        ("is_demo", models.BooleanField(default=False, editable=False)),
                        ("sending_held_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "company",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("pk", 1)), name="crm_company_one_row")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomField",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("model", models.CharField(default="contacts.contact", max_length=60)),
                        (
                            "key",
                            models.CharField(
                                help_text="Its name in files and formulas; it stays when the label changes.",
                                max_length=50,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^\\w+$", "Letters, digits and underscores only."
                                    )
                                ],
                            ),
                        ),
                        ("label", models.CharField(max_length=120)),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("text", "Text"),
                                    ("number", "Number"),
                                    ("money", "Money"),
                                    ("date", "Date"),
                                    ("choice", "One of a list"),
                                    ("multi_choice", "Several of a list"),
                                    ("yes_no", "Yes or no"),
                                    ("contact", "Link to a contact"),
                                    ("url", "Web address"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("choices", models.JSONField(blank=True, default=list)),
                        ("is_required", models.BooleanField(default=False, verbose_name="needed")),
                        (
                            "is_unique",
                            models.BooleanField(default=False, verbose_name="no two records may have the same"),
                        ),
                        ("default", models.JSONField(blank=True, null=True)),
                        ("help", models.CharField(blank=True, max_length=200)),
                        (
                            "is_late",
                            models.BooleanField(
                                default=False,
                                help_text="Models that score at an earlier time never use it.",
                                verbose_name="filled in after the fact",
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100, verbose_name="place")),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("model", "key"), name="crm_custom_field_key_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExchangeRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("valid_from", models.DateField()),
                        (
                            "rate",
                            models.DecimalField(
                                decimal_places=8,
                                max_digits=18,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["currency", "-valid_from"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("currency", "valid_from"), name="crm_exchangerate_once_a_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FieldRule",
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
                            ),
                        ),
                        (
                            "model",
                            models.CharField(
                                help_text="app.model in small letters, such as contacts.contact", max_length=80
                            ),
                        ),
                        ("field", models.CharField(max_length=80)),
                        (
                            "right",
                            models.CharField(choices=[("hidden", "hidden"), ("read_only", "read only")], max_length=16),
                        ),
                    ],
                    options={
                        "ordering": ["model", "field", "role"],
                        "constraints": [
                            models.UniqueConstraint(fields=("role", "model", "field"), name="crm_fieldrule_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FormSubmission",
                    fields=[
                        ("token", models.UUIDField(primary_key=True, serialize=False)),
                        ("digest", models.CharField(max_length=64)),
                        ("url", models.CharField(blank=True, max_length=500)),
                        ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
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
                    name="IncomingContent",
                    fields=[
                        (
                            "mail",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="content",
                                serialize=False,
                                to="crm.incomingmail",
                            ),
                        ),
                        ("raw", models.BinaryField()),
                    ],
                ),
                migrations.AddField(
                    model_name="incomingmail",
                    name="owner",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="incoming_mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.CreateModel(
                    name="JobRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("title", models.CharField(max_length=200)),
                        (
                            "queue",
                            models.CharField(
                                choices=[("interactive", "interactive"), ("mail", "mail"), ("batch", "batch")],
                                default="batch",
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("failed", "failed"),
                                    ("parked", "parked"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="waiting",
                                max_length=16,
                            ),
                        ),
                        ("parameters", models.JSONField(blank=True, default=dict)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("claimed_by", models.CharField(blank=True, max_length=120)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("cancel_requested_at", models.DateTimeField(blank=True, null=True)),
                        ("progress_done", models.BigIntegerField(default=0)),
                        ("progress_total", models.BigIntegerField(blank=True, null=True)),
                        ("progress_message", models.CharField(blank=True, max_length=200)),
                        ("result", models.JSONField(blank=True, default=dict)),
                        ("error", models.TextField(blank=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="jobs",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="JobWindow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("job", models.CharField(max_length=60)),
                        ("window", models.CharField(max_length=40)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("job", "window"), name="crm_jobwindow_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Layout",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=80)),
                        (
                            "role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("rep", "Sales rep"),
                                    ("marketer", "Marketer"),
                                    ("agent", "Service agent"),
                                    ("manager", "Manager"),
                                    ("admin", "Administrator"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("blocks", models.JSONField(default=list)),
                        ("hidden", models.JSONField(blank=True, default=list)),
                    ],
                    options={
                        "ordering": ["place", "role"],
                        "constraints": [models.UniqueConstraint(fields=("place", "role"), name="crm_layout_once")],
                    },
                ),
                migrations.AddField(
                    model_name="incomingmail",
                    name="mailbox",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="crm.mailbox",
                    ),
                ),
                migrations.CreateModel(
                    name="OutgoingMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("guid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("key", models.CharField(blank=True, max_length=200, null=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("at_most_once", "at most once"), ("at_least_once", "at least once")],
                                max_length=16,
                            ),
                        ),
                        ("priority", models.PositiveSmallIntegerField()),
                        ("contact_id", models.BigIntegerField(blank=True, null=True)),
                        ("object_model", models.CharField(blank=True, max_length=80)),
                        ("object_id", models.BigIntegerField(blank=True, null=True)),
                        ("recipient", models.CharField(max_length=320)),
                        ("recipient_name", models.CharField(blank=True, max_length=200)),
                        ("shown_to", models.TextField(blank=True)),
                        ("shown_cc", models.TextField(blank=True)),
                        ("sender", models.CharField(max_length=600)),
                        ("reply_to", models.CharField(blank=True, max_length=600)),
                        ("subject", models.CharField(blank=True, max_length=900)),
                        ("text", models.TextField(blank=True)),
                        ("html", models.TextField(blank=True)),
                        ("headers", models.JSONField(blank=True, default=dict)),
                        ("message_id", models.CharField(max_length=300)),
                        ("is_secret", models.BooleanField(default=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "queued"),
                                    ("held", "held"),
                                    ("in_flight", "in flight"),
                                    ("sent", "sent"),
                                    ("failed", "failed"),
                                    ("uncertain", "uncertain"),
                                    ("parked", "parked"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="queued",
                                max_length=16,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("unanswered", models.PositiveSmallIntegerField(default=0)),
                        ("claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("claimed_by", models.CharField(blank=True, max_length=120)),
                        ("claimed_slot", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("smtp_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("last_error", models.TextField(blank=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="mails",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mails",
                                to="crm.mailchannel",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                    },
                ),
                migrations.AddField(
                    model_name="incomingmail",
                    name="answers",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answered_by",
                        to="crm.outgoingmail",
                    ),
                ),
                migrations.CreateModel(
                    name="RowChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("table_name", models.CharField(max_length=63)),
                        (
                            "operation",
                            models.CharField(choices=[("I", "made"), ("U", "changed"), ("D", "deleted")], max_length=1),
                        ),
                        ("row_id", models.BigIntegerField()),
                        ("last_id", models.BigIntegerField()),
                        ("parent_id", models.BigIntegerField(null=True)),
                        ("was", models.JSONField(null=True)),
                        ("request_id", models.CharField(blank=True, max_length=32)),
                        (
                            "door",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("page", "a page"),
                                    ("api", "the API"),
                                    ("form", "a form"),
                                    ("job", "a job"),
                                    ("command", "a command"),
                                ],
                                db_default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "actor",
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
                            "job",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="crm.jobrun",
                            ),
                        ),
                        (
                            "token",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="crm.apitoken",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key_hash", models.CharField(editable=False, max_length=64, unique=True)),
                        ("data", models.TextField(editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("expires_at", models.DateTimeField(db_index=True)),
                        ("ip", models.GenericIPAddressField(null=True)),
                        ("device", models.CharField(max_length=300)),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sessions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-seen_at"],
                    },
                ),
                migrations.CreateModel(
                    name="Share",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("model", models.CharField(max_length=80)),
                        ("object_id", models.BigIntegerField()),
                        (
                            "right",
                            models.CharField(
                                choices=[("view", "may look at it"), ("change", "may change it")],
                                default="view",
                                max_length=8,
                            ),
                        ),
                        ("ends_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="shares_given",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shares",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["user__name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="StoredFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("file", models.FileField(max_length=200, upload_to=crm.models.files.random_path)),
                        ("name", models.CharField(max_length=255)),
                        ("content_type", models.CharField(default="application/octet-stream", max_length=100)),
                        ("size", models.BigIntegerField(default=0)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "removed_at",
                            models.DateTimeField(blank=True, help_text="When the content was taken away.", null=True),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="files",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="MailAttachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("content_id", models.CharField(blank=True, max_length=80)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "mail",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="crm.outgoingmail",
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
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.AddField(
                    model_name="jobrun",
                    name="result_file",
                    field=models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="crm.storedfile"
                    ),
                ),
                migrations.CreateModel(
                    name="ImportRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("options", models.JSONField(blank=True, default=dict)),
                        ("result", models.JSONField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="imports",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="imports",
                                to="crm.jobrun",
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="crm.storedfile"
                            ),
                        ),
                        (
                            "rejected_file",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="crm.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("removed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="attachments",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="crm.storedfile",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="SuppressedAddress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(max_length=320, unique=True)),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("hard_bounce", "it does not exist"),
                                    ("complaint", "its owner complained"),
                                    ("manual", "somebody entered it by hand"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "mail",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="crm.outgoingmail",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "suppressed addresses",
                        "ordering": ["address"],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("todo", "To-do"), ("call", "Call"), ("mail", "Mail"), ("meeting", "Meeting")],
                                default="todo",
                                max_length=16,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("text", models.TextField(blank=True)),
                        ("place", models.CharField(blank=True, max_length=200)),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="day")),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="time")),
                        (
                            "minutes",
                            models.PositiveIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(5),
                                    django.core.validators.MaxValueValidator(10080),
                                ],
                                verbose_name="how long",
                            ),
                        ),
                        ("zone", models.CharField(default="UTC", editable=False, max_length=64)),
                        ("rule", models.CharField(blank=True, max_length=200, verbose_name="repetition")),
                        ("remind_before", models.PositiveIntegerField(blank=True, null=True, verbose_name="reminder")),
                        ("remind_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("reminded_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("done_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "done_by",
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
                            "maker",
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
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="tasks",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["due_on", "due_at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Team",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("list_name", models.CharField(editable=False, max_length=60)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("rep", "Sales rep"),
                                    ("marketer", "Marketer"),
                                    ("agent", "Service agent"),
                                    ("manager", "Manager"),
                                    ("admin", "Administrator"),
                                ],
                                help_text="Everybody of this role sees it, and begins with it.",
                                max_length=16,
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False, verbose_name="open this view first")),
                        ("filter", models.JSONField(blank=True, default=dict, editable=False, verbose_name="filter")),
                        ("words", models.CharField(blank=True, editable=False, max_length=200)),
                        (
                            "columns",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=120),
                                blank=True,
                                default=list,
                                editable=False,
                                size=None,
                            ),
                        ),
                        ("sort", models.CharField(blank=True, editable=False, max_length=120)),
                        (
                            "row_height",
                            models.CharField(
                                blank=True,
                                choices=[("", "as everybody has it"), ("comfortable", "roomy"), ("dense", "dense")],
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="saved_views",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                help_text="Its people and the teams below see it.",
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.AddField(
                    model_name="user",
                    name="team",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="members",
                        to="crm.team",
                    ),
                ),
                migrations.CreateModel(
                    name="Territory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("position", models.PositiveIntegerField(default=100)),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="crm.territory",
                            ),
                        ),
                        (
                            "people",
                            models.ManyToManyField(blank=True, related_name="territories", to=settings.AUTH_USER_MODEL),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="territories",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "territories",
                        "ordering": ["position", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="KeptAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=200)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(default=0)),
                        ("headers", models.JSONField(default=dict)),
                        ("body", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "token",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="kept_answers",
                                to="crm.apitoken",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="crm_keptanswer_created")],
                        "constraints": [models.UniqueConstraint(fields=("token", "key"), name="crm_keptanswer_once")],
                    },
                ),
                migrations.CreateModel(
                    name="LogEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("verb", models.CharField(max_length=40)),
                        ("model", models.CharField(blank=True, max_length=80)),
                        ("object_id", models.BigIntegerField(blank=True, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, null=True)),
                        ("summary", models.CharField(blank=True, max_length=300)),
                        ("request_id", models.CharField(blank=True, max_length=32)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="log_entries",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="log_entries",
                                to="crm.jobrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "log entries",
                        "ordering": ["-at", "-id"],
                        "indexes": [
                            models.Index(fields=["contact_id", "-at"], name="crm_logentry_contact_at"),
                            models.Index(fields=["model", "object_id", "-at"], name="crm_logentry_object_at"),
                            models.Index(fields=["-at"], name="crm_logentry_at"),
                            models.Index(fields=["actor", "-at"], name="crm_logentry_actor_at"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailDraft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("to", models.CharField(blank=True, max_length=600)),
                        ("subject", models.CharField(blank=True, max_length=900)),
                        ("text", models.TextField(blank=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mail_drafts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-updated_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("author", "record_model", "record_id"), name="crm_maildraft_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailSlot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "mails",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                        ("reached", models.PositiveSmallIntegerField(default=0)),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="crm.mailchannel"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("channel", "number"), name="crm_mailslot_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("source_model", models.CharField(max_length=80)),
                        ("source_id", models.BigIntegerField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mentions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                        "indexes": [models.Index(fields=["contact_id"], name="crm_mention_contact")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source_model", "source_id", "user"), name="crm_mention_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_model", models.CharField(blank=True, default="", editable=False, max_length=80)),
                        ("record_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("contact_id", models.BigIntegerField(blank=True, editable=False, null=True)),
                        ("text", models.TextField()),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="notes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                        "indexes": [
                            models.Index(fields=["contact_id", "-created_at"], name="crm_note_contact"),
                            models.Index(fields=["record_model", "record_id", "-created_at"], name="crm_note_record"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
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
                                    ("mention", "Mention"),
                                    ("task", "Task given"),
                                    ("reminder", "Reminder"),
                                    ("approval", "Approval"),
                                    ("answer", "Answer of a customer"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("title", models.CharField(max_length=300)),
                        ("text", models.TextField(blank=True)),
                        ("url", models.CharField(max_length=300)),
                        ("key", models.CharField(max_length=200, unique=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                        "indexes": [
                            models.Index(fields=["user", "-created_at", "-id"], name="crm_notice_user"),
                            models.Index(
                                condition=models.Q(("read_at", None)), fields=["user"], name="crm_notice_unread"
                            ),
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["channel", "priority", "due_at", "id"],
                        name="crm_mail_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(
                        condition=models.Q(("state__in", ["queued", "sent"]), _negated=True),
                        fields=["state", "-id"],
                        name="crm_mail_state",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(
                        condition=models.Q(("actor__isnull", False)), fields=["actor", "-id"], name="crm_mail_actor"
                    ),
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(
                        condition=models.Q(("contact_id__isnull", False)),
                        fields=["contact_id", "-id"],
                        name="crm_mail_contact",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(fields=["message_id"], name="crm_mail_message_id"),
                ),
                migrations.AddIndex(
                    model_name="outgoingmail",
                    index=models.Index(
                        condition=models.Q(("object_id__isnull", False)),
                        fields=["object_model", "object_id"],
                        name="crm_mail_object",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outgoingmail",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("key__isnull", False)), fields=("key",), name="crm_mail_key_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outgoingmail",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="crm_mail_sent_has_a_moment",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outgoingmail",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "in_flight"), _negated=True),
                            ("claimed_slot__isnull", False),
                            _connector="OR",
                        ),
                        name="crm_mail_in_flight_has_a_slot",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("state", "taken")), fields=["mailbox", "id"], name="crm_incoming_due"
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("state", "quarantined")), fields=["-id"], name="crm_incoming_parked"
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(fields=["outcome", "-id"], name="crm_incoming_outcome"),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(fields=["mailbox", "-id"], name="crm_incoming_mailbox"),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(fields=["received_at"], name="crm_incoming_received"),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(fields=["from_address", "received_at"], name="crm_incoming_sender"),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("message_id", ""), _negated=True),
                        fields=["message_id"],
                        name="crm_incoming_message_id",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("thread", ""), _negated=True), fields=["thread"], name="crm_incoming_thread"
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("contact_id__isnull", False)),
                        fields=["contact_id", "-id"],
                        name="crm_incoming_contact",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("owner__isnull", False)), fields=["owner", "-id"], name="crm_incoming_owner"
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("answers__isnull", False)), fields=["answers"], name="crm_incoming_answers"
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("duplicate_of__isnull", False)),
                        fields=["duplicate_of"],
                        name="crm_incoming_duplicate",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("object_id__isnull", False)),
                        fields=["object_model", "object_id"],
                        name="crm_incoming_object",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("record_id__isnull", False)),
                        fields=["record_model", "record_id", "-id"],
                        name="crm_incoming_record",
                    ),
                ),
                migrations.AddIndex(
                    model_name="incomingmail",
                    index=models.Index(
                        condition=models.Q(("bounced_address", ""), _negated=True),
                        fields=["bounced_address", "-id"],
                        name="crm_incoming_bounced",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="incomingmail",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("fingerprint", ""), _negated=True), ("duplicate_of__isnull", True)
                        ),
                        fields=("fingerprint",),
                        name="crm_incoming_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="incomingmail",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("outcome", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="crm_incoming_done_has_outcome",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(fields=["table_name", "row_id", "id"], name="crm_rowchange_row"),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(
                        condition=models.Q(("parent_id__isnull", False)),
                        fields=["table_name", "parent_id", "id"],
                        name="crm_rowchange_parent",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(
                        condition=models.Q(("operation", "I")),
                        fields=["table_name", "row_id"],
                        name="crm_rowchange_made",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(
                        condition=models.Q(("job__isnull", False)), fields=["job", "id"], name="crm_rowchange_job"
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(
                        condition=models.Q(("request_id", ""), _negated=True),
                        fields=["request_id", "id"],
                        name="crm_rowchange_request",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=models.Index(
                        condition=models.Q(("actor__isnull", False)), fields=["actor", "id"], name="crm_rowchange_actor"
                    ),
                ),
                migrations.AddIndex(
                    model_name="rowchange",
                    index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="crm_rowchange_at"),
                ),
                migrations.AddIndex(
                    model_name="share",
                    index=models.Index(fields=["model", "object_id"], name="crm_share_record"),
                ),
                migrations.AddConstraint(
                    model_name="share",
                    constraint=models.UniqueConstraint(fields=("user", "model", "object_id"), name="crm_share_once"),
                ),
                migrations.AddIndex(
                    model_name="jobrun",
                    index=models.Index(fields=["state", "due_at"], name="crm_jobrun_state_due"),
                ),
                migrations.AddIndex(
                    model_name="jobrun",
                    index=models.Index(fields=["actor", "-created_at"], name="crm_jobrun_actor_created"),
                ),
                migrations.AddIndex(
                    model_name="importrun",
                    index=models.Index(fields=["actor", "-created_at"], name="crm_importrun_actor"),
                ),
                migrations.AddIndex(
                    model_name="attachment",
                    index=models.Index(fields=["contact_id", "-created_at"], name="crm_attachment_contact"),
                ),
                migrations.AddIndex(
                    model_name="attachment",
                    index=models.Index(
                        fields=["record_model", "record_id", "-created_at"], name="crm_attachment_record"
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["owner", "due_on", "id"],
                        name="crm_task_owner_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("done_at__isnull", False)),
                        fields=["owner", "-done_at"],
                        name="crm_task_owner_done",
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(fields=["contact_id", "-created_at"], name="crm_task_contact"),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(fields=["record_model", "record_id"], name="crm_task_record"),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("done_at", None), ("remind_at__isnull", False), ("reminded_at", None)),
                        fields=["remind_at"],
                        name="crm_task_remind",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("due_at", None), ("due_on__isnull", False), _connector="OR"),
                        name="crm_task_a_time_has_a_day",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("rule", ""), ("due_on__isnull", False), _connector="OR"),
                        name="crm_task_a_rule_has_a_day",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="team",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="crm_team_not_its_own_parent",
                        violation_error_message="A team cannot stand below itself.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="savedview",
                    index=models.Index(fields=["list_name", "owner"], name="crm_savedview_list_owner"),
                ),
                migrations.AddIndex(
                    model_name="savedview",
                    index=models.Index(fields=["list_name", "team"], name="crm_savedview_list_team"),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("owner", "list_name"),
                        name="crm_savedview_one_default",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("role", ""), _negated=True),
                        fields=("role", "list_name"),
                        name="crm_savedview_one_of_a_role",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="user",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="crm_user_email_once",
                        violation_error_message="A person with this e-mail address is already here.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="territory",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="crm_territory_not_its_own_parent",
                        violation_error_message="A territory cannot stand below itself.",
                    ),
                ),
            ]
        ),
    ]
