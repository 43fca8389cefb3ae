"""Invoices and what was paid of them."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from orders.choices import InvoiceState, PaymentMethod
from orders.models.sales import Order

UNPAID = (InvoiceState.OPEN, InvoiceState.PART_PAID)


class Invoice(models.Model):
    """What a customer is asked to pay; a negative amount is a credit note.

    Kept from the payments by `orders.invoices.keeping`: `paid_amount`, `open_amount` (nothing once it is cancelled;
    below zero where more was paid), `base_open_amount` (in the company's currency at the rate of the day of issue;
    empty where no rate is known) and `state`. Whether it is overdue depends on the day: `state_on`.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="invoices", db_index=False)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=200, unique=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    issued_on = models.DateField()
    due_on = models.DateField(null=True, blank=True, help_text="The last day to pay.")
    currency = models.CharField(max_length=3, validators=[currency_code])
    amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="What is to be paid, with tax.")
    note = models.CharField(max_length=300, blank=True)
    cancelled_on = models.DateField(null=True, blank=True, editable=False)
    paid_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0, editable=False)
    open_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0, editable=False)
    base_open_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, editable=False)
    state = models.CharField(max_length=10, choices=InvoiceState, default=InvoiceState.OPEN, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on=None) | models.Q(due_on__gte=models.F("issued_on")),
                name="orders_invoice_due_after_its_day",
                violation_error_message="It cannot be due before it is issued.",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_on", "-id"], name="orders_invoice_issued"),
            models.Index(fields=["contact", "-issued_on", "-id"], name="orders_invoice_contact"),
            # what is still to be paid: few rows of many, whose balance is asked for
            models.Index(
                fields=["contact", "due_on"],
                include=["base_open_amount"],
                condition=models.Q(state__in=["open", "part_paid"]),
                name="orders_invoice_unpaid",
            ),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number}"

    def get_absolute_url(self) -> str:
        return path_of("orders:invoice_detail", self.pk)

    def state_on(self, day: dt.date) -> InvoiceState:
        """The state as people speak of it: overdue instead of open or part paid once the last day has passed."""
        is_late = self.state in UNPAID and self.due_on is not None and self.due_on < day and self.open_amount > 0
        return InvoiceState.OVERDUE if is_late else InvoiceState(self.state)


class Payment(models.Model):
    """Money that came (or, below zero, went back) for an invoice, in its currency. Rows are only ever added: what was
    wrong is put right by another one."""

    # the database takes them away with their invoice: the application may not
    invoice = models.ForeignKey(Invoice, on_delete=models.DO_NOTHING, related_name="payments")
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    method = models.CharField(max_length=12, choices=PaymentMethod, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="invoice__contact", parent="contacts.contact")
    names_contacts = ("invoice__contact_id",)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_on", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="orders_payment_not_nothing")]
        indexes = [models.Index(fields=["-paid_on", "-id"], name="orders_payment_paid")]

    def __str__(self) -> str:
        return f"{self.amount} on {self.paid_on}"
