"""Deals, and the ledger of their way through the stages."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from pipeline.choices import ForecastCategory, Outcome
from pipeline.models.stages import Pipeline, Stage


class MonthNumber(models.Func):
    """The month of a day as a number, 12 x year + month; 0 without a day. An index can be built of it."""

    template = "(coalesce(extract(year FROM %(expressions)s) * 12 + extract(month FROM %(expressions)s), 0)::int)"
    arity = 1
    output_field = models.IntegerField()


class DealQuerySet(VisibleQuerySet["Deal"]):
    """Deals, narrowed by how they stand."""

    def current(self) -> DealQuerySet:
        """Without the archived ones."""
        return self.filter(archived_at=None)

    def open(self) -> DealQuerySet:
        """Neither won nor lost, nor archived."""
        return self.filter(outcome=Outcome.OPEN, archived_at=None)


class Deal(models.Model):
    """A chance to sell. `opened_on`, `closed_on`: the days it happened, never those of an edit; empty where unknown.

    Kept by the actions and the import: `outcome` (that of the stage), `stage_since` (the day it came into its stage),
    `base_amount` (in the company's currency, at the rate of the closing day or, while it is open, of the day it was
    last brought up to date; an open deal without an amount counts at the list price of its product), `search_text`
    and `sort_name`. Lines, where there are any, make the amount and the product.
    """

    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    title = models.CharField(max_length=300)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    organization = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="deals_of_organization"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="deals", verbose_name="person"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    product = models.ForeignKey("orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    amount = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, validators=[currency_code])
    base_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, editable=False)
    opened_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField("expected close", null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN, editable=False)
    reason = models.CharField("why it was won or lost", max_length=120, blank=True)
    forecast_category = models.CharField(
        max_length=12, choices=ForecastCategory, default=ForecastCategory.PIPELINE, db_default=ForecastCategory.PIPELINE
    )
    source = models.CharField(max_length=120, blank=True, default="", db_default="")
    next_step = models.CharField(max_length=300, blank=True, default="", db_default="")
    next_step_on = models.DateField("next step by", null=True, blank=True)
    ticked = ArrayField(models.CharField(max_length=200), default=list, blank=True, db_default=[], editable=False)
    stage_since = models.DateField(null=True, blank=True, editable=False)
    custom = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(owner="owner", team="team")
    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.OPEN, closed_on__isnull=False),
                name="pipeline_deal_open_is_not_closed",
                violation_error_message="A deal that is open has no day of closing.",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on=None)
                | models.Q(opened_on=None)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="pipeline_deal_closes_after_its_start",
                violation_error_message="A deal cannot close before it was opened.",
            ),
        ]
        indexes = [
            # a column of the board: its cards in order, for whomever, from the index alone
            models.Index(
                fields=["stage", "-stage_since", "-id"],
                include=["base_amount", "currency", "amount", "owner", "team"],
                condition=models.Q(outcome=Outcome.OPEN, archived_at=None),
                name="pipeline_deal_board",
            ),
            # the forecast: open deals by expected day, and won ones by day, each from the index alone
            models.Index(
                fields=["expected_on"],
                include=[
                    "id",
                    "base_amount",
                    "forecast_category",
                    "owner",
                    "team",
                    "product",
                    "pipeline",
                    "stage",
                ],
                condition=models.Q(outcome=Outcome.OPEN, archived_at=None),
                name="pipeline_deal_to_come",
            ),
            # a column of the board by months: its largest deals in order
            models.Index(
                MonthNumber("expected_on"),
                models.F("base_amount").desc(nulls_last=True),
                "id",
                include=["expected_on", "owner", "team"],
                condition=models.Q(outcome=Outcome.OPEN, archived_at=None),
                name="pipeline_deal_month",
            ),
            models.Index(
                fields=["closed_on"],
                include=["id", "base_amount", "owner", "team", "product", "pipeline", "opened_on"],
                condition=models.Q(outcome=Outcome.WON, archived_at=None),
                name="pipeline_deal_won",
            ),
            models.Index(fields=["owner", "outcome"], name="pipeline_deal_owner"),
            models.Index(fields=["team", "outcome"], name="pipeline_deal_team"),
            models.Index(fields=["contact"], condition=models.Q(contact__isnull=False), name="pipeline_deal_contact"),
            models.Index(
                fields=["organization"], condition=models.Q(organization__isnull=False), name="pipeline_deal_org"
            ),
            models.Index(fields=["product"], condition=models.Q(product__isnull=False), name="pipeline_deal_product"),
            models.Index(fields=["-created_at", "-id"], name="pipeline_deal_created"),
            models.Index(fields=["expected_on", "id"], name="pipeline_deal_expected"),
            models.Index(
                fields=["closed_on", "outcome"], include=["base_amount", "opened_on"], name="pipeline_deal_closed"
            ),
            models.Index(fields=["sort_name", "id"], name="pipeline_deal_sort"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="pipeline_deal_search_trgm"),
            GinIndex(OpClass("custom", name="jsonb_path_ops"), name="pipeline_deal_custom"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("pipeline:deal_detail", self.pk)

    @property
    def customer_id(self) -> int | None:
        """The contact on whose history the deal stands: the organization, else the person."""
        return self.organization_id or self.contact_id

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def days_in_stage(self, today: dt.date) -> int | None:
        """Days since it came into its stage; None where that day is not known."""
        return None if self.stage_since is None else max((today - self.stage_since).days, 0)

    def is_slipped(self, today: dt.date) -> bool:
        """Open, and its expected day has passed."""
        return self.is_open and self.expected_on is not None and self.expected_on < today


class StageChange(models.Model):
    """One step of a deal: from which stage into which, on which day. Rows are only ever added.

    `changed_on` is the day it happened. An import knows some steps from the dates of its rows (`is_inferred`) and not
    what the deal was worth then; a step made here keeps the worth (`base_amount`, in the company's currency).
    """

    # the database takes them away with their deal: the application may not
    deal = models.ForeignKey(Deal, on_delete=models.DO_NOTHING, related_name="changes", db_index=False)
    from_stage = models.ForeignKey(Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    changed_on = models.DateField()
    base_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True, default="")
    is_inferred = models.BooleanField(default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,  # nobody may change these rows
        related_name="+",
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="deal", parent="pipeline.deal")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["changed_on", "id"]
        indexes = [models.Index(fields=["deal", "changed_on", "id"], name="pipeline_change_deal")]

    def __str__(self) -> str:
        return f"{self.from_stage or 'new'} → {self.to_stage}"
