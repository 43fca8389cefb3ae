import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import leads.models.capture
import leads.models.nurturing
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("leads", "0001_initial"),
        ("leads", "0002_allocation"),
        ("leads", "0003_capture_and_conversion"),
        ("leads", "0004_qualification_scoring_costs"),
        ("leads", "0005_call_lists"),
        ("leads", "0006_nurturing"),
        ("leads", "0007_nurturing_goes_with_its_lead"),
        ("leads", "0008_kept_sums"),
        ("leads", "0009_conditions"),
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
                    name="ChecklistItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("budget", "Budget"),
                                    ("authority", "Authority"),
                                    ("need", "Need"),
                                    ("timing", "Timing"),
                                ],
                                max_length=16,
                                verbose_name="about",
                            ),
                        ),
                        ("text", models.CharField(max_length=200, verbose_name="question")),
                        (
                            "markets",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("consumer", "Consumer"),
                                        ("business", "Business"),
                                        ("government", "Government"),
                                        ("international", "International"),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=list,
                                help_text="None: asked of all.",
                                size=None,
                            ),
                        ),
                        (
                            "is_needed",
                            models.BooleanField(default=False, verbose_name="without a yes nobody is qualified"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                    ],
                    options={
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="AllocationRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100)),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("segment", models.CharField(blank=True, editable=False, max_length=80)),
                        ("tree", models.JSONField(blank=True, default=dict, editable=False)),
                        (
                            "countries",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "sources",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "least_score",
                            models.SmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="score at least",
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
                            "by_territory",
                            models.BooleanField(default=False, verbose_name="only who looks after its territory"),
                        ),
                        (
                            "by_language",
                            models.BooleanField(default=False, verbose_name="only who speaks its language"),
                        ),
                        (
                            "respond_minutes",
                            models.PositiveIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(5)],
                                verbose_name="first touch within, minutes",
                            ),
                        ),
                        (
                            "reassigns",
                            models.BooleanField(
                                default=False, verbose_name="goes to the next one when the time is missed"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="orders.product",
                                verbose_name="interest",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="crm.territory",
                                verbose_name="in territory",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="AllocationTurn",
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
                                to="leads.allocationrule",
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
                    model_name="allocationrule",
                    name="people",
                    field=models.ManyToManyField(
                        related_name="+", through="leads.AllocationTurn", to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.CreateModel(
                    name="CallList",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("segment", models.CharField(blank=True, editable=False, max_length=80)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("closed_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="call_lists",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="call_lists",
                                to="crm.team",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="CaptureForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "token",
                            models.CharField(
                                default=leads.models.capture.form_token, editable=False, max_length=40, unique=True
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        ("title", models.CharField(max_length=160)),
                        ("intro", models.TextField(blank=True, verbose_name="introduction")),
                        ("fields", models.JSONField(blank=True, default=list, editable=False)),
                        (
                            "submit_label",
                            models.CharField(default="Send", max_length=60, verbose_name="words of the button"),
                        ),
                        (
                            "consent_wording",
                            models.TextField(
                                blank=True,
                                help_text="Empty: nothing is asked, and nothing may be mailed.",
                                verbose_name="wording of the consent",
                            ),
                        ),
                        (
                            "consent_purpose",
                            models.CharField(default="marketing", max_length=60, verbose_name="consent is for"),
                        ),
                        (
                            "consent_required",
                            models.BooleanField(default=False, verbose_name="nobody gets on without consent"),
                        ),
                        (
                            "confirms",
                            models.BooleanField(
                                default=False, verbose_name="confirm the address by a mail (double opt-in)"
                            ),
                        ),
                        ("thanks_title", models.CharField(default="Thank you", max_length=160)),
                        ("thanks_text", models.TextField(blank=True, default="We will be in touch.")),
                        ("source", models.CharField(default="Web form", max_length=120)),
                        (
                            "list_kind",
                            models.CharField(
                                choices=[("response", "Response list"), ("compiled", "Compiled list")],
                                default="response",
                                max_length=16,
                            ),
                        ),
                        ("list_name", models.CharField(blank=True, max_length=120, verbose_name="list")),
                        ("campaign", models.CharField(blank=True, max_length=120)),
                        (
                            "allowed_sites",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                help_text="Sites that may show it in a frame.",
                                size=None,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.product",
                                verbose_name="interest",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Intake",
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
                                help_text="Empty: as many as come.",
                                null=True,
                                verbose_name="open leads at most",
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "workdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                            ),
                        ),
                        ("works_from", models.TimeField(blank=True, null=True)),
                        ("works_until", models.TimeField(blank=True, null=True)),
                        ("away_from", models.DateField(blank=True, null=True)),
                        (
                            "away_until",
                            models.DateField(blank=True, null=True, verbose_name="away until (the last day)"),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="intake",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["user__name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Lead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        ("name", models.CharField(max_length=300)),
                        ("first_name", models.CharField(blank=True, max_length=150)),
                        ("last_name", models.CharField(blank=True, max_length=150)),
                        ("organization", models.CharField(blank=True, max_length=300)),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        ("phone", models.CharField(blank=True, max_length=60)),
                        ("city", models.CharField(blank=True, max_length=150)),
                        ("postal_code", models.CharField(blank=True, max_length=32)),
                        ("country", models.CharField(blank=True, max_length=80)),
                        ("language", models.CharField(blank=True, max_length=8)),
                        ("industry", models.CharField(blank=True, max_length=120)),
                        (
                            "market",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("consumer", "Consumer"),
                                    ("business", "Business"),
                                    ("government", "Government"),
                                    ("international", "International"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("message", models.TextField(blank=True)),
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
                            "list_name",
                            models.CharField(
                                blank=True,
                                help_text="The list it was bought or gathered in.",
                                max_length=120,
                                verbose_name="list",
                            ),
                        ),
                        ("campaign", models.CharField(blank=True, max_length=120)),
                        ("utm_source", models.CharField(blank=True, max_length=120)),
                        ("utm_medium", models.CharField(blank=True, max_length=120)),
                        ("utm_campaign", models.CharField(blank=True, max_length=120)),
                        ("utm_term", models.CharField(blank=True, max_length=120)),
                        ("utm_content", models.CharField(blank=True, max_length=120)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("working", "Working"),
                                    ("nurturing", "Not yet"),
                                    ("qualified", "Qualified"),
                                    ("converted", "Converted"),
                                    ("disqualified", "Disqualified"),
                                ],
                                default="new",
                                max_length=16,
                            ),
                        ),
                        ("status_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "lost_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("no need", "No need"),
                                    ("no budget", "No budget"),
                                    ("no authority", "Not the one who decides"),
                                    ("competitor", "Chose a competitor"),
                                    ("no answer", "Never reached"),
                                    ("bad data", "Wrong number or address"),
                                    ("spam", "Spam"),
                                    ("other", "Another reason"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "recycle_on",
                            models.DateField(
                                blank=True, help_text="The day on which it is worked on again.", null=True
                            ),
                        ),
                        ("converted", models.BooleanField(blank=True, editable=False, null=True)),
                        ("converted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("qualified_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("lost_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("assigned_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("respond_by", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("first_touch_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("last_touch_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("score", models.SmallIntegerField(blank=True, editable=False, null=True)),
                        (
                            "hand_score",
                            models.SmallIntegerField(
                                blank=True,
                                editable=False,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                            ),
                        ),
                        ("custom", models.JSONField(blank=True, default=dict)),
                        ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="came in")),
                        ("added_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=300)),
                        ("search_text", models.TextField(default="", editable=False)),
                        ("email_key", models.CharField(default="", editable=False, max_length=254)),
                        ("phone_key", models.CharField(default="", editable=False, max_length=60)),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to="orders.product",
                                verbose_name="interest",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to="crm.team",
                            ),
                        ),
                        (
                            "territory",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="leads",
                                to="crm.territory",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Conversion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_contact", models.BooleanField(default=False)),
                        ("made_organization", models.BooleanField(default=False)),
                        ("record_model", models.CharField(blank=True, max_length=80)),
                        ("record_id", models.BigIntegerField(null=True)),
                        ("status_before", models.CharField(max_length=16)),
                        ("qualified_before", models.DateTimeField(null=True)),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("reversed_at", models.DateTimeField(null=True)),
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
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="conversions",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "contact_before",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="conversions", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ChecklistAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "found",
                            models.CharField(
                                choices=[("yes", "Yes"), ("no", "No"), ("open", "Not known")], max_length=8
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("at", models.DateTimeField(auto_now=True)),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="leads.checklistitem",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["item__position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="CaptureSubmission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waits for its confirmation"), ("taken", "Became a lead")],
                                max_length=12,
                            ),
                        ),
                        ("values", models.JSONField(default=dict)),
                        ("utm", models.JSONField(default=dict)),
                        ("has_consent", models.BooleanField(default=False)),
                        ("wording", models.TextField(blank=True)),
                        ("ip_digest", models.CharField(editable=False, max_length=64)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("confirmed_at", models.DateTimeField(null=True)),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="submissions",
                                to="leads.captureform",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="submissions",
                                to="leads.lead",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="CallEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waits"), ("done", "Done"), ("skipped", "Left out")],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("outcome", models.CharField(blank=True, max_length=80)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("again_at", models.DateTimeField(null=True)),
                        ("taken_at", models.DateTimeField(null=True)),
                        ("called_at", models.DateTimeField(null=True)),
                        (
                            "taken_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "call_list",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="leads.calllist"
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="call_entries",
                                to="leads.lead",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "call entries",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="LeadAssignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("why", models.CharField(max_length=300)),
                        ("is_missed", models.BooleanField(default=False)),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="leads.lead"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "owner_before",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="leads.allocationrule",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="LeadCost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=120)),
                        ("list_name", models.CharField(blank=True, max_length=120, verbose_name="list")),
                        (
                            "amount",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=18,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="from")),
                        ("ends_on", models.DateField(verbose_name="until (the last day)")),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-starts_on", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="leads_cost_ends_after_its_start",
                                violation_error_message="It cannot end before it starts.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadSum",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
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
                    },
                ),
                migrations.CreateModel(
                    name="LeadTouch",
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
                        ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("subject", models.CharField(blank=True, max_length=200)),
                        ("body", models.TextField(blank=True)),
                        ("outcome", models.CharField(blank=True, max_length=80)),
                        ("duration_seconds", models.PositiveIntegerField(blank=True, null=True)),
                        ("details", models.JSONField(blank=True, default=dict)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="touches", to="leads.lead"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="lead_touches",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "lead touches",
                        "ordering": ["-occurred_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="OptOut",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("email_key", models.CharField(max_length=254)),
                        ("purpose", models.CharField(max_length=60)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING, related_name="opt_outs", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100)),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("fit", "Who they are"), ("engagement", "What they do")],
                                max_length=16,
                                verbose_name="for",
                            ),
                        ),
                        (
                            "points",
                            models.SmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(-100),
                                    django.core.validators.MaxValueValidator(100),
                                ]
                            ),
                        ),
                        ("segment", models.CharField(blank=True, editable=False, max_length=80)),
                        ("tree", models.JSONField(blank=True, default=dict, editable=False)),
                        (
                            "channel",
                            models.CharField(
                                blank=True,
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
                                default="in",
                                max_length=4,
                            ),
                        ),
                        (
                            "half_life_days",
                            models.PositiveIntegerField(
                                default=30, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                    ],
                    options={
                        "ordering": ["position", "name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("points", 0), _negated=True), name="leads_score_rule_says_something"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Sequence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "purpose",
                            models.CharField(default="marketing", max_length=60, verbose_name="its mails are for"),
                        ),
                        (
                            "workdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(),
                                default=leads.models.nurturing.workdays,
                                size=None,
                            ),
                        ),
                        ("sends_from", models.TimeField(default=datetime.time(9, 0), verbose_name="from")),
                        ("sends_until", models.TimeField(default=datetime.time(17, 0), verbose_name="until")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("sends_until__gt", models.F("sends_from"))),
                                name="leads_sequence_hours",
                                violation_error_message="The hours end after they begin.",
                            )
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="captureform",
                    name="sequence",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="forms",
                        to="leads.sequence",
                    ),
                ),
                migrations.CreateModel(
                    name="SequenceStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("mail", "Mail, sent by itself"),
                                    ("call", "Task: call"),
                                    ("write", "Task: write a mail"),
                                    ("todo", "Task: anything else"),
                                ],
                                default="mail",
                                max_length=8,
                            ),
                        ),
                        (
                            "wait_days",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[django.core.validators.MaxValueValidator(365)],
                                verbose_name="after days",
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("text", models.TextField(blank=True)),
                        (
                            "condition",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Everybody"),
                                    ("segment", "Leads in the segment"),
                                    ("others", "Leads not in the segment"),
                                    ("score", "A score of at least"),
                                    ("low", "A score below"),
                                    ("clicked", "Who clicked a link since they came in"),
                                    ("quiet", "Who clicked no link since they came in"),
                                    ("skipped", "Whose step before was skipped"),
                                ],
                                max_length=8,
                                verbose_name="only for",
                            ),
                        ),
                        (
                            "threshold",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)]
                            ),
                        ),
                        ("segment", models.CharField(blank=True, editable=False, max_length=80)),
                        ("tree", models.JSONField(blank=True, default=dict, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("removed_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "sequence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="leads.sequence"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Enrolment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("active", "Running"),
                                    ("paused", "Paused"),
                                    ("finished", "Finished"),
                                    ("stopped", "Stopped"),
                                ],
                                default="active",
                                max_length=8,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("replied", "They answered"),
                                    ("qualified", "Qualified"),
                                    ("converted", "Converted"),
                                    ("lost", "Not pursued"),
                                    ("unsubscribed", "They said no"),
                                    ("archived", "Archived"),
                                    ("hand", "By hand"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[("hand", "by hand"), ("bulk", "from the list"), ("form", "by a form")],
                                default="hand",
                                max_length=8,
                            ),
                        ),
                        ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("since", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("last_at", models.DateTimeField(null=True)),
                        ("next_at", models.DateTimeField(null=True)),
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
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="enrolments", to="leads.lead"
                            ),
                        ),
                        (
                            "sequence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="enrolments",
                                to="leads.sequence",
                            ),
                        ),
                        (
                            "last_step",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="leads.sequencestep",
                            ),
                        ),
                        (
                            "next_step",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="leads.sequencestep",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-started_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="SequenceTouch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("sent", "Mail sent"),
                                    ("task", "Task given"),
                                    ("skipped", "Skipped"),
                                    ("passed", "Not for them"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("why", models.CharField(blank=True, max_length=300)),
                        ("mail_id", models.BigIntegerField(null=True)),
                        ("task_id", models.BigIntegerField(null=True)),
                        (
                            "enrolment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="touches",
                                to="leads.enrolment",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="touches",
                                to="leads.sequencestep",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "sequence touches",
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.AddConstraint(
                    model_name="allocationturn",
                    constraint=models.UniqueConstraint(fields=("rule", "user"), name="leads_turn_once"),
                ),
                migrations.AddConstraint(
                    model_name="intake",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("works_from", None),
                            ("works_until", None),
                            ("works_until__gt", models.F("works_from")),
                            _connector="OR",
                        ),
                        name="leads_intake_hours",
                        violation_error_message="Work ends after it begins.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="intake",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("away_from", None),
                            ("away_until", None),
                            ("away_until__gte", models.F("away_from")),
                            _connector="OR",
                        ),
                        name="leads_intake_away",
                        violation_error_message="The last day away lies after the first.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["-created_at", "-id"], name="leads_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["owner", "-created_at", "-id"], name="leads_owner_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["team", "-created_at", "-id"], name="leads_team_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["status", "-created_at", "-id"], name="leads_status_newest"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["sort_name", "id"], name="leads_sort"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(fields=["score", "id"], name="leads_score"),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(
                        condition=models.Q(("contact__isnull", False)), fields=["contact"], name="leads_contact"
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(
                        condition=models.Q(("email_key", ""), _negated=True), fields=["email_key"], name="leads_email"
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(
                        condition=models.Q(("phone_key", ""), _negated=True), fields=["phone_key"], name="leads_phone"
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(
                        condition=models.Q(("first_touch_at", None), ("respond_by__isnull", False)),
                        fields=["respond_by"],
                        name="leads_respond_by",
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=models.Index(
                        condition=models.Q(("recycle_on__isnull", False)), fields=["recycle_on"], name="leads_recycle"
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="leads_search_trgm",
                    ),
                ),
                migrations.AddIndex(
                    model_name="lead",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", name="jsonb_path_ops"), name="leads_custom"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="conversion",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reversed_at", None)),
                        fields=("lead",),
                        name="leads_conversion_one_in_force",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="checklistanswer",
                    constraint=models.UniqueConstraint(fields=("lead", "item"), name="leads_answer_once"),
                ),
                migrations.AddIndex(
                    model_name="capturesubmission",
                    index=models.Index(fields=["form", "ip_digest", "-created_at"], name="leads_submission_limit"),
                ),
                migrations.AddIndex(
                    model_name="capturesubmission",
                    index=models.Index(fields=["form", "-created_at", "-id"], name="leads_submission_newest"),
                ),
                migrations.AddIndex(
                    model_name="callentry",
                    index=models.Index(fields=["call_list", "state", "position"], name="leads_call_next"),
                ),
                migrations.AddConstraint(
                    model_name="callentry",
                    constraint=models.UniqueConstraint(fields=("call_list", "lead"), name="leads_call_entry_once"),
                ),
                migrations.AddIndex(
                    model_name="leadassignment",
                    index=models.Index(fields=["lead", "-at", "-id"], name="leads_assignment_lead"),
                ),
                migrations.AddIndex(
                    model_name="leadsum",
                    index=models.Index(
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
                ),
                migrations.AddIndex(
                    model_name="leadsum",
                    index=models.Index(condition=models.Q(("is_folded", False)), fields=["key"], name="leads_sum_new"),
                ),
                migrations.AddIndex(
                    model_name="leadtouch",
                    index=models.Index(fields=["lead", "-occurred_at", "-id"], name="leads_touch_lead"),
                ),
                migrations.AddIndex(
                    model_name="optout",
                    index=models.Index(fields=["email_key", "purpose", "-at"], name="leads_opt_out_address"),
                ),
                migrations.AddIndex(
                    model_name="enrolment",
                    index=models.Index(
                        condition=models.Q(("state", "active")), fields=["next_at", "id"], name="leads_enrolment_due"
                    ),
                ),
                migrations.AddIndex(
                    model_name="enrolment",
                    index=models.Index(fields=["sequence", "state"], name="leads_enrolment_state"),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(fields=("sequence", "lead"), name="leads_enrolment_once"),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state__in", ("active", "paused"))),
                        fields=("lead",),
                        name="leads_enrolment_one_at_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state", "stopped"), ("reason", ""), _connector="XOR"),
                        name="leads_enrolment_says_why",
                    ),
                ),
                migrations.AddIndex(
                    model_name="sequencetouch",
                    index=models.Index(fields=["step", "result"], name="leads_sequence_touch_step"),
                ),
                migrations.AddConstraint(
                    model_name="sequencetouch",
                    constraint=models.UniqueConstraint(fields=("enrolment", "step"), name="leads_sequence_touch_once"),
                ),
            ]
        ),
    ]
