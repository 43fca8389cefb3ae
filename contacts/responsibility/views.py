"""The pages of segments of responsibility, for those who may change them; the button that says "reviewed"."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from contacts.models import Contact, Responsibility
from contacts.responsibility import actions
from contacts.responsibility.forms import ResponsibilityForm
from contacts.responsibility.queries import lines_for
from crm.access import can
from crm.choices import Verb
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage

LIST = "contacts:responsibility_list"


class ResponsibilityListView(ScopedView):
    """All segments, each with its owner, its contacts and its due reviews."""

    model = Responsibility
    verb = Verb.CHANGE

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, self.verb, Responsibility):
            raise PermissionDenied
        empty = {
            "title": "No segments yet",
            "text": "Give a territory, a saved view or a segment of the analysis to somebody, and say how often its "
            "accounts are reviewed.",
            "icon": "diagram-3",
            "action_label": "New segment",
            "action_url": reverse("contacts:responsibility_create"),
        }
        context = {"lines": lines_for(self.request.user), "empty": empty}
        return render(request, "contacts/responsibility/list.html", context)


class ResponsibilityFormView(FormPage):
    """What making and changing a segment share."""

    model = Responsibility
    form_class = ResponsibilityForm
    template_name = "contacts/responsibility/form.html"
    list_url_name = LIST

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, Responsibility):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self, record: Responsibility) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class ResponsibilityCreateView(ResponsibilityFormView):
    verb = Verb.ADD
    heading = "New segment of responsibility"
    submit_label = "Give it"
    done = "It is theirs. A worker tells its contacts."

    def save(self, form: ResponsibilityForm) -> Responsibility:
        return actions.create_responsibility(actor=self.request.user, fields=form.responsibility_fields)


class ResponsibilityUpdateView(ResponsibilityFormView):
    verb = Verb.CHANGE
    heading = "Segment of responsibility"
    done = "Saved. A worker tells the contacts."

    def save(self, form: ResponsibilityForm) -> Responsibility:
        return actions.change_responsibility(
            actor=self.request.user,
            responsibility=self.record,
            version=form.cleaned_data["version"],
            fields=form.responsibility_fields,
        )


class ResponsibilityRemoveView(ScopedView):
    """Takes a segment back from its owner."""

    model = Responsibility
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actions.remove_responsibility(actor=self.request.user, responsibility=self.get_record())
        messages.success(request, "Nobody is responsible for it any more.")
        return redirect(LIST)


class ContactReviewView(ActionView):
    """The account was reviewed."""

    model = Contact
    done = "{record.name} is reviewed."

    def act(self, record: Contact) -> None:
        actions.review_contact(actor=self.request.user, contact=record)
