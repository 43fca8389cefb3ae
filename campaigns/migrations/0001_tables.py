import campaigns.models.campaigns
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("campaigns", "0001_campaigns"),
        ("campaigns", "0002_segment_moves"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="SendingRules",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "approval_above",
                            models.PositiveIntegerField(
                                default=1000, verbose_name="a second person approves above … people"
                            ),
                        ),
                        (
                            "most_mails",
                            models.PositiveSmallIntegerField(
                                default=4,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="campaign mails to one person",
                            ),
                        ),
                        (
                            "in_days",
                            models.PositiveSmallIntegerField(
                                default=7,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="in days",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "sending rules",
                    },
                ),
                migrations.CreateModel(
                    name="Variant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("is_control", models.BooleanField(default=False)),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        (
                            "share",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="Of those who are reached.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                            ),
                        ),
                        ("subject", models.CharField(blank=True, default="", max_length=200)),
                        (
                            "preheader",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="first words in the inbox"
                            ),
                        ),
                        ("blocks", models.JSONField(blank=True, default=list, editable=False)),
                    ],
                    options={
                        "ordering": ["is_control", "position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        (
                            "type",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("acquisition", "Acquisition"),
                                    ("trial", "Product trial"),
                                    ("cross_sell", "Cross-sell"),
                                    ("up_sell", "Up-sell"),
                                    ("retention", "Retention"),
                                    ("win_back", "Win-back"),
                                    ("reinforcement", "Reinforcement of a purchase"),
                                    ("loyalty", "Loyalty"),
                                    ("channel", "Distribution channel"),
                                ],
                                default="",
                                max_length=16,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("email", "E-mail"),
                                    ("post", "Direct mail"),
                                    ("phone", "Telephone"),
                                    ("sms", "SMS"),
                                    ("social", "Social networks"),
                                ],
                                default="email",
                                max_length=8,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("sending", "Sending"),
                                    ("paused", "Paused"),
                                    ("sent", "Sent"),
                                    ("over", "Over"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="planned",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        (
                            "goal",
                            models.TextField(
                                blank=True, default="", max_length=5000, verbose_name="what it is to reach"
                            ),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="from")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "budget_amount",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="budget"
                            ),
                        ),
                        (
                            "fixed_cost_amount",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="fixed costs"
                            ),
                        ),
                        (
                            "contact_cost_amount",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="cost a person",
                            ),
                        ),
                        (
                            "margin",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                help_text="Such as 0.3; empty: money is revenue.",
                                max_digits=5,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(1),
                                ],
                                verbose_name="margin of what is sold",
                            ),
                        ),
                        ("currency", models.CharField(default="EUR", max_length=3)),
                        (
                            "purpose",
                            models.CharField(default="marketing", max_length=60, verbose_name="its mails are for"),
                        ),
                        (
                            "control_share",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0.1"),
                                help_text="0.1: one in ten, drawn at random when it starts, and never changed.",
                                max_digits=4,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(Decimal("0.9")),
                                ],
                                verbose_name="kept out as control",
                            ),
                        ),
                        (
                            "sender_name",
                            models.CharField(blank=True, default="", max_length=120, verbose_name="in the name of"),
                        ),
                        ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="not before")),
                        ("approved_at", models.DateTimeField(editable=False, null=True)),
                        ("launched_at", models.DateTimeField(editable=False, null=True)),
                        ("seed", models.BigIntegerField(editable=False, null=True)),
                        (
                            "window_days",
                            models.PositiveSmallIntegerField(
                                default=14,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="counts for days",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        (
                            "sort_name",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Left(
                                    campaigns.models.campaigns.Folded(models.F("name")), 200
                                ),
                                output_field=models.CharField(max_length=200),
                            ),
                        ),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=campaigns.models.campaigns.Folded(models.F("name")),
                                output_field=models.TextField(),
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
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
                                related_name="campaigns",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-starts_on", "name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Hit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("recipient_id", models.BigIntegerField()),
                        ("campaign_id", models.BigIntegerField()),
                        ("kind", models.CharField(choices=[("open", "opened"), ("click", "clicked")], max_length=8)),
                        ("url", models.CharField(blank=True, default="", max_length=1500)),
                        ("at", models.DateTimeField()),
                        ("user_agent", models.CharField(blank=True, default="", max_length=200)),
                        ("is_bot", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                        "indexes": [
                            models.Index(fields=["recipient_id", "at"], name="campaigns_hit_recipient"),
                            models.Index(fields=["campaign_id", "kind", "at"], name="campaigns_hit_campaign"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResponseScore",
                    fields=[
                        ("run_id", models.BigIntegerField()),
                        ("as_of", models.DateField()),
                        (
                            "contact",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="propensity",
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
                            models.Index(fields=["probability", "contact"], name="campaigns_response_probability")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Segment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("description", models.TextField(blank=True, default="", max_length=2000)),
                        ("filter", models.JSONField(blank=True, default=dict, editable=False)),
                        ("is_fixed", models.BooleanField(default=False, verbose_name="fixed")),
                        ("size", models.PositiveIntegerField(editable=False, null=True)),
                        ("counted_at", models.DateTimeField(editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        (
                            "sort_name",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Left(
                                    campaigns.models.campaigns.Folded(models.F("name")), 120
                                ),
                                output_field=models.CharField(max_length=120),
                            ),
                        ),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=campaigns.models.campaigns.Folded(models.F("name")),
                                output_field=models.TextField(),
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="segments",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="CampaignSegment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_excluded", models.BooleanField(default=False)),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="audience",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="campaigns.segment",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SegmentMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("entered_at", models.DateTimeField()),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="segment_places",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="members",
                                to="campaigns.segment",
                            ),
                        ),
                    ],
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
                        ("has_entered", models.BooleanField()),
                        ("at", models.DateTimeField()),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="segment_moves",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "segment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="moves",
                                to="campaigns.segment",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="VariantTally",
                    fields=[
                        (
                            "variant",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="tally",
                                serialize=False,
                                to="campaigns.variant",
                            ),
                        ),
                        ("n", models.PositiveIntegerField(default=0)),
                        ("sent", models.PositiveIntegerField(default=0)),
                        ("opened", models.PositiveIntegerField(null=True)),
                        ("clicked", models.PositiveIntegerField(null=True)),
                        ("responded", models.PositiveIntegerField(null=True)),
                        ("converted", models.PositiveIntegerField(null=True)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                        ("amount_squares", models.FloatField(null=True)),
                        ("buyers", models.PositiveIntegerField(null=True)),
                        ("first_sent_at", models.DateTimeField(null=True)),
                        ("last_sent_at", models.DateTimeField(null=True)),
                        ("counted_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "verbose_name_plural": "variant tallies",
                    },
                ),
                migrations.AddField(
                    model_name="variant",
                    name="campaign",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="campaigns.campaign"
                    ),
                ),
                migrations.CreateModel(
                    name="Recipient",
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
                                    ("past", "from a file"),
                                    ("control", "control group"),
                                    ("waiting", "waiting"),
                                    ("handed", "on its way"),
                                    ("sent", "sent"),
                                    ("failed", "failed"),
                                    ("uncertain", "uncertain"),
                                    ("left_out", "left out"),
                                    ("cancelled", "called back"),
                                ],
                                default="past",
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, default="", max_length=60)),
                        ("mail_id", models.BigIntegerField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("opened", models.BooleanField(null=True)),
                        ("clicked", models.BooleanField(null=True)),
                        ("responded", models.BooleanField(null=True)),
                        ("converted", models.BooleanField(null=True)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ("opened_at", models.DateTimeField(null=True)),
                        ("clicked_at", models.DateTimeField(null=True)),
                        ("responded_at", models.DateTimeField(null=True)),
                        ("converted_at", models.DateTimeField(null=True)),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="recipients",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="campaign_places",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "variant",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="recipients",
                                to="campaigns.variant",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["campaign", "id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="campaign",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                        name="campaigns_campaign_search",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="campaign",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="campaigns_campaign_name",
                        violation_error_message="There is a campaign of this name already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="campaign",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("starts_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="campaigns_campaign_days",
                        violation_error_message="It ends after it begins.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="segment",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                        name="campaigns_segment_search",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="segment",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="campaigns_segment_name",
                        violation_error_message="There is a segment of this name already.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="campaignsegment",
                    constraint=models.UniqueConstraint(fields=("campaign", "segment"), name="campaigns_audience_once"),
                ),
                migrations.AddConstraint(
                    model_name="segmentmember",
                    constraint=models.UniqueConstraint(
                        fields=("segment", "contact"), name="campaigns_segmentmember_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="segmentmove",
                    index=models.Index(fields=["segment", "-at"], name="campaigns_segmentmove_when"),
                ),
                migrations.AddConstraint(
                    model_name="variant",
                    constraint=models.UniqueConstraint(
                        models.F("campaign"),
                        django.db.models.functions.text.Lower("name"),
                        name="campaigns_variant_name",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="variant",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_control", True)),
                        fields=("campaign",),
                        name="campaigns_variant_one_control",
                    ),
                ),
                migrations.AddIndex(
                    model_name="recipient",
                    index=models.Index(fields=["variant", "contact"], name="campaigns_recipient_variant"),
                ),
                migrations.AddIndex(
                    model_name="recipient",
                    index=models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["campaign", "id"],
                        name="campaigns_recipient_waiting",
                    ),
                ),
                migrations.AddIndex(
                    model_name="recipient",
                    index=models.Index(
                        condition=models.Q(("state", "handed")),
                        fields=["campaign", "mail_id"],
                        name="campaigns_recipient_handed",
                    ),
                ),
                migrations.AddIndex(
                    model_name="recipient",
                    index=models.Index(fields=["contact", "sent_at"], name="campaigns_recipient_contact"),
                ),
                migrations.AddConstraint(
                    model_name="recipient",
                    constraint=models.UniqueConstraint(fields=("campaign", "contact"), name="campaigns_recipient_once"),
                ),
                migrations.AddConstraint(
                    model_name="recipient",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("external_id__isnull", False)),
                        fields=("external_id",),
                        name="campaigns_recipient_external_id",
                    ),
                ),
            ]
        ),
    ]
