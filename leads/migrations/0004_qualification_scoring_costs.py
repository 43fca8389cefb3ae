import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_capture_and_conversion"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("is_needed", models.BooleanField(default=False, verbose_name="without a yes nobody is qualified")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "found",
                    models.CharField(choices=[("yes", "Yes"), ("no", "No"), ("open", "Not known")], max_length=8),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="leads.checklistitem"
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
            name="LeadCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(blank=True, max_length=120)),
                ("list_name", models.CharField(blank=True, max_length=120, verbose_name="list")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, validators=[django.core.validators.MinValueValidator(0)]
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
            name="ScoreRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        choices=[("in", "from the customer"), ("out", "to the customer")], default="in", max_length=4
                    ),
                ),
                (
                    "half_life_days",
                    models.PositiveIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)]),
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
        migrations.AddConstraint(
            model_name="checklistanswer",
            constraint=models.UniqueConstraint(fields=("lead", "item"), name="leads_answer_once"),
        ),
    ]
