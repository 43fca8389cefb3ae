"""The pages of macros: all of them, one being written, and those that can be used in a ticket."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.languages.telling import spoken, spoken_refusal
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from service.forms import LONGEST_TEXT
from service.macros import actions
from service.macros.filling import Proposal, language_name
from service.macros.forms import MacroForm
from service.macros.queries import macro_lines, macro_named, preview_of, proposals, tickets_to_look_at
from service.models import Macro, Ticket

LIST = "service:macro_list"


class MacroListView(ScopedView):
    """All macros that the person may use."""

    model = Macro

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Macro):
            raise PermissionDenied
        context = {"lines": macro_lines(user), "may_add": can(user, Verb.ADD, Macro)}
        return render(request, "service/macros/list.html", context)


class MacroFormView(FormPage):
    model = Macro
    form_class = MacroForm
    template_name = "service/macros/form.html"
    list_url_name = LIST

    def get_context_data(self, form: MacroForm) -> dict[str, Any]:
        return super().get_context_data(form) | {"looked_at": tickets_to_look_at(self.request.user)}

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class MacroCreateView(MacroFormView):
    verb = Verb.ADD
    heading = "New macro"
    submit_label = "Make the macro"
    done = "“{record}” is there: type /{record.code} in a reply."

    def save(self, form: MacroForm) -> Macro:
        return actions.create_macro(actor=self.request.user, fields=form.macro_fields)


class MacroUpdateView(MacroFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: MacroForm) -> Macro:
        return actions.change_macro(
            actor=self.request.user, macro=self.record, version=form.cleaned_data["version"], fields=form.macro_fields
        )


class MacroRemoveView(ScopedView):
    model = Macro
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        macro = self.get_record()
        actions.remove_macro(actor=self.request.user, macro=macro)
        messages.success(request, spoken(request, "The macro “%(macro)s” is removed.", macro=macro))
        return redirect(LIST)


class MacroPreviewView(ScopedView):
    """A reply (`text`) as it would look in a ticket (`ticket`; the newest): writes nothing."""

    model = Macro
    verb = Verb.ADD
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        user, text = self.request.user, request.POST.get("text", "").replace("\0", "")[:LONGEST_TEXT]
        tickets, asked = tickets_to_look_at(user), request.POST.get("ticket", "")
        ticket = next((one for one in tickets if str(one.pk) == asked), tickets[0] if tickets else None)
        preview = preview_of(user, text, ticket)
        problem = spoken_refusal(request, preview.problem) if preview.problem else ""
        context = {"preview": preview, "problem": problem, "ticket": ticket, "text": text}
        return render(request, "service/macros/_preview.html", context)


class MacroOfferView(ScopedView):
    """The macros that can be used in a ticket, with their words for it: a page, or JSON for the composer."""

    model = Ticket
    verb = Verb.CHANGE
    request: SignedInRequest

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user, ticket = self.request.user, self.get_record()
        if not can(user, Verb.VIEW, Macro):
            raise PermissionDenied
        found = proposals(user, ticket)
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"options": [_option(one, pk) for one in found]})
        context = {"record": ticket, "proposals": found, "may_add": can(user, Verb.ADD, Macro)}
        return render(request, "service/macros/offer.html", context)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "organization", "product", "queue")


class MacroUseView(ActionView):
    """Uses a macro without words, the one that is sent as `macro`."""

    model = Ticket
    done = "Done."

    def act(self, record: Ticket) -> None:
        if not can(self.request.user, Verb.VIEW, Macro):
            raise PermissionDenied
        macro = macro_named(self.request.user, self.request.POST.get("macro"))
        if macro is None:
            raise ValidationError("This macro is not there any more: look at the others.")
        actions.use_macro(actor=self.request.user, ticket=record, macro=macro)
        self.done = spoken(self.request, "Used “%(macro)s”.", macro=macro.name)


def _option(proposal: Proposal, ticket: int) -> dict[str, Any]:
    macro = proposal.macro
    return {
        "id": macro.pk,
        "name": macro.name,
        "code": macro.code,
        "text": proposal.text,
        "language": language_name(proposal.language),
        "does": ", ".join(proposal.does),
        "then": proposal.then,
        "use": "" if macro.says_something else reverse("service:macro_use", args=[ticket]),
    }
