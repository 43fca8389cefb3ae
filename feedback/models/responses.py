"""What customers answered: a response is one filling in of a survey, an answer one question of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from feedback.choices import DETRACTOR_TO, PROMOTER_FROM, LeftOut, NpsGroup, SevenP, Via
from feedback.models.surveys import Question, Survey, TouchPoint

OF_CONTACT = AccessPaths(through="contact", parent="contacts.contact")


def group_of(path: str) -> Case:
    """The group that a score from 0 to 10 belongs to, as SQL; empty without a score."""
    return Case(
        When(**{f"{path}__gte": PROMOTER_FROM}, then=Value(NpsGroup.PROMOTER.value)),
        When(**{f"{path}__lte": DETRACTOR_TO}, then=Value(NpsGroup.DETRACTOR.value)),
        When(**{f"{path}__isnull": False}, then=Value(NpsGroup.PASSIVE.value)),
        default=Value(""),
        output_field=models.CharField(max_length=9),
    )


class ResponseQuerySet(VisibleQuerySet["Response"]):
    """Responses, narrowed by what is in them."""

    def with_score(self) -> ResponseQuerySet:
        """Those that answered how likely they are to recommend."""
        return self.filter(nps__isnull=False)


class Response(models.Model):
    """One filling in of a survey by one customer, or by somebody unknown (an open link).

    `answered_at` is empty where a file does not tell; `told_at` is then when it was recorded. `place` tells
    responses of one customer at one moment apart. What was asked about: `touch_point`, `product`, `agent` (who
    served). Kept by actions and import: `nps` (the answer to the survey's first question of that dimension),
    `nps_group`, `comment` (all comments, a line each) and `search_text`. `sender_digest` tells senders by an open link
    apart without saying who they are; `stamp` the pages that they sent, so that one counts once.
    `follow_up` is the ticket by which somebody takes care of it. `tags` are of the 7 Ps, by the words of the comment
    until a person (`tagged_by`) says better.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="responses")
    answered_at = models.DateTimeField(null=True, blank=True)
    place = models.PositiveIntegerField(default=1, editable=False)
    via = models.CharField(max_length=8, choices=Via, default=Via.FILE, editable=False)
    touch_point = models.ForeignKey(
        TouchPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="responses"
    )
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="responses"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket = models.ForeignKey("service.Ticket", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    order = models.ForeignKey("orders.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    follow_up = models.OneToOneField(
        "service.Ticket", null=True, blank=True, on_delete=models.SET_NULL, related_name="of_response", editable=False
    )
    language = models.CharField(max_length=5, blank=True, default="", editable=False)
    sender_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    stamp = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    nps = models.SmallIntegerField(null=True, blank=True, editable=False)
    nps_group = models.GeneratedField(
        expression=group_of("nps"), output_field=models.CharField(max_length=9), db_persist=True
    )
    comment = models.TextField(blank=True, default="", editable=False)
    search_text = models.TextField(blank=True, default="", editable=False)
    tags = ArrayField(models.CharField(max_length=12, choices=SevenP), default=list, blank=True, editable=False)
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.GeneratedField(
        expression=Coalesce("answered_at", "created_at"), output_field=models.DateTimeField(), db_persist=True
    )

    access = OF_CONTACT
    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-told_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(nps=None) | (Q(nps__gte=0) & Q(nps__lte=10)), name="feedback_nps_range")
        ]
        indexes = [
            models.Index(fields=["-told_at", "-id"], name="feedback_response_told"),
            models.Index(fields=["contact", "-told_at"], name="feedback_response_contact"),
            models.Index(fields=["survey", "-told_at"], name="feedback_response_survey"),
            models.Index(fields=["nps_group", "-told_at", "-id"], name="feedback_response_group"),
            models.Index(fields=["product"], condition=Q(product__isnull=False), name="feedback_response_product"),
            models.Index(fields=["agent"], condition=Q(agent__isnull=False), name="feedback_response_agent"),
            models.Index(
                fields=["touch_point"], condition=Q(touch_point__isnull=False), name="feedback_response_touch"
            ),
            models.Index(
                fields=["sender_digest", "-created_at"],
                condition=~Q(sender_digest=""),
                name="feedback_response_sender",
            ),
            GinIndex(fields=["tags"], name="feedback_response_tags"),
            GinIndex(
                OpClass("search_text", name="gin_trgm_ops"),
                condition=~Q(search_text=""),
                name="feedback_response_search",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey}, {self.contact or 'somebody unknown'}"

    def get_absolute_url(self) -> str:
        return path_of("feedback:response_detail", self.pk)


class Invitation(models.Model):
    """Somebody was asked, or was to be asked and was left out (`not_asked` says why). `key` says on what occasion, so
    that nobody is asked twice about one thing. The personal link opens this row until `expires_at`; its first answer
    makes the response, which can be changed for a day."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="survey_invitations")
    key = models.CharField(max_length=60)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    not_asked = models.CharField(max_length=12, choices=LeftOut, blank=True, default="")
    address = models.CharField(max_length=320, blank=True, default="")
    ticket = models.ForeignKey("service.Ticket", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    order = models.ForeignKey("orders.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    product = models.ForeignKey("orders.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    response = models.OneToOneField(
        Response, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitation", editable=False
    )

    access = OF_CONTACT
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["survey", "contact", "key"], name="feedback_invitation_once")]
        indexes = [
            models.Index(fields=["contact", "-asked_at"], name="feedback_invitation_contact"),
            models.Index(fields=["-asked_at", "-id"], name="feedback_invitation_asked"),
            models.Index(fields=["ticket"], condition=Q(ticket__isnull=False), name="feedback_invitation_ticket"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="feedback_invitation_order"),
        ]

    def __str__(self) -> str:
        return f"{self.survey}, {self.contact}"


class Answer(models.Model):
    """The answer to one question: a `value`, a `choice` (what was chosen, or written in a few words), a `comment`;
    with none of them the question was skipped."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    choice = models.CharField(max_length=200, blank=True, default="")
    comment = models.TextField(blank=True, default="")
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)

    access = AccessPaths(through="response__contact", parent="contacts.contact")
    names_contacts = ("response__contact_id",)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["response", "question__position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="feedback_answer_once"),
        ]

    def __str__(self) -> str:
        return self.choice or self.comment[:60] if self.value is None else f"{self.value.normalize():f}"


class NpsStanding(models.Model):
    """The newest likelihood to recommend of one customer, and how often it was told. Kept by actions and import."""

    contact = models.OneToOneField(Contact, primary_key=True, on_delete=models.CASCADE, related_name="nps")
    score = models.SmallIntegerField()
    nps_group = models.GeneratedField(
        expression=group_of("score"), output_field=models.CharField(max_length=9), db_persist=True
    )
    told_at = models.DateTimeField()
    answers = models.PositiveIntegerField(default=1)

    access = OF_CONTACT
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["score", "contact"], name="feedback_standing_score"),
            models.Index(fields=["nps_group", "contact"], name="feedback_standing_group"),
            models.Index(fields=["told_at", "contact"], name="feedback_standing_told"),
        ]

    def __str__(self) -> str:
        return str(self.score)
