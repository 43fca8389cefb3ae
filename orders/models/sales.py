"""Products, orders and their lines. A return is a line of negative quantity."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from orders.choices import CHANNEL_WORDS


class ProductQuerySet(VisibleQuerySet["Product"]):
    def current(self) -> ProductQuerySet:
        """Without the archived ones."""
        return self.filter(archived_at=None)


class Product(models.Model):
    """Something that is sold. Price and cost are list values per unit; lines keep what was really paid."""

    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    import_row = models.PositiveIntegerField(null=True, blank=True, editable=False)
    name = models.CharField(max_length=300)
    family = models.CharField(max_length=120, blank=True)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    unit_cost = models.DecimalField(
        max_digits=16,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    warranty_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(1200)],
        help_text="From the day it was bought; a registration ends its warranty so.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(shared=True)
    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="orders_product_sort"),
            models.Index(fields=["family"], name="orders_product_family"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="orders_product_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("orders:product_detail", self.pk)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class Order(models.Model):
    """A transaction. Without a contact it is an anonymous sale: in totals, in no customer figure.

    Kept from the lines by the actions and the import: `amount` and `cost` (in `currency`, net, returns included),
    `base_amount` (in the company's currency at the rate of the day; empty where no rate is known), `is_purchase`
    (at least one line of positive quantity, or without quantities of an amount of zero or more) and `ordered_on`
    (the day in the company's time zone). `import_key` is who the order is when a file comes again. `offer_code` is what
    the customer gave, as it was typed; whether it holds is told by who gave it out.
    """

    number = models.CharField(max_length=200, blank=True)
    import_key = models.CharField(max_length=500, null=True, blank=True, unique=True, editable=False)
    import_row = models.PositiveIntegerField(null=True, blank=True, editable=False)
    contact = models.ForeignKey(
        "contacts.Contact",
        db_index=False,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    partner = models.ForeignKey(
        "contacts.Contact",
        db_index=False,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="partner_orders",
    )
    ordered_at = models.DateTimeField()
    ordered_on = models.DateField(editable=False)
    channel = models.CharField(max_length=40, blank=True)
    offer_code = models.CharField("offer code", max_length=40, blank=True, db_default="", default="")
    currency = models.CharField(max_length=3, validators=[currency_code])
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0, editable=False)
    cost = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, editable=False)
    base_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, editable=False)
    is_purchase = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-ordered_at", "-id"]
        indexes = [
            models.Index(
                fields=["contact", "ordered_on"],
                include=["base_amount", "is_purchase"],
                name="orders_contact_day",
            ),
            # with what sales of some days are summed from: the home page reads the index alone
            models.Index(
                fields=["-ordered_at", "-id"],
                include=["contact", "base_amount", "is_purchase"],
                name="orders_sold_at",
            ),
            models.Index(
                fields=["partner"],
                name="orders_partner",
                condition=models.Q(partner__isnull=False),
            ),
            models.Index(fields=["number"], name="orders_number"),
            models.Index(fields=["id"], condition=~models.Q(offer_code=""), name="orders_with_a_code"),
        ]

    def __str__(self) -> str:
        return f"Order {self.number or self.pk}"

    def get_absolute_url(self) -> str:
        return path_of("orders:order_detail", self.pk)

    def get_channel_words(self) -> str:
        """`Web shop` for web; a channel of an import as it came."""
        return CHANNEL_WORDS.get(self.channel, self.channel)


class OrderLine(models.Model):
    """One line; `amount` is its total after discount. Quantity is empty where the source had none.

    `unit_price` is without the surcharges of the chosen options (`LineOption`); `list_price` is the product's price on
    the day it was written down, in the order's currency, where both have the same. `returned_line` is the line that a
    return takes back.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="lines")
    quantity = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    discount = models.DecimalField(
        max_digits=16,
        decimal_places=4,
        default=0,
        help_text="Money off the line, in the order's currency.",
    )
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    unit_cost = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    list_price = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True, editable=False)
    returned_line = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="returns",
        editable=False,
        db_index=False,
    )

    access = AccessPaths(through="order__contact", parent="contacts.contact")
    names_contacts = ("order__contact_id", "order__partner_id")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["order", "position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="orders_line_position_once")]
        indexes = [
            models.Index(
                fields=["returned_line"], condition=models.Q(returned_line__isnull=False), name="orders_line_returned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"

    def get_absolute_url(self) -> str:
        """That of its order."""
        return path_of("orders:order_detail", self.order_id)
