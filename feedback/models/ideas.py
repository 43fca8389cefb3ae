"""What customers suggest, and which of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from feedback.ideas.choices import IdeaSource, IdeaState
from feedback.models.responses import OF_CONTACT, Response
from feedback.models.surveys import TouchPoint


class Suggestion(models.Model):
    """Something to be changed, in the house's words: everybody of the house reads it. Who wants it, and in what words,
    are its votes, which are seen by who may see the customer.

    `answer` is what customers are told of its state: what is planned, what was changed, why it is declined. Kept by the
    actions: `votes` (how many customers ask for it), the state and since when, `search_text`.
    """

    title = models.CharField("what to change", max_length=200)
    text = models.TextField("why, and how", max_length=4_000, blank=True, default="")
    state = models.CharField(max_length=8, choices=IdeaState, default=IdeaState.NEW, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestions"
    )
    touch_point = models.ForeignKey(
        TouchPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestions"
    )
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="suggestions"
    )
    planned_on = models.DateField("planned for", null=True, blank=True)
    answer = models.TextField("what customers are told", max_length=2_000, blank=True, default="")
    votes = models.PositiveIntegerField(default=0, editable=False)
    state_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(owner="owner")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="feedback_suggestion_newest"),
            models.Index(fields=["-votes", "-id"], name="feedback_suggestion_votes"),
            models.Index(fields=["state", "-votes", "-id"], name="feedback_suggestion_state"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="feedback_suggestion_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("feedback:suggestion_detail", self.pk)


class SuggestionVote(models.Model):
    """One customer asks for a suggestion, once; `words` are their own. `told_state` is the last state of it that they
    were told of, at `told_at`."""

    suggestion = models.ForeignKey(Suggestion, on_delete=models.CASCADE, related_name="given")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="suggestion_votes")
    source = models.CharField(max_length=8, choices=IdeaSource, default=IdeaSource.HAND, editable=False)
    words = models.TextField("in their words", max_length=4_000, blank=True, default="")
    response = models.ForeignKey(
        Response, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestion_votes", editable=False
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    told_state = models.CharField(max_length=8, choices=IdeaState, blank=True, default="", editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    access = OF_CONTACT
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["suggestion", "contact"], name="feedback_vote_once")]
        indexes = [models.Index(fields=["contact", "-asked_at"], name="feedback_vote_contact")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.suggestion}"
