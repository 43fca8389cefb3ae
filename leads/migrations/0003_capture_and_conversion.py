import django.contrib.postgres.fields
import django.db.models.deletion
import leads.models.capture
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0002_allocation"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaptureForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("submit_label", models.CharField(default="Send", max_length=60, verbose_name="words of the button")),
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
                ("consent_required", models.BooleanField(default=False, verbose_name="nobody gets on without consent")),
                (
                    "confirms",
                    models.BooleanField(default=False, verbose_name="confirm the address by a mail (double opt-in)"),
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
            name="Conversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="contacts.contact"
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
            name="CaptureSubmission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waits for its confirmation"), ("taken", "Became a lead")], max_length=12
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="submissions", to="leads.captureform"
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
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reversed_at", None)), fields=("lead",), name="leads_conversion_one_in_force"
            ),
        ),
        migrations.AddIndex(
            model_name="capturesubmission",
            index=models.Index(fields=["form", "ip_digest", "-created_at"], name="leads_submission_limit"),
        ),
        migrations.AddIndex(
            model_name="capturesubmission",
            index=models.Index(fields=["form", "-created_at", "-id"], name="leads_submission_newest"),
        ),
    ]
