"""The pages of invoices and payments."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_noop as _

from crm.choices import Verb
from crm.field_rights import hides
from crm.views.base import ActionView
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.parts import PartFormPage
from crm.views.records import RecordPage
from orders.invoices import actions
from orders.invoices.forms import InvoiceForm, PaymentForm
from orders.invoices.queries import search_invoices
from orders.invoices.specs import state_pill
from orders.models import Invoice, Order, Payment
from orders.queries import title_of


class InvoiceListView(ListPage):
    model = Invoice
    heading = "Invoices"
    name_column = "number"
    default_sort = "-issued_on"
    search = staticmethod(search_invoices)
    search_hint = "Invoice number or customer"
    phone = {"open_amount": "cell-end", "customer": "cell-secondary", "state": "cell-secondary-end"}
    new_url_name = "orders:invoice_create"
    new_label = "New invoice"
    import_url_name = "crm:import_list"
    export_url_name = "orders:invoice_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "orders:invoice_bulk"
    empty_title = "No invoices yet"
    empty_text = "Bring a file of invoices and one of payments in, or write the first invoice down."


class InvoiceExportView(ListExport, InvoiceListView):
    """The list's rows as a file."""


class InvoiceBulkView(BulkChangeView):
    """Changes the chosen invoices."""

    model = Invoice


class InvoiceCellView(CellEditView):
    """Changes one cell of the list."""

    model = Invoice
    list_url_name = "orders:invoice_list"


class InvoiceDetailView(RecordPage):
    model = Invoice
    template_name = "orders/invoices/invoice_detail.html"
    own_tab = ("payments", _("Payments"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "order")

    def get_context_data(self) -> dict[str, Any]:
        may_see = not hides(self.request.user, "orders.payment.amount")
        payments = list(self.record.payments.select_related("actor")) if may_see else []
        return super().get_context_data() | {"payments": payments, "state_pill": state_pill(self.record)}


class InvoiceCreateView(FormPage):
    model = Invoice
    form_class = InvoiceForm
    verb = Verb.ADD
    heading = "New invoice"
    list_url_name = "orders:invoice_list"
    submit_label = "Create invoice"
    done = "{record} is saved."

    def get_initial(self) -> dict[str, Any]:
        """`?order=` takes customer, currency and amount from an order, `?contact=` the customer alone."""
        order, contact = (self.request.GET.get(name, "") for name in ("order", "contact"))
        if order.isdecimal() and len(order) < 19:
            found = Order.objects.visible_to(self.request.user).filter(pk=int(order)).first()
            return _of_order(found, hides(self.request.user, "orders.order.amount")) if found else {}
        return {"contact": contact} if contact.isdecimal() else {}

    def save(self, form: InvoiceForm) -> Invoice:
        return actions.create_invoice(actor=self.request.user, fields=form.invoice_fields)


class InvoiceUpdateView(FormPage):
    model = Invoice
    form_class = InvoiceForm
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "{record} is saved."

    def save(self, form: InvoiceForm) -> Invoice:
        version = form.cleaned_data["version"]
        fields = form.invoice_fields
        return actions.change_invoice(actor=self.request.user, invoice=self.record, version=version, fields=fields)


class InvoiceCancelView(ActionView):
    """Takes an invoice back."""

    model = Invoice
    verb = Verb.CHANGE
    done = "{record} is cancelled: nothing is to be paid any more."

    def act(self, record: Invoice) -> None:
        actions.cancel_invoice(actor=self.request.user, invoice=record)


class PaymentCreateView(PartFormPage):
    """Writes a payment of an invoice down; whoever may change its customer may."""

    model = Payment
    whole_model = Invoice
    form_class = PaymentForm
    heading = "Payment of {record}"
    submit_label = "Write it down"
    done = "The payment is written down."

    def save(self, form: PaymentForm) -> Invoice:
        if form.fields["amount"].disabled:
            raise PermissionDenied
        actions.add_payment(actor=self.request.user, invoice=self.whole, **form.payment)
        return cast(Invoice, self.whole)


def _of_order(order: Order, hides_amount: bool) -> dict[str, Any]:
    found = {"contact": order.contact_id, "order_number": title_of(order), "currency": order.currency}
    return found if hides_amount else {**found, "amount": order.amount.normalize()}
