"""One fact of a contact, edited where it stands: the form of the contact with this fact alone."""

from __future__ import annotations

from contacts import actions
from contacts.actions import ADDRESS_FIELDS
from contacts.forms import POINT_FIELDS, ContactForm
from contacts.models import Contact
from contacts.views import ContactFormView
from crm.views.facts import FactPage

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


class FactEditView(FactPage, ContactFormView):
    """`?fact=` names it."""

    facts = FACTS
    template_name = "contacts/_fact_form.html"
    heading = "Edit {record.name}"
    done = "Saved {record.name}."

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
