import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from crm.database.tables import CreateTables


class Migration(migrations.Migration):
    initial = True
    # what came before these tables were made in one go: a database that has all of it has these
    replaces = [
        ("feedback", "0001_initial"),
    ]
    dependencies = [
        ("contacts", "0001_tables"),
        ("orders", "0001_tables"),
        ("service", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="NpsStanding",
                    fields=[
                        (
                            "contact",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="nps",
                                serialize=False,
                                to="contacts.contact",
                            ),
                        ),
                        ("score", models.SmallIntegerField()),
                        (
                            "nps_group",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(score__gte=9, then=models.Value("promoter")),
                                    models.When(score__lte=6, then=models.Value("detractor")),
                                    models.When(score__isnull=False, then=models.Value("passive")),
                                    default=models.Value(""),
                                    output_field=models.CharField(max_length=9),
                                ),
                                output_field=models.CharField(max_length=9),
                            ),
                        ),
                        ("told_at", models.DateTimeField()),
                        ("answers", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["score", "contact"], name="feedback_standing_score"),
                            models.Index(fields=["nps_group", "contact"], name="feedback_standing_group"),
                            models.Index(fields=["told_at", "contact"], name="feedback_standing_told"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Survey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("nps", "Net promoter score"),
                                    ("csat", "Satisfaction after a ticket"),
                                    ("trust", "Trust and commitment"),
                                    ("delight", "Customer delight"),
                                    ("value", "Customer value"),
                                    ("wallet", "Share of wallet"),
                                    ("attributes", "Attributes, importance, competitors"),
                                    ("review", "Review of a product, for publishing"),
                                    ("own", "Own questions"),
                                ],
                                default="own",
                                max_length=12,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "Draft"), ("open", "Open"), ("closed", "Closed")],
                                default="draft",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        ("title", models.CharField(blank=True, default="", max_length=200)),
                        ("intro", models.TextField(blank=True, default="")),
                        ("thanks", models.TextField(blank=True, default="")),
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
                                    ("pl", "Polski"),
                                    ("pt", "Português"),
                                ],
                                default="en",
                                max_length=5,
                            ),
                        ),
                        ("translations", models.JSONField(blank=True, default=dict, editable=False)),
                        (
                            "open_token",
                            models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True),
                        ),
                        (
                            "trigger",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Nothing: it is sent by hand"),
                                    ("ticket", "A ticket was solved"),
                                    ("order", "An order came in"),
                                ],
                                default="",
                                max_length=8,
                                verbose_name="sent after",
                            ),
                        ),
                        ("triggers_from", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("wait_days", models.PositiveSmallIntegerField(default=1, verbose_name="days later")),
                        (
                            "fatigue_days",
                            models.PositiveSmallIntegerField(default=60, verbose_name="not again within days"),
                        ),
                        (
                            "link_days",
                            models.PositiveSmallIntegerField(default=30, verbose_name="link is good for days"),
                        ),
                        (
                            "follows_up",
                            models.BooleanField(default=True, verbose_name="unhappy customers become tickets"),
                        ),
                        (
                            "mail_subject",
                            models.CharField(
                                blank=True, default="", max_length=200, verbose_name="subject of the mail"
                            ),
                        ),
                        ("mail_text", models.TextField(blank=True, default="", verbose_name="text of the mail")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("sort_name", models.CharField(default="", editable=False, max_length=300)),
                        ("search_text", models.TextField(default="", editable=False)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="surveys",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["sort_name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Response",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("place", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "via",
                            models.CharField(
                                choices=[("link", "Personal link"), ("open", "Open link"), ("file", "Imported")],
                                default="file",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        ("language", models.CharField(blank=True, default="", editable=False, max_length=5)),
                        ("sender_digest", models.CharField(blank=True, default="", editable=False, max_length=64)),
                        ("stamp", models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True)),
                        ("nps", models.SmallIntegerField(blank=True, editable=False, null=True)),
                        (
                            "nps_group",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(nps__gte=9, then=models.Value("promoter")),
                                    models.When(nps__lte=6, then=models.Value("detractor")),
                                    models.When(nps__isnull=False, then=models.Value("passive")),
                                    default=models.Value(""),
                                    output_field=models.CharField(max_length=9),
                                ),
                                output_field=models.CharField(max_length=9),
                            ),
                        ),
                        ("comment", models.TextField(blank=True, default="", editable=False)),
                        ("search_text", models.TextField(blank=True, default="", editable=False)),
                        (
                            "tags",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("product", "Product"),
                                        ("price", "Price"),
                                        ("place", "Place"),
                                        ("promotion", "Promotion"),
                                        ("people", "People"),
                                        ("process", "Process"),
                                        ("physical", "Physical evidence"),
                                    ],
                                    max_length=12,
                                ),
                                blank=True,
                                default=list,
                                editable=False,
                                size=None,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "told_at",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.comparison.Coalesce("answered_at", "created_at"),
                                output_field=models.DateTimeField(),
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "follow_up",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="of_response",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.order",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="orders.product",
                            ),
                        ),
                        (
                            "tagged_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="feedback.survey",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-told_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Question",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                        ("text", models.CharField(max_length=300)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("rating", "Rating"),
                                    ("nps", "Likelihood to recommend, 0 to 10"),
                                    ("choice", "Choice"),
                                    ("text", "Text"),
                                    ("number", "Number"),
                                    ("matrix", "Matrix of ratings"),
                                ],
                                default="rating",
                                max_length=8,
                            ),
                        ),
                        (
                            "dimension",
                            models.CharField(
                                choices=[
                                    ("performance", "Performance"),
                                    ("importance", "Importance"),
                                    ("competitor", "A competitor's performance"),
                                    ("expectation", "Expectation"),
                                    ("benefit", "Benefit"),
                                    ("cost", "Cost"),
                                    ("nps", "Likelihood to recommend"),
                                    ("overall", "Overall satisfaction"),
                                    ("intention", "Intention"),
                                    ("other", "Other"),
                                ],
                                default="other",
                                max_length=12,
                            ),
                        ),
                        ("competitor", models.CharField(blank=True, default="", max_length=120)),
                        ("low", models.SmallIntegerField(default=1)),
                        ("high", models.SmallIntegerField(default=5)),
                        ("low_label", models.CharField(blank=True, default="", max_length=60)),
                        ("high_label", models.CharField(blank=True, default="", max_length=60)),
                        (
                            "choices",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                            ),
                        ),
                        ("is_required", models.BooleanField(default=False)),
                        ("is_asked", models.BooleanField(default=True)),
                        (
                            "matrix",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="feedback.question",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="questions",
                                to="feedback.survey",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["survey", "position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=60)),
                        ("asked_at", models.DateTimeField(auto_now_add=True)),
                        ("expires_at", models.DateTimeField()),
                        (
                            "not_asked",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("fatigue", "Asked not long ago"),
                                    ("permission", "May not be written to"),
                                    ("address", "No address that can be written to"),
                                    ("asked", "Was asked by this survey already"),
                                ],
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("address", models.CharField(blank=True, default="", max_length=320)),
                        (
                            "agent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="survey_invitations",
                                to="contacts.contact",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.order",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="service.ticket",
                            ),
                        ),
                        (
                            "response",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="invitation",
                                to="feedback.response",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to="feedback.survey",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-asked_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="TouchPoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("before", "Before the purchase"),
                                    ("during", "During the purchase"),
                                    ("after", "After the purchase"),
                                ],
                                default="during",
                                max_length=8,
                            ),
                        ),
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
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=1)),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("name"), name="feedback_touchpoint_name"
                            )
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="survey",
                    name="touch_point",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="surveys",
                        to="feedback.touchpoint",
                    ),
                ),
                migrations.AddField(
                    model_name="response",
                    name="touch_point",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="responses",
                        to="feedback.touchpoint",
                    ),
                ),
                migrations.CreateModel(
                    name="Answer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("value", models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True)),
                        ("choice", models.CharField(blank=True, default="", max_length=200)),
                        ("comment", models.TextField(blank=True, default="")),
                        ("external_id", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                        (
                            "question",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="feedback.question",
                            ),
                        ),
                        (
                            "response",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="feedback.response",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["response", "question__position", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("response", "question"), name="feedback_answer_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rating", models.PositiveSmallIntegerField()),
                        ("text", models.TextField(blank=True, default="")),
                        ("shown_name", models.CharField(blank=True, default="", max_length=80)),
                        ("written_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "To be looked at"),
                                    ("published", "Published"),
                                    ("refused", "Not published"),
                                ],
                                default="waiting",
                                editable=False,
                                max_length=9,
                            ),
                        ),
                        ("reply", models.TextField(blank=True, default="")),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="contacts.contact",
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
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="orders.product",
                            ),
                        ),
                        (
                            "response",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="review",
                                to="feedback.response",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-written_at", "-id"],
                        "indexes": [
                            models.Index(fields=["state", "-written_at", "-id"], name="feedback_review_state"),
                            models.Index(fields=["product", "state", "-written_at"], name="feedback_review_product"),
                            models.Index(fields=["contact"], name="feedback_review_contact"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rating__gte", 1), ("rating__lte", 5)),
                                name="feedback_review_rating",
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="question",
                    constraint=models.UniqueConstraint(
                        models.F("survey"),
                        django.db.models.functions.text.Lower("text"),
                        models.F("dimension"),
                        django.db.models.functions.text.Lower("competitor"),
                        name="feedback_question_once",
                    ),
                ),
                migrations.AddIndex(
                    model_name="invitation",
                    index=models.Index(fields=["contact", "-asked_at"], name="feedback_invitation_contact"),
                ),
                migrations.AddIndex(
                    model_name="invitation",
                    index=models.Index(fields=["-asked_at", "-id"], name="feedback_invitation_asked"),
                ),
                migrations.AddIndex(
                    model_name="invitation",
                    index=models.Index(
                        condition=models.Q(("ticket__isnull", False)),
                        fields=["ticket"],
                        name="feedback_invitation_ticket",
                    ),
                ),
                migrations.AddIndex(
                    model_name="invitation",
                    index=models.Index(
                        condition=models.Q(("order__isnull", False)), fields=["order"], name="feedback_invitation_order"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invitation",
                    constraint=models.UniqueConstraint(
                        fields=("survey", "contact", "key"), name="feedback_invitation_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="survey",
                    index=models.Index(fields=["sort_name", "id"], name="feedback_survey_sort"),
                ),
                migrations.AddIndex(
                    model_name="survey",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        name="feedback_survey_search_trgm",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="survey",
                    constraint=models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="feedback_survey_name"
                    ),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(fields=["-told_at", "-id"], name="feedback_response_told"),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(fields=["contact", "-told_at"], name="feedback_response_contact"),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(fields=["survey", "-told_at"], name="feedback_response_survey"),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(fields=["nps_group", "-told_at", "-id"], name="feedback_response_group"),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(
                        condition=models.Q(("product__isnull", False)),
                        fields=["product"],
                        name="feedback_response_product",
                    ),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(
                        condition=models.Q(("agent__isnull", False)), fields=["agent"], name="feedback_response_agent"
                    ),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(
                        condition=models.Q(("touch_point__isnull", False)),
                        fields=["touch_point"],
                        name="feedback_response_touch",
                    ),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=models.Index(
                        condition=models.Q(("sender_digest", ""), _negated=True),
                        fields=["sender_digest", "-created_at"],
                        name="feedback_response_sender",
                    ),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="feedback_response_tags"),
                ),
                migrations.AddIndex(
                    model_name="response",
                    index=django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                        condition=models.Q(("search_text", ""), _negated=True),
                        name="feedback_response_search",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="response",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("nps", None), models.Q(("nps__gte", 0), ("nps__lte", 10)), _connector="OR"),
                        name="feedback_nps_range",
                    ),
                ),
            ]
        ),
    ]
