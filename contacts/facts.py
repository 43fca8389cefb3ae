"""One fact of a contact, edited where it stands: the form of the contact with this fact alone."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from contacts import actions
from contacts.actions import ADDRESS_FIELDS
from contacts.forms import POINT_FIELDS, ContactForm
from contacts.models import Contact
from contacts.views import ContactFormView
from crm.choices import Verb
from crm.customfields.definitions import definitions_of
from crm.views.forms import REFUSED

# a fact and the fields of the form that make it
FACTS: dict[str, tuple[str, ...]] = {
    "name": ("name", "first_name", "last_name"),
    "owner": ("owner", "team"),
    "territory": ("territory",),
    "reach": tuple(POINT_FIELDS),
    "address": ADDRESS_FIELDS,
    "website": ("website",),
    "organization": ("organization",),
    "parent": ("parent",),
    "markets": ("markets",),
    "industry": ("industry",),
    "employees": ("employees",),
    "revenue": ("revenue",),
    "birthday": ("birthday",),
    "created_on": ("created_on",),
    "source": ("source", "list_kind", "acquired_lists"),
    "potential": ("potential",),
    "review": ("review_on", "review_days"),
    "external_id": ("external_id",),
    "tags": ("tags",),
}


class FactEditView(ContactFormView):
    """`?fact=` names it. The page of a form without scripts; on the record's page it stands in place of the fact."""

    verb = Verb.CHANGE
    template_name = "contacts/_fact_form.html"
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse a fact that there is not."""
        self.fact = request.POST.get("fact") or request.GET.get("fact") or "name"
        own = [one.name for one in definitions_of("contacts.contact")]
        if self.fact not in FACTS and self.fact not in own:
            raise Http404("There is no such fact.")
        return super().dispatch(request, *args, **kwargs)

    def make_form(self, data: Any = None) -> ContactForm:
        form: ContactForm = super().make_form(data)
        for name in [name for name in form.fields if name not in (*FACTS.get(self.fact, (self.fact,)), "version")]:
            del form.fields[name]
        return form

    def show(self, form: Any, status: int = 200, token: str = "", opened: str = "") -> HttpResponse:
        """Refused on the record's page, the form goes back to where it stood."""
        response = super().show(form, status, token, opened)
        if status >= 400 and self.request.headers.get("HX-Request"):
            response.status_code = REFUSED
            response["HX-Retarget"], response["HX-Reselect"] = ".fact-form", ".fact-form"
        return response

    def save(self, form: ContactForm) -> Contact:
        """The fact alone is written; points and address only where they were asked for."""
        contact = actions.change_contact(
            actor=self.request.user,
            contact=self.record,
            version=form.cleaned_data["version"],
            fields=form.contact_fields,
            points=form.points if set(POINT_FIELDS) <= set(form.fields) else None,
            address=form.address if set(ADDRESS_FIELDS) <= set(form.fields) else None,
            custom=form.custom,
            lists=form.lists,
        )
        if self.fact == "reach":
            self.warn_of_namesakes(contact)
        return contact

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"fact": self.fact}
