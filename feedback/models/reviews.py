"""What customers say to others: reviews that may be published."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.paths import path_of
from feedback.choices import ReviewState
from feedback.models.responses import OF_CONTACT, Response


class Review(models.Model):
    """A rating with words that its customer allowed to be published, from the response that asked for it.

    `shown_name` is how its customer is called in public. Only what a person has published is shown, as it was written;
    `reply` is the house's answer below it.
    """

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="review")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    rating = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True, default="")
    shown_name = models.CharField(max_length=80, blank=True, default="")
    written_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ReviewState, default=ReviewState.WAITING, editable=False)
    reply = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    access = OF_CONTACT
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1) & Q(rating__lte=5), name="feedback_review_rating")
        ]
        indexes = [
            models.Index(fields=["state", "-written_at", "-id"], name="feedback_review_state"),
            models.Index(fields=["product", "state", "-written_at"], name="feedback_review_product"),
            models.Index(fields=["contact"], name="feedback_review_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} of 5, {self.shown_name or 'a customer'}"

    def get_absolute_url(self) -> str:
        return path_of("feedback:review_detail", self.pk)
