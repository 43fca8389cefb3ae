"""The page of a product's options, and what the order form asks of a product."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View

from crm.choices import Verb
from crm.field_rights import hides
from crm.requests import SignedInRequest
from crm.views.forms import FormPage
from orders.models import Product
from orders.options.actions import set_options
from orders.options.forms import ProductOptionsForm
from orders.options.queries import option_choices

PRICE = "orders.product.unit_price"


class OptionSetView(FormPage):
    """What a product can be made to order with."""

    model = Product
    form_class = ProductOptionsForm
    template_name = "orders/options/form.html"
    verb = Verb.CHANGE
    heading = "Options of {record.name}"
    submit_label = "Save options"
    done = "The options of {record.name} are saved."

    def save(self, form: ProductOptionsForm) -> Product:
        version, options = form.cleaned_data["version"], form.options.options
        return set_options(actor=self.request.user, product=self.record, version=version, options=options)


class ProductChoicesView(View):
    """A product's price and options for a line of the order form; money only for who may see prices."""

    request: SignedInRequest

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        product = get_object_or_404(Product.objects.visible_to(self.request.user), pk=pk)
        shows = not hides(self.request.user, PRICE)
        answer: dict[str, Any] = {"options": option_choices(product, shows), "currency": product.currency}
        if shows and product.unit_price is not None:
            answer["price"] = f"{product.unit_price:f}"
        return JsonResponse(answer)
