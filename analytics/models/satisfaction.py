"""How many customers would recommend the house, by month and by what may divide them."""

from __future__ import annotations

from django.db import models

from feedback.scoring import NetPromoter


class SatisfactionCount(models.Model):
    """Answers to "how likely are you to recommend us" of one month (None: without a date), of one value of one
    dimension ('': in total), by group; `scores` is their sum. Written by one step, replaced as a whole.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    dimension = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=120, blank=True)
    month = models.DateField(null=True)
    promoters = models.IntegerField()
    passives = models.IntegerField()
    detractors = models.IntegerField()
    scores = models.BigIntegerField()

    class Meta:
        ordering = ["dimension", "value", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "value", "month"], nulls_distinct=False, name="analytics_satisfaction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.value} {self.month or ''}".strip()

    @property
    def counts(self) -> NetPromoter:
        return NetPromoter(self.promoters, self.passives, self.detractors)
