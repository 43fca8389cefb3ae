"""Offers: what is offered at what price to whom; which campaign may make them, who was given which, who took it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Lower

from campaigns.choices import Benefit, Verdict
from campaigns.models.campaigns import Campaign, Folded, Recipient
from campaigns.models.segments import Segment
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from crm.templatetags.figures import money
from orders.models import Order, Product


class Offer(models.Model):
    """Something that a campaign can offer to a person. Money is in `currency`.

    `margin_amount` is what is left of one that is taken, after the discount. `expected_rate` (0 to 1) is the share of
    those who get it that is thought to take it; what really happens takes its place by and by. Nobody is given it
    again within `rest_days`, or once they have taken it `limit_per_customer` times. `segment` is the rule of whom it is
    for (None: everybody), `least_chance` the chance to respond to campaigns that somebody needs (None: none).
    """

    name = models.CharField(max_length=200)
    words = models.CharField("what the customer reads", max_length=200, blank=True, default="")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="offers")
    family = models.CharField("product group", max_length=120, blank=True, default="")
    benefit = models.CharField(max_length=8, choices=Benefit, default=Benefit.PERCENT)
    benefit_value = models.DecimalField("how much", max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    margin_amount = models.DecimalField(
        "margin of one that is taken", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    expected_rate = models.DecimalField(
        "taken by", max_digits=5, decimal_places=4, default=Decimal("0.02"),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(1)],
    )  # fmt: skip
    valid_from = models.DateField("from", null=True, blank=True)
    valid_until = models.DateField("until", null=True, blank=True)
    limit_per_customer = models.PositiveSmallIntegerField(
        "times a customer", default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    rest_days = models.PositiveSmallIntegerField("not again for days", default=30, validators=[MaxValueValidator(3650)])
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="offers")
    least_chance = models.FloatField(
        "with a chance to respond of at least", null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="offers"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    sort_name = models.GeneratedField(
        expression=Left(Folded(F("name")), 200), output_field=models.CharField(max_length=200), db_persist=True
    )
    search_text = models.GeneratedField(expression=Folded(F("name")), output_field=models.TextField(), db_persist=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="campaigns_offer_name",
                violation_error_message="There is an offer of this name already.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gte=F("valid_from")),
                name="campaigns_offer_days",
                violation_error_message="It ends after it begins.",
            ),
        ]  # fmt: skip
        indexes = [GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="campaigns_offer_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("campaigns:offer_detail", self.pk)

    @property
    def in_words(self) -> str:
        """What the customer reads of it."""
        return self.words or (self.product.name if self.product else self.name)

    @property
    def benefit_words(self) -> str:
        """`20 % off`, `10.00 € off`, `49.00 €`; empty where the words say it all."""
        if self.benefit_value is None or self.benefit == Benefit.NONE:
            return ""
        if self.benefit == Benefit.PERCENT:
            return f"{self.benefit_value.normalize():f} % off"
        amount = money(self.benefit_value, self.currency)
        return f"{amount} off" if self.benefit == Benefit.AMOUNT else amount


class CampaignOffer(models.Model):
    """An offer that a campaign may make: each person is given the best one for them."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="offers")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="campaigns")

    access = AccessPaths(through="campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "offer"], name="campaigns_campaignoffer_once")]

    def __str__(self) -> str:
        return str(self.offer)


class GivenOffer(models.Model):
    """The offer that a recipient was given, with the code by which an order tells of it, and why it was this one.

    `chance` x `margin_amount` (in the company's currency) was the highest of all offers that were open to them.
    """

    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="given")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="given")
    code = models.CharField(max_length=12, unique=True)
    chance = models.FloatField()
    margin_amount = models.DecimalField(max_digits=14, decimal_places=2)
    had_bought = models.BooleanField(default=False)
    given_at = models.DateTimeField()

    access = AccessPaths(through="recipient__contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-id"]

    def __str__(self) -> str:
        return f"{self.offer} to {self.recipient_id}"

    @property
    def code_in_words(self) -> str:
        """`K7QW-M2XD-9HPA`."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))

    @property
    def expected_amount(self) -> float:
        """What it was expected to bring."""
        return self.chance * float(self.margin_amount)


class Redemption(models.Model):
    """An order that carries the code of a given offer, and whether the code held. Told anew whenever orders or offers
    change."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="redemption")
    given = models.ForeignKey(GivenOffer, on_delete=models.CASCADE, related_name="redemptions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    told_at = models.DateTimeField()

    access = AccessPaths(through="order__contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-order_id"]

    def __str__(self) -> str:
        return f"order {self.order_id}: {self.verdict}"
