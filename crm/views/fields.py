"""Custom fields: administrators make, change and delete them here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.customfields.actions import change_field, create_field, delete_field
from crm.customfields.counting import counts_of
from crm.customfields.forms import FieldForm
from crm.languages.telling import spoken
from crm.models import AccessRule, CustomField
from crm.rights import restrictions
from crm.templatetags.figures import plural
from crm.views.base import ScopedView
from crm.views.forms import FormPage

MODEL = "contacts.contact"


class FieldListView(ScopedView):
    """All custom fields in their order, with how many contacts have a value."""

    model = CustomField

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, CustomField):
            raise PermissionDenied
        fields = list(self.get_queryset().filter(model=MODEL))
        counts = counts_of(MODEL, [field.key for field in fields])
        rules = restrictions(MODEL, [f"custom__{field.key}" for field in fields])
        context = {
            "rows": [
                {"field": field, "count": counts[field.key], "rules": rules[f"custom__{field.key}"]} for field in fields
            ],
            "nothing": {
                "icon": "card-list",
                "title": "No custom fields yet",
                "text": "What your house wants to know of its contacts beyond the shipped fields. An import can make "
                "them too, from the columns of a file.",
            },
            "rights_url": reverse("crm:rights"),
        }
        return render(request, "crm/fields/list.html", context)


class FieldFormView(FormPage):
    """What making and changing a custom field share."""

    model = CustomField
    form_class = FieldForm
    list_url_name = "crm:customfield_list"
    template_name = "crm/fields/form.html"

    def get_success_url(self, record: Any) -> str:
        return reverse(self.list_url_name)

    def get_cancel_url(self) -> str:
        return reverse(self.list_url_name)


class FieldCreateView(FieldFormView):
    verb = Verb.ADD
    heading = "New custom field"
    submit_label = "Make the field"
    done = "“{record}” is on every contact now."

    def save(self, form: FieldForm) -> CustomField:
        return create_field(actor=self.request.user, model=MODEL, fields=form.definition_fields)


class FieldUpdateView(FieldFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved {record}."

    def save(self, form: FieldForm) -> CustomField:
        return change_field(actor=self.request.user, field=self.record, fields=form.definition_fields)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        stored = f"custom__{self.record.key}"
        return {
            **super().get_context_data(form),
            "count": counts_of(self.record.model, [self.record.key])[self.record.key],
            "rules": restrictions(self.record.model, [stored])[stored],
            "may_change_rights": can(self.request.user, Verb.CHANGE, AccessRule),
        }


class FieldDeleteView(ScopedView):
    """Takes a field away with all its values, once who asks has seen how many they are."""

    model = CustomField
    verb = Verb.DELETE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        field = self.get_record()
        count = counts_of(field.model, [field.key])[field.key]
        return render(request, "crm/fields/delete.html", {"field": field, "count": count})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        field = self.get_record()
        count = delete_field(actor=self.request.user, field=field)
        messages.success(
            request,
            spoken(request, "“%(field)s” is gone, with %(count)s.", field=field, count=lambda: plural(count, "value")),
        )
        return redirect("crm:customfield_list")
