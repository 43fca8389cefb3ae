"""What the analysis computes: its runs, the editable tables that steer it, and one row of scores per customer."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from analytics.choices import Usage
from analytics.models.scores import ChurnScore, ClvScore, RfmScore
from analytics.periods import Period, PeriodKind
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

__all__ = [
    "LONGEST_VALUE",
    "AllowedFeature",
    "ChurnScore",
    "ClvScore",
    "CohortCount",
    "ModelRun",
    "RetentionRate",
    "RfmScore",
    "RfmSegment",
    "ScoreHistory",
    "SegmentMove",
    "UsageLevel",
]
LONGEST_VALUE = 120  # of a dimension of retention; names of products are cut to it


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
    error = models.TextField(blank=True, help_text="Why it failed; its figures are then those of the run before.")
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


class UsageLevel(models.Model):
    """How often a customer buys, and the message that suits: the upper `share` percent, the next, the rest, the new."""

    level = models.CharField(max_length=12, choices=Usage, unique=True)
    position = models.PositiveSmallIntegerField(unique=True)
    share = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(98)],
        help_text="Percent of the customers; empty for infrequent (the rest) and new.",
    )
    message = models.CharField(max_length=200, help_text="The message that suits these customers.")
    tone = models.CharField(max_length=8, default="neutral")

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.get_level_display()


class RetentionRate(models.Model):
    """Who was active at the start of a period and who bought in it, of one value of one dimension ('': in total).

    `sales` and `profit` are of the period before, of all active at the start and of those retained (`_kept`);
    `sales_now` is this period's of those retained. Money is in the company's currency. Profit is empty where the cost
    of an order is not known. Written by one step in one transaction, replaced as a whole.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    period = models.CharField(max_length=8, choices=PeriodKind)
    start = models.DateField()
    end = models.DateField()
    is_partial = models.BooleanField()
    dimension = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)
    active_at_start = models.IntegerField()
    retained = models.IntegerField()
    sales = models.DecimalField(max_digits=24, decimal_places=4)
    sales_kept = models.DecimalField(max_digits=24, decimal_places=4)
    sales_now = models.DecimalField(max_digits=24, decimal_places=4)
    profit = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    profit_kept = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    largest_sale = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    without_rate = models.IntegerField(default=0)

    class Meta:
        ordering = ["start", "dimension", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "dimension", "value", "start"],
                name="analytics_retention_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} to {Period(self.start, self.period)} {self.dimension} {self.value}".strip()

    @property
    def before(self) -> Period:
        """The period whose customers are asked for."""
        return Period(self.start, self.period).previous

    @property
    def name(self) -> Period:
        """The period itself."""
        return Period(self.start, self.period)

    @property
    def raw(self) -> float | None:
        return self.retained / self.active_at_start if self.active_at_start else None

    @property
    def churn(self) -> float | None:
        return None if self.raw is None else (self.active_at_start - self.retained) / self.active_at_start

    @property
    def sales_adjusted(self) -> float | None:
        return _share(self.sales_kept, self.sales)

    @property
    def net_revenue(self) -> float | None:
        return _share(self.sales_now, self.sales)

    @property
    def profit_adjusted(self) -> float | None:
        return None if self.profit is None or self.profit_kept is None else _share(self.profit_kept, self.profit)


def _share(part: Decimal, whole: Decimal) -> float | None:
    """A share of a sum that is above zero; of none or of less there is none to tell."""
    return float(part / whole) if whole > 0 else None


class CohortCount(models.Model):
    """Of the customers who first bought in the period `cohort`, those who bought `age` periods later."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    period = models.CharField(max_length=8, choices=PeriodKind)
    cohort = models.DateField()
    age = models.IntegerField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["cohort", "age"]
        constraints = [
            models.UniqueConstraint(fields=["period", "cohort", "age"], name="analytics_cohort_once"),
        ]

    def __str__(self) -> str:
        return f"{Period(self.cohort, self.period)} + {self.age}"


class ScoreHistory(models.Model):
    """The scores of a customer as they stood at the end of a month; written once, never changed by later runs.

    The one index is its key, months first: a month is read and written in one piece, and the few months of one
    customer are looked up one by one.
    """

    pk = models.CompositePrimaryKey("month_end", "contact_id")
    month_end = models.DateField()
    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        related_name="score_history",
        db_constraint=False,
        db_index=False,
    )
    run_id = models.BigIntegerField()
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary = models.DecimalField(max_digits=18, decimal_places=2)
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    segment = models.CharField(max_length=40, blank=True)
    usage_level = models.CharField(max_length=12, choices=Usage)
    p_alive = models.FloatField(null=True)
    clv = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    churn_probability = models.FloatField(null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "score history"

    def __str__(self) -> str:
        return f"{self.contact_id} at the end of {self.month_end}"


class SegmentMove(models.Model):
    """Customers who went from one segment to another between the end of the month before and `month_end`.

    `before` is empty for who had no score yet; `after` is empty for scores that fit no segment.
    """

    month_end = models.DateField()
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    is_new = models.BooleanField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["month_end", "-customers"]
        constraints = [
            models.UniqueConstraint(fields=["month_end", "before", "after", "is_new"], name="analytics_move_once")
        ]

    def __str__(self) -> str:
        return f"{self.before or 'new'} to {self.after} by {self.month_end}"


class AllowedFeature(models.Model):
    """A feature that an administrator lets churn be learnt from, though it nearly gives the answer away by itself."""

    name = models.CharField(max_length=120, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
