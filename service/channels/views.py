"""The public page of a web form for tickets; a reply into a chat that is sent once more."""

from __future__ import annotations

from typing import Any

from crm.views.base import ActionView
from crm.views.strangers import StrangersFormView
from service.channels.actions import take_web_request
from service.channels.forms import PublicTicketForm
from service.channels.replies import send_again
from service.models import HookDelivery, WebForm


class PublicTicketView(StrangersFormView):
    """One form by its secret address."""

    template_name = "service/channels/public_form.html"
    thanks_template_name = "service/channels/public_thanks.html"
    key_prefix = "ticket "

    def find(self, token: str) -> WebForm | None:
        return WebForm.objects.filter(token=token, is_active=True).select_related("queue").first()

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> PublicTicketForm:
        return PublicTicketForm(data, capture=self.capture, initial=initial)

    def take(self, form: PublicTicketForm, ip: str) -> None:
        take_web_request(form=self.capture, values=form.values, ip=ip)


class DeliveryAgainView(ActionView):
    """A reply that did not arrive is brought again; who may change the ticket may."""

    model = HookDelivery
    done = "It is sent again."

    def act(self, record: HookDelivery) -> None:
        send_again(actor=self.request.user, delivery=record)
