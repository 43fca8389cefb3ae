"""What each customer is likely to buy next, by the order in which customers buy."""

from __future__ import annotations

from django.db import models

from analytics.models.scores import CustomerScore


class NextScore(CustomerScore):
    """The rule of the order of buying that fits one customer: after `before` (empty: whatever it was) and `last`,
    bought on `last_on`, comes `item`. An item is a family of products, or a product without one; `product_id` is
    the one of it that is bought most. `count` of `occasions` purchases after those were of it (`share`), `lift`
    times as often as after anything (95 %: `low` to `high`), half of them within `median_days`. `chance`: the low
    end of the share that buys it next within 90 days of the last purchase, of those who waited as long as this one. For
    customers who bought within the last 90 days. Built anew by each run and swapped in."""

    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="next_in_line", db_constraint=False
    )
    item = models.CharField(max_length=200)
    before = models.CharField(max_length=200, blank=True)
    last = models.CharField(max_length=200)
    last_on = models.DateField()
    product_id = models.BigIntegerField(null=True)
    count = models.IntegerField()
    occasions = models.IntegerField()
    share = models.FloatField()
    lift = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    median_days = models.IntegerField()
    chance = models.FloatField()

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["item", "contact"], name="analytics_next_by_item"),
            models.Index(fields=["chance", "contact"], name="analytics_next_by_chance"),
        ]

    def __str__(self) -> str:
        return self.item
