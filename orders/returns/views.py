"""The page of a return."""

from __future__ import annotations

from typing import Any

from crm.views.parts import PartFormPage
from orders.models import Order
from orders.returns.actions import return_lines
from orders.returns.forms import ReturnForm


class ReturnCreateView(PartFormPage):
    """Makes a return of an order; whoever may change the customer may."""

    model = Order
    whole_model = Order
    form_class = ReturnForm
    heading = "Return of {record}"
    submit_label = "Take it back"
    done = "{record} is written down."

    def save(self, form: ReturnForm) -> Order:
        return return_lines(actor=self.request.user, order=self.whole, quantities=form.quantities)

    def get_success_url(self, record: Any) -> str:
        address: str = record.get_absolute_url()
        return address
