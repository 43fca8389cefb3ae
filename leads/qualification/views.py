"""The pages of qualification: the checklist of one lead, and the questions themselves."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.views.base import ScopedView
from crm.views.forms import FormPage
from leads.models import ChecklistItem, Lead
from leads.qualification.actions import qualify_lead
from leads.qualification.forms import ChecklistItemForm, QualifyForm
from leads.qualification.items import USUAL, begin_with_usual, save_item


class LeadQualifyView(FormPage):
    """What was found of a lead, and the verdict."""

    model = Lead
    form_class = QualifyForm
    verb = Verb.CHANGE
    heading = "Qualify {record.name}"
    done = "{record.name}: kept."

    def save(self, form: QualifyForm) -> Lead:
        return qualify_lead(actor=self.request.user, lead=self.record, **form.result)


class ChecklistView(ScopedView):
    """The questions in their order."""

    model = ChecklistItem

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, ChecklistItem):
            raise PermissionDenied
        may_change = can(self.request.user, Verb.CHANGE, ChecklistItem)
        may_begin = can(self.request.user, Verb.ADD, ChecklistItem)
        items = list(ChecklistItem.objects.all())
        context = {"items": items, "may_change": may_change, "usual": USUAL if may_begin and not items else ()}
        return render(request, "leads/checklist.html", context)


class ChecklistStartView(ScopedView):
    """Begins with the questions that most houses ask."""

    model = ChecklistItem
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.ADD, ChecklistItem):
            raise PermissionDenied
        begin_with_usual(actor=self.request.user)
        return redirect("leads:checklist")


class ChecklistItemFormView(FormPage):
    model = ChecklistItem
    form_class = ChecklistItemForm
    list_url_name = "leads:checklist"
    heading = "A question of qualification"
    done = "The question is in."

    def save(self, form: ChecklistItemForm) -> ChecklistItem:
        return save_item(actor=self.request.user, item=self.record or ChecklistItem(), fields=form.item_fields)

    def get_success_url(self, record: Any) -> str:
        return reverse("leads:checklist")

    def get_cancel_url(self) -> str:
        return reverse("leads:checklist")


class ChecklistItemCreateView(ChecklistItemFormView):
    verb = Verb.ADD


class ChecklistItemUpdateView(ChecklistItemFormView):
    verb = Verb.CHANGE
