"""Quotes: each version a row of its own, with its lines, its ledger, and what the house prints on all of them."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.choices import Role
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from pipeline.models.deals import Deal
from pipeline.quotes.choices import EDITABLE, REVISABLE, QuoteState, StepKind

PERCENT = (MinValueValidator(0), MaxValueValidator(100))


class Quote(models.Model):
    """What is offered to a customer, in one version. `contact` is the customer, `recipient` the person it is for.

    `year`, `serial`, `revision` make the number: serials of a year have no gap, and no quote is ever deleted. Kept from
    the lines by the actions: `net_amount`, `tax_amount`, `amount` (with tax; `pipeline.quotes.totals` is the one rule)
    and `largest_discount` (percent off the list price, of the line that gives most, with the `discount` over all).
    `approved_discount` is what somebody allowed beyond the limit of who sends. `document` is the PDF as it was sent.
    """

    number = models.CharField(max_length=60, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    serial = models.PositiveIntegerField(editable=False)
    revision = models.PositiveSmallIntegerField(default=1, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    title = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="quotes", verbose_name="customer")
    recipient = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes_received", verbose_name="for"
    )
    deal = models.ForeignKey(Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    is_primary = models.BooleanField("sets the deal's amount", default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="quotes"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="quotes")
    currency = models.CharField(max_length=3, validators=[currency_code])
    valid_until = models.DateField(help_text="The last day on which it can be accepted.")
    discount = models.DecimalField(
        "discount over all lines in %", max_digits=5, decimal_places=2, default=0, db_default=0, validators=PERCENT
    )
    intro = models.TextField("text above the lines", max_length=4000, blank=True)
    terms = models.TextField("text below the lines", max_length=4000, blank=True)
    state = models.CharField(max_length=12, choices=QuoteState, default=QuoteState.DRAFT, editable=False)
    net_amount = models.DecimalField("net", max_digits=18, decimal_places=4, default=0, editable=False)
    tax_amount = models.DecimalField("tax", max_digits=18, decimal_places=4, default=0, editable=False)
    amount = models.DecimalField("total", max_digits=18, decimal_places=4, default=0, editable=False)
    largest_discount = models.DecimalField(max_digits=5, decimal_places=2, default=0, editable=False)
    approved_discount = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="quotes_to_approve",
        editable=False,
    )
    sent_on = models.DateField(null=True, blank=True, editable=False)
    answered_on = models.DateField(null=True, blank=True, editable=False)
    document = models.ForeignKey(
        "crm.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    order = models.OneToOneField(
        "orders.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="quote", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(owner="owner", team="team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial", "revision"], name="pipeline_quote_number_once"),
            models.UniqueConstraint(
                fields=["deal"], condition=models.Q(is_primary=True), name="pipeline_quote_one_primary"
            ),
            models.CheckConstraint(
                condition=models.Q(is_primary=False) | models.Q(deal__isnull=False),
                name="pipeline_quote_primary_of_a_deal",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="pipeline_quote_created"),
            models.Index(fields=["contact", "-created_at"], name="pipeline_quote_contact"),
            models.Index(fields=["deal", "-created_at"], name="pipeline_quote_deal"),
            models.Index(fields=["owner", "state"], name="pipeline_quote_owner"),
            models.Index(fields=["team", "state"], name="pipeline_quote_team"),
            models.Index(
                fields=["valid_until"], condition=models.Q(state=QuoteState.SENT), name="pipeline_quote_running"
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="pipeline_quote_search_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return path_of("pipeline:quote_detail", self.pk)

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    def state_on(self, day: dt.date) -> QuoteState:
        """The state as people speak of it: one that was sent is expired once its last day has passed."""
        is_over = self.state == QuoteState.SENT and self.valid_until < day
        return QuoteState.EXPIRED if is_over else QuoteState(self.state)

    def is_revisable(self, day: dt.date) -> bool:
        """Whether a new version may be made of it: it was seen outside, is not accepted, and is the newest."""
        return self.state_on(day) in REVISABLE and not hasattr(self, "replaced_by")


OF_QUOTE = AccessPaths(through="quote", parent="pipeline.quote")


class QuoteLine(models.Model):
    """A line, in the quote's currency. Without a quantity and a price it is a text between lines, and costs nothing.

    `unit_price` is a piece without the surcharges of `options` (each {name, value, surcharge}); `list_price` a piece at
    list with those of the list, on the day it was written down, where the product's money is the quote's. `amount` is
    the line's total after discount, before tax.
    """

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="quote_lines"
    )
    text = models.CharField(max_length=1000, blank=True)
    options = models.JSONField(default=list, blank=True)
    quantity = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    discount = models.DecimalField("discount in %", max_digits=5, decimal_places=2, default=0, validators=PERCENT)
    tax_rate = models.DecimalField("tax in %", max_digits=5, decimal_places=2, default=0, validators=PERCENT)
    list_price = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True, editable=False)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0, editable=False)

    access = OF_QUOTE
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["quote", "position"]
        constraints = [models.UniqueConstraint(fields=["quote", "position"], name="pipeline_quoteline_position_once")]

    def __str__(self) -> str:
        return f"{self.quote_id}/{self.position}"


class QuoteStep(models.Model):
    """What happened to a quote, when, by whom. Rows are only ever added.

    Of an answer on the public page it is the proof: the name and address that were typed, where the request came from,
    and the SHA-256 of the document that was answered.
    """

    # the database takes them away with their quote: the application may not
    quote = models.ForeignKey(Quote, on_delete=models.DO_NOTHING, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    words = models.TextField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=320, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)

    access = OF_QUOTE
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["quote", "at", "id"], name="pipeline_quotestep_quote")]

    def __str__(self) -> str:
        return self.get_kind_display()


class QuoteSeries(models.Model):
    """The last serial of a year; whoever makes a quote holds its row until the quote is there."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class DiscountLimit(models.Model):
    """How much off the list price a role may give, and allow others to give, without asking."""

    role = models.CharField(max_length=16, choices=Role, unique=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, validators=PERCENT)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["role"]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.percent.normalize():f} %"


class Letterhead(models.Model):
    """One row: what stands on every quote, and what a new one begins with."""

    company_name = models.CharField(max_length=120, blank=True, help_text="Empty: the company's name.")
    address = models.TextField(max_length=1000, blank=True)
    contact_lines = models.TextField(
        "how to reach us", max_length=1000, blank=True, help_text="Phone, e-mail, website: a line each."
    )
    bank = models.TextField("bank lines", max_length=1000, blank=True)
    footer = models.TextField(max_length=1000, blank=True, help_text="Register, managing directors, tax number.")
    logo = models.ForeignKey(
        "crm.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    colour = models.CharField(
        max_length=7,
        default="#3f51d9",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "A colour is written like #3f51d9.")],
    )
    prefix = models.CharField(
        "begin of numbers",
        max_length=12,
        default="Q-",
        blank=True,
        validators=[RegexValidator(r"^[\w./ -]*\Z", "Letters, digits, blanks, dots, dashes and slashes.")],
    )
    valid_days = models.PositiveSmallIntegerField(
        "days that a quote is valid", default=30, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    tax_rate = models.DecimalField("tax in %", max_digits=5, decimal_places=2, default=19, validators=PERCENT)
    intro = models.TextField("text above the lines", max_length=4000, blank=True)
    terms = models.TextField("text below the lines", max_length=4000, blank=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "letterhead"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pipeline_letterhead_one_row")]

    def __str__(self) -> str:
        return "Letterhead"
