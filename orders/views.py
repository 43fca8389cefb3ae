"""The pages of orders and products."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_noop as _
from django.views import View

from crm.choices import Verb
from crm.field_rights import mask
from crm.filtering.searching import search_rows
from crm.requests import SignedInRequest
from crm.views.base import ActionView
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from orders import actions, queries
from orders.forms import OrderForm, ProductForm
from orders.layouts import FORM
from orders.models import Order, Product
from orders.options.queries import options_of

MOST_OPTIONS = 20
NEWEST_SALES = 25


class OrderListView(ListPage):
    model = Order
    heading = "Orders"
    name_column = "number"
    default_sort = "-ordered_on"
    search = staticmethod(queries.search_orders)
    search_hint = "Order number or customer"
    phone = {"amount": "cell-end", "customer": "cell-secondary", "ordered_on": "cell-secondary-end"}
    new_url_name = "orders:order_create"
    new_label = "New order"
    import_url_name = "crm:import_list"
    export_url_name = "orders:order_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "orders:order_bulk"
    empty_title = "No orders yet"
    empty_text = "Bring a file of orders in, or write the first one down."


class OrderExportView(ListExport, OrderListView):
    """The list's rows as a file."""


class OrderBulkView(BulkChangeView):
    """Changes the chosen orders."""

    model = Order


class OrderCellView(CellEditView):
    """Changes one cell of the list."""

    model = Order
    list_url_name = "orders:order_list"

    def version_of(self, record: Order) -> int:
        return queries.order_version(record)


class OrderDetailView(RecordPage):
    model = Order
    template_name = "orders/order_detail.html"
    own_tab = ("lines", _("Lines"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "partner")

    def get_context_data(self) -> dict[str, Any]:
        group = queries.lines_of(self.record, self.request.user)
        return super().get_context_data() | {"group": group}


class OrderFormView(FormPage):
    """What making and changing an order share."""

    model = Order
    form_class = OrderForm
    layout_place = FORM.name
    template_name = "orders/order_form.html"
    list_url_name = "orders:order_list"

    def version_of(self, record: Order) -> int:
        return queries.order_version(record)

    def warn_of_missing_rate(self, order: Order) -> None:
        if order.base_amount is None:
            sentence = (
                f"There is no exchange rate for {order.currency} on that day: until one is entered, this order "
                "stands in no total in the company's currency."
            )
            messages.warning(self.request, sentence)


class OrderCreateView(OrderFormView):
    verb = Verb.ADD
    heading = "New order"
    submit_label = "Create order"
    done = "The order is saved."

    def get_initial(self) -> dict[str, Any]:
        contact = self.request.GET.get("contact", "")
        return {"contact": contact} if contact.isdecimal() else {}

    def save(self, form: OrderForm) -> Order:
        order = actions.create_order(actor=self.request.user, fields=form.order_values, lines=form.lines.lines)
        self.warn_of_missing_rate(order)
        return order


class OrderUpdateView(OrderFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "The order is saved."

    def save(self, form: OrderForm) -> Order:
        order = actions.change_order(
            actor=self.request.user,
            order=self.record,
            version=form.cleaned_data["version"],
            fields=form.order_values,
            lines=form.lines.lines,
        )
        self.warn_of_missing_rate(order)
        return order


class ProductListView(ListPage):
    model = Product
    heading = "Products"
    search_hint = "Name, family or id"
    phone = {"price": "cell-end", "family": "cell-secondary"}
    new_url_name = "orders:product_create"
    new_label = "New product"
    import_url_name = "crm:import_list"
    export_url_name = "orders:product_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "orders:product_bulk"
    empty_title = "No products yet"
    empty_text = "Products come with imported orders, or one by one."


class ProductExportView(ListExport, ProductListView):
    """The list's rows as a file."""


class ProductBulkView(BulkChangeView):
    """Changes the chosen products."""

    model = Product


class ProductCellView(CellEditView):
    """Changes one cell of the list."""

    model = Product
    list_url_name = "orders:product_list"


class ProductDetailView(RecordPage):
    model = Product
    template_name = "orders/product_detail.html"
    own_tab = ("sales", _("Sales"))

    def get_context_data(self) -> dict[str, Any]:
        sales = list(queries.sales_of(self.record, self.request.user)[:NEWEST_SALES])
        for line in sales:
            mask(self.request.user, line)
        options = options_of([self.record.pk])[self.record.pk]
        return super().get_context_data() | {"sales": sales, "options": options}


class ProductCreateView(FormPage):
    model = Product
    form_class = ProductForm
    verb = Verb.ADD
    heading = "New product"
    list_url_name = "orders:product_list"
    submit_label = "Create product"
    done = "{record.name} is in the list of products."

    def save(self, form: ProductForm) -> Product:
        return actions.create_product(actor=self.request.user, fields=form.product_fields)


class ProductUpdateView(FormPage):
    model = Product
    form_class = ProductForm
    verb = Verb.CHANGE
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

    def save(self, form: ProductForm) -> Product:
        version = form.cleaned_data["version"]
        fields = form.product_fields
        return actions.change_product(actor=self.request.user, product=self.record, version=version, fields=fields)


class ProductArchiveView(ActionView):
    model = Product
    verb = Verb.DELETE
    done = "{record.name} is archived. Orders keep it; restore it from its page."

    def act(self, record: Product) -> None:
        actions.archive_product(actor=self.request.user, product=record)


class ProductRestoreView(ActionView):
    model = Product
    verb = Verb.DELETE
    done = "{record.name} is back."

    def act(self, record: Product) -> None:
        actions.restore_product(actor=self.request.user, product=record)


class ProductOptionsView(View):
    """Products for a select field: `?q=` words; at most 20, by name."""

    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        text = request.GET.get("q", "").replace("\0", "")[:200]
        products = Product.objects.visible_to(self.request.user).current()
        rows = search_rows(products, text, self.request.user).order_by("sort_name", "id")
        options = [{"value": str(pk), "text": name} for pk, name in rows.values_list("pk", "name")[:MOST_OPTIONS]]
        return JsonResponse({"options": options})
