import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AllocationRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        choices=[("round robin", "Each in turn"), ("least busy", "Who has the fewest open leads")],
                        default="round robin",
                        max_length=16,
                        verbose_name="whose turn",
                    ),
                ),
                ("by_territory", models.BooleanField(default=False, verbose_name="only who looks after its territory")),
                ("by_language", models.BooleanField(default=False, verbose_name="only who speaks its language")),
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
                    models.BooleanField(default=False, verbose_name="goes to the next one when the time is missed"),
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_at", models.DateTimeField(editable=False, null=True)),
                ("order", models.BigIntegerField(default=0, editable=False)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="leads.allocationrule"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
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
            field=models.ManyToManyField(related_name="+", through="leads.AllocationTurn", to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True, help_text="Empty: as many as come.", null=True, verbose_name="open leads at most"
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
                ("away_until", models.DateField(blank=True, null=True, verbose_name="away until (the last day)")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="intake", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["user__name", "id"],
            },
        ),
        migrations.CreateModel(
            name="LeadAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            model_name="leadassignment",
            index=models.Index(fields=["lead", "-at", "-id"], name="leads_assignment_lead"),
        ),
    ]
