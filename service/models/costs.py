"""What a ticket costs us, by the touch point that it came by."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from service.choices import TicketChannel


class TouchCost(models.Model):
    """An activity rate, in the company's currency: for taking a ticket in by this touch point, and for each reply."""

    channel = models.CharField("touch point", max_length=8, choices=TicketChannel, unique=True)
    ticket_amount = models.DecimalField(
        "a ticket costs", max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    reply_amount = models.DecimalField(
        "a reply costs", max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["channel"]

    def __str__(self) -> str:
        return f"Cost by {self.get_channel_display()}"
