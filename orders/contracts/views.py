"""The pages of subscriptions."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext_noop as _

from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import mask
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.parts import PartFormPage
from crm.views.records import RecordPage
from orders import queries
from orders.contracts import actions
from orders.contracts.forms import CancelForm, RenewalForm, SubscriptionForm
from orders.models import Subscription, SubscriptionRenewal


class SubscriptionListView(ListPage):
    model = Subscription
    heading = "Subscriptions"
    name_column = "plan"
    default_sort = "-started_on"
    search = staticmethod(queries.search_subscriptions)
    search_hint = "Plan or customer"
    phone = {"monthly_amount": "cell-end", "customer": "cell-secondary", "started_on": "cell-secondary-end"}
    new_url_name = "orders:subscription_create"
    new_label = "New subscription"
    import_url_name = "crm:import_list"
    export_url_name = "orders:subscription_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "orders:subscription_bulk"
    empty_title = "No subscriptions yet"
    empty_text = "Bring a file of contracts in: who, since when, until when, how much a month."


class SubscriptionExportView(ListExport, SubscriptionListView):
    """The list's rows as a file."""


class SubscriptionBulkView(BulkChangeView):
    """Changes the chosen subscriptions."""

    model = Subscription


class SubscriptionCellView(CellEditView):
    """Changes one cell of the list."""

    model = Subscription
    list_url_name = "orders:subscription_list"


class SubscriptionDetailView(RecordPage):
    model = Subscription
    template_name = "orders/contracts/subscription_detail.html"
    own_tab = ("renewals", _("Renewals"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact")

    def get_context_data(self) -> dict[str, Any]:
        renewals = list(self.record.renewals.select_related("actor"))
        for renewal in renewals:
            mask(self.request.user, renewal)
        today = company_today()
        return super().get_context_data() | {
            "renewals": renewals,
            "state": self.record.state_on(today),
            "is_late": self.record.renews_on is not None and self.record.renews_on <= today,
        }


class SubscriptionCreateView(FormPage):
    model = Subscription
    form_class = SubscriptionForm
    verb = Verb.ADD
    heading = "New subscription"
    list_url_name = "orders:subscription_list"
    submit_label = "Create subscription"
    done = "The subscription is saved."

    def get_initial(self) -> dict[str, Any]:
        contact = self.request.GET.get("contact", "")
        return {"contact": contact} if contact.isdecimal() and len(contact) < 19 else {}

    def save(self, form: SubscriptionForm) -> Subscription:
        return actions.create_subscription(actor=self.request.user, fields=form.subscription_fields)


class SubscriptionUpdateView(FormPage):
    model = Subscription
    form_class = SubscriptionForm
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "The subscription is saved."

    def save(self, form: SubscriptionForm) -> Subscription:
        version, fields = form.cleaned_data["version"], form.subscription_fields
        return actions.change_subscription(
            actor=self.request.user, subscription=self.record, version=version, fields=fields
        )


class SubscriptionCancelView(FormPage):
    """Writes down that notice was given."""

    model = Subscription
    form_class = CancelForm
    verb = Verb.CHANGE
    heading = "Cancel {record}"
    submit_label = "Cancel it"
    done = "The cancellation is written down."

    def save(self, form: CancelForm) -> Subscription:
        said, version = form.cleaned_data, form.cleaned_data["version"]
        fields = {name: said[name] for name in ("cancelled_on", "ended_on")}
        return actions.cancel_subscription(
            actor=self.request.user, subscription=self.record, version=version, reason=said["cancel_reason"], **fields
        )


class RenewalCreateView(PartFormPage):
    """Adds a term to a contract; whoever may change its customer may."""

    model = SubscriptionRenewal
    whole_model = Subscription
    form_class = RenewalForm
    heading = "Renew {record}"
    submit_label = "Renew it"
    done = "It is renewed."

    def save(self, form: RenewalForm) -> Subscription:
        actions.renew_subscription(actor=self.request.user, subscription=self.whole, **form.renewal)
        return cast(Subscription, self.whole)
