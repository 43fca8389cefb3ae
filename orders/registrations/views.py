"""The pages of registered products."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from crm.choices import Verb
from crm.views.bulk import BulkChangeView
from crm.views.cells import CellEditView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage
from crm.views.records import RecordPage
from orders.models import ProductRegistration
from orders.registrations import actions
from orders.registrations.forms import RegistrationForm
from orders.registrations.queries import search_registrations
from orders.registrations.specs import warranty


class RegistrationListView(ListPage):
    model = ProductRegistration
    heading = "Registrations"
    name_column = "serial"
    default_sort = "-registered_on"
    search = staticmethod(search_registrations)
    search_hint = "Whole serial number, or customer"
    phone = {"warranty_ends_on": "cell-end", "product": "cell-secondary"}
    new_url_name = "orders:registration_create"
    new_label = "Register a product"
    import_url_name = "crm:import_list"
    export_url_name = "orders:registration_export"
    edit_path = "edit/"
    cell_path = "cell/"
    bulk_url_name = "orders:registration_bulk"
    empty_title = "No registrations yet"
    empty_text = "Who has which piece, and until when its warranty runs: by a file, or one by one."


class RegistrationExportView(ListExport, RegistrationListView):
    """The list's rows as a file."""


class RegistrationBulkView(BulkChangeView):
    """Changes the chosen registrations."""

    model = ProductRegistration


class RegistrationCellView(CellEditView):
    """Changes one cell of the list."""

    model = ProductRegistration
    list_url_name = "orders:registration_list"


class RegistrationDetailView(RecordPage):
    model = ProductRegistration
    template_name = "orders/registrations/registration_detail.html"
    own_tab = ("facts", _("Facts"))

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "product", "order")

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"warranty": warranty(self.record)}


class RegistrationCreateView(FormPage):
    model = ProductRegistration
    form_class = RegistrationForm
    verb = Verb.ADD
    heading = "Register a product"
    list_url_name = "orders:registration_list"
    submit_label = "Register it"
    done = "{record} is registered."

    def get_initial(self) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "") for name in ("contact", "product")}
        return {name: key for name, key in asked.items() if key.isdecimal() and len(key) < 19}

    def save(self, form: RegistrationForm) -> ProductRegistration:
        return actions.register_product(actor=self.request.user, fields=form.registration_fields)


class RegistrationUpdateView(FormPage):
    model = ProductRegistration
    form_class = RegistrationForm
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "{record} is saved."

    def save(self, form: RegistrationForm) -> ProductRegistration:
        return actions.change_registration(
            actor=self.request.user,
            registration=self.record,
            version=form.cleaned_data["version"],
            fields=form.registration_fields,
        )
