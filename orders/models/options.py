"""Mass customization: what a product can be made to order with, and what a line of an order chose."""

from __future__ import annotations

from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from orders.choices import OptionKind
from orders.models.sales import Order, OrderLine, Product


class ProductOption(models.Model):
    """Something a customer says of a product: one of its choices, or a text. Money is in the product's currency."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=OptionKind, default=OptionKind.CHOICE)
    is_required = models.BooleanField("has to be said", default=False)
    surcharge = models.DecimalField(
        max_digits=16, decimal_places=4, default=0, help_text="For a piece, where a text is given."
    )
    position = models.PositiveIntegerField(default=0)

    access = AccessPaths(through="product", parent="orders.product")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["product", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="orders_option_once")]

    def __str__(self) -> str:
        return self.name


class OptionChoice(models.Model):
    """One of the values of an option, and what it costs more (or less) a piece."""

    option = models.ForeignKey(ProductOption, on_delete=models.CASCADE, related_name="choices")
    name = models.CharField(max_length=120)
    surcharge = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    position = models.PositiveIntegerField(default=0)

    access = AccessPaths(through="option__product", parent="orders.product")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["option", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["option", "name"], name="orders_choice_once")]

    def __str__(self) -> str:
        return self.name


class LineOption(models.Model):
    """What a line chose: name, value and surcharge a piece (in the order's currency) as they were then.

    `order` is that of the line: the history and the filters of orders ask it without going through the line.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="options")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="options", db_index=False)
    name = models.CharField(max_length=80)
    value = models.CharField(max_length=300)
    surcharge = models.DecimalField(max_digits=16, decimal_places=4, default=0)

    access = AccessPaths(through="order__contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["line", "name"], name="orders_lineoption_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
