"""Where each contact stands with us, as of the last run: its rung of the ladder of loyalty, and its strategy."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from analytics.choices import Evidence, Rung, Strategy
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class LadderScore(models.Model):
    """The highest rung that one contact has reached, and by what: `evidence`, the day of it where it has one, and how
    many (purchase days, referrals that bought). Built anew by each run and swapped in."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="ladder", db_constraint=False
    )
    rung = models.CharField(max_length=12, choices=Rung)
    evidence = models.CharField(max_length=16, choices=Evidence)
    evidence_on = models.DateField(null=True)
    count = models.IntegerField(default=1)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["rung", "contact"], name="analytics_ladder_rung")]

    def __str__(self) -> str:
        return self.get_rung_display()


def tenth_bound() -> models.PositiveSmallIntegerField:
    """A bound of a tenth of value, 1 to 10; empty: no bound."""
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )


def percent_bound() -> models.PositiveSmallIntegerField:
    """A bound in percent; empty: no bound."""
    return models.PositiveSmallIntegerField(null=True, blank=True)


def money_bound() -> models.DecimalField:
    """A bound in the company's currency; empty: no bound."""
    return models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


class StrategyRule(models.Model):
    """Who a strategy is for. Of the rules in order of position, the first that fits a contact gives its strategy; the
    last one takes everybody else. Bounds are inclusive, an empty one asks for nothing: rungs of the ladder, tenths of
    value and of revenue (10 the best), percent (chance to leave; cost to serve of the contribution), days, money."""

    position = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=60, unique=True)
    strategy = models.CharField(max_length=12, choices=Strategy)
    advice = models.CharField(max_length=200, blank=True, help_text="What to do with them, in a sentence.")
    rung_from = models.CharField(max_length=12, choices=Rung, blank=True)
    rung_to = models.CharField(max_length=12, choices=Rung, blank=True)
    value_from, value_to = tenth_bound(), tenth_bound()
    revenue_from, revenue_to = tenth_bound(), tenth_bound()
    chance_from, chance_to = percent_bound(), percent_bound()
    quiet_from = models.PositiveIntegerField("days quiet, from", null=True, blank=True)
    quiet_to = models.PositiveIntegerField("days quiet, to", null=True, blank=True)
    cost_from, cost_to = percent_bound(), percent_bound()
    potential_from, potential_to = money_bound(), money_bound()

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "rule of strategy"
        verbose_name_plural = "rules of strategy"

    def __str__(self) -> str:
        return self.name


class StrategyScore(models.Model):
    """The strategy that one contact calls for, and the rule that chose it: its name, and whom it was for at that time.
    `value` is in the company's currency, `value_tenth` 1 to 10; both empty before the first purchase. Built anew by
    each run and swapped in."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="strategy", db_constraint=False
    )
    strategy = models.CharField(max_length=12, choices=Strategy)
    rule = models.CharField(max_length=60)
    because = models.CharField(max_length=300)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    value_tenth = models.SmallIntegerField(null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["strategy", "value_tenth", "contact"], name="analytics_strategy_cell")]

    def __str__(self) -> str:
        return self.get_strategy_display()
