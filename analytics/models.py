"""What the analysis computes: its runs, the editable tables that steer it, and one row of scores per customer."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ModelRun(models.Model):
    """One computation of one step: as of when, from what, with what parameters, and how good it is."""

    step = models.CharField(max_length=24)
    as_of = models.DateField()
    parameters = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    data_from = models.DateField(null=True, blank=True)
    data_to = models.DateField(null=True, blank=True)
    row_count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    code_version = models.CharField(max_length=40, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    job = models.ForeignKey("crm.JobRun", null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["step", "-created_at"], name="analytics_run_step")]

    def __str__(self) -> str:
        return f"{self.step} as of {self.as_of} (run {self.pk})"


def score_bound(default: int) -> models.PositiveSmallIntegerField:
    """A bound of a score, 1 to 5."""
    return models.PositiveSmallIntegerField(default=default, validators=[MinValueValidator(1), MaxValueValidator(5)])


class RfmSegment(models.Model):
    """A named segment of the R F M space. Of the rows in order of position, the first that fits names the customer."""

    position = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=40, unique=True)
    advice = models.CharField(
        max_length=200,
        blank=True,
        help_text="What to do with these customers, in a sentence.",
    )
    r_low, r_high = score_bound(1), score_bound(5)
    f_low, f_high = score_bound(1), score_bound(5)
    m_low, m_high = score_bound(1), score_bound(5)
    tone = models.CharField(
        max_length=8,
        default="neutral",
        choices=[(tone, tone) for tone in ("good", "accent", "neutral", "warn", "bad")],
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "RFM segment"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for letter in "rfm":
            if getattr(self, f"{letter}_low") > getattr(self, f"{letter}_high"):
                raise ValidationError({f"{letter}_high": "The upper bound is below the lower one."})


class RfmScore(models.Model):
    """Recency, frequency and monetary value of one customer as of the last run, with its scores 1 to 5.

    The table is built anew by each run and swapped in, so nothing else writes it and readers never wait.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="rfm",
        db_constraint=False,
    )
    run_id = models.BigIntegerField()
    as_of = models.DateField()
    last_purchase_on = models.DateField()
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary = models.DecimalField(max_digits=18, decimal_places=2)
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    segment = models.CharField(max_length=40, blank=True)
    tone = models.CharField(max_length=8, blank=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["monetary", "contact"], name="analytics_rfm_monetary"),
            models.Index(fields=["recency_days", "contact"], name="analytics_rfm_recency"),
            models.Index(fields=["frequency", "contact"], name="analytics_rfm_frequency"),
            # the customers behind a figure, best first
            models.Index(fields=["r", "f", "monetary", "contact"], name="analytics_rfm_cell"),
            models.Index(fields=["f", "monetary", "contact"], name="analytics_rfm_by_f"),
            models.Index(fields=["m", "monetary", "contact"], name="analytics_rfm_by_m"),
            models.Index(fields=["segment", "monetary", "contact"], name="analytics_rfm_by_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.r}{self.f}{self.m}"
