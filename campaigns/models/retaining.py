"""Retention actions: what is done so that customers stay, for whom it is done, and who was kept out by lot."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop as _

from campaigns.choices import RetentionKind, RetentionWay
from campaigns.models.segments import Segment
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


def drawn_seed() -> int:
    return random.SystemRandom().getrandbits(62)


class RetentionAction(models.Model):
    """Something that rewards staying (`positive`) or penalises leaving (`negative`); `way` says by what.

    Costs are in the company's currency: `cost_amount` once, `cost_each` for every customer whom it is done for. With
    its start the customers of the segment are written down, `control_share` of them kept out by a draw of `seed`.
    Its effect is looked at over `horizon_days` from then on."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=RetentionKind, editable=False)
    way = models.CharField("by what", max_length=12, choices=RetentionWay)
    description = models.TextField("what is done", blank=True, default="", max_length=2_000)
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="retention_actions", verbose_name="for whom"
    )
    control_share = models.DecimalField(
        "kept out by lot", max_digits=4, decimal_places=3, default=Decimal("0.1"),
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.5"))],
    )  # fmt: skip
    horizon_days = models.PositiveSmallIntegerField(
        "looked at for days", default=90, validators=[MinValueValidator(7), MaxValueValidator(730)]
    )
    cost_amount = models.DecimalField(
        "cost once", max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    cost_each = models.DecimalField(
        "cost of each customer", max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="retention_actions"
    )
    seed = models.BigIntegerField(default=drawn_seed, editable=False)
    started_on = models.DateField(null=True, blank=True, editable=False)
    ended_on = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="campaigns_retention_name",
                violation_error_message="There is a retention action of this name already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="campaigns_retention_days"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("campaigns:retention_action_detail", self.pk)

    @property
    def is_running(self) -> bool:
        return self.started_on is not None and self.ended_on is None

    @property
    def last_on(self) -> dt.date | None:
        """The last of the days over which it is looked at; the day of the start is the first."""
        return self.started_on + dt.timedelta(days=self.horizon_days - 1) if self.started_on else None

    @property
    def state(self) -> tuple[str, str]:
        """In a word, with its tone."""
        if self.started_on is None:
            return _("Planned"), "neutral"
        return (_("Over"), "neutral") if self.ended_on else (_("Running"), "good")


class RetainedCustomer(models.Model):
    """A customer for whom an action is done, or who was kept out by lot (`is_control`); written down with its start."""

    action = models.ForeignKey(RetentionAction, on_delete=models.CASCADE, related_name="customers")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="retention_places")
    is_control = models.BooleanField(default=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "contact"], name="campaigns_retained_once")]

    def __str__(self) -> str:
        return f"{self.contact} in {self.action}"
