"""Surveys and their questions, and the touch points that they are about."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from contacts.choices import Channel, Direction
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from feedback.choices import Dimension, JourneyStage, QuestionKind, SurveyKind, SurveyState, Trigger
from feedback.languages import LANGUAGES

NO_LESS = MinValueValidator(0)


class TouchPoint(models.Model):
    """A channel at a stage of the journey, such as "Delivery to the door", and what is planned there: `promise` in
    words, contacts a month, satisfaction of 100, complaints for every 100 contacts, the cost of a ticket. `direction`
    and `words` (of the subject, with commas between them) tell those of one channel at one stage apart."""

    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=8, choices=JourneyStage, default=JourneyStage.DURING)
    channel = models.CharField(max_length=12, choices=Channel, blank=True, default="")
    direction = models.CharField("who begins", max_length=4, choices=Direction, blank=True, default="")
    words = models.CharField("words of the subject", max_length=300, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=1)
    promise = models.CharField("what customers should find", max_length=300, blank=True, default="")
    planned_volume = models.PositiveIntegerField("contacts a month", null=True, blank=True)
    planned_satisfaction = models.PositiveSmallIntegerField(
        "satisfaction, of 100", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    planned_complaints = models.DecimalField(
        "complaints for every 100 contacts", max_digits=5, decimal_places=2, null=True, blank=True, validators=[NO_LESS]
    )
    planned_cost = models.DecimalField(
        "a ticket costs", max_digits=12, decimal_places=2, null=True, blank=True, validators=[NO_LESS],
        help_text="In the company's currency.",
    )  # fmt: skip

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="feedback_touchpoint_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('feedback:experience')}#point-{self.pk}"


class Survey(models.Model):
    """A set of questions, and how it is asked. `search_text` and `sort_name` are kept by the actions and the import.

    `title`, `intro` and `thanks` are for who is asked; `translations` holds them and the questions' words by language
    and key (`feedback.languages`). Whoever has `open_token` may answer, where there is one. A survey with a `trigger`
    goes out by itself, `wait_days` after what happened since `triggers_from`. Nobody is asked who was asked by any
    survey within `fatigue_days`; a personal link is good for `link_days`.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=SurveyKind, default=SurveyKind.OWN)
    state = models.CharField(max_length=8, choices=SurveyState, default=SurveyState.DRAFT, editable=False)
    title = models.CharField(max_length=200, blank=True, default="")
    intro = models.TextField(blank=True, default="")
    thanks = models.TextField(blank=True, default="")
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    translations = models.JSONField(default=dict, blank=True, editable=False)
    open_token = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    trigger = models.CharField("sent after", max_length=8, choices=Trigger, blank=True, default="")
    triggers_from = models.DateTimeField(null=True, blank=True, editable=False)
    wait_days = models.PositiveSmallIntegerField("days later", default=1)
    fatigue_days = models.PositiveSmallIntegerField("not again within days", default=60)
    link_days = models.PositiveSmallIntegerField("link is good for days", default=30)
    touch_point = models.ForeignKey(
        TouchPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="surveys"
    )
    follows_up = models.BooleanField("unhappy customers become tickets", default=True)
    mail_subject = models.CharField("subject of the mail", max_length=200, blank=True, default="")
    mail_text = models.TextField("text of the mail", blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="surveys"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="feedback_survey_name")]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="feedback_survey_sort"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="feedback_survey_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("feedback:survey_detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == SurveyState.OPEN

    @property
    def languages(self) -> list[str]:
        """In which it can be answered, its own first."""
        return [self.language, *(one for one in self.translations if one != self.language)]


class Question(models.Model):
    """One question. Its text is the attribute that it is about, where several dimensions of one are asked.

    A rating goes from `low` to `high`. `competitor` is whom a rating of the dimension of that name is of.
    One that only came with imported answers, or was taken out, is not asked (`is_asked`). `matrix` is the heading that
    a row of a matrix stands under.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    matrix = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=QuestionKind, default=QuestionKind.RATING)
    dimension = models.CharField(max_length=12, choices=Dimension, default=Dimension.OTHER)
    competitor = models.CharField(max_length=120, blank=True, default="")
    low = models.SmallIntegerField(default=1)
    high = models.SmallIntegerField(default=5)
    low_label = models.CharField(max_length=60, blank=True, default="")
    high_label = models.CharField(max_length=60, blank=True, default="")
    choices = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    is_required = models.BooleanField(default=False)
    is_asked = models.BooleanField(default=True)

    access = AccessPaths(through="survey", parent="feedback.survey")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["survey", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                "survey", Lower("text"), "dimension", Lower("competitor"), name="feedback_question_once"
            )
        ]

    def __str__(self) -> str:
        return self.text
