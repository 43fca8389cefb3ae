"""The page that erases many people: who would go, who cannot, what should be ended before; the number is typed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from contacts.models import Contact, PrivacyRequest
from contacts.privacy.forms import EraseManyForm
from contacts.privacy.many import MOST, Preview, ask_for_many, look_at
from crm.access import can
from crm.bulk.choosing import CannotChoose, Choice
from crm.choices import Verb
from crm.once import TOKEN_FIELD, MadeAlready, led_before, new_token, once
from crm.views.base import ScopedView
from crm.views.forms import REFUSED, add_refusal

LABEL = "contacts.contact"
SHOWN = 50


class EraseManyView(ScopedView):
    """The ticked contacts (`pk`), or all that match (`all`, with `filter` and `q`), of those that the person sees."""

    model = Contact

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.RUN, PrivacyRequest):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            choice, contacts = self.chosen(request.GET)
        except CannotChoose as error:
            return self.refuse(str(error))
        return self.show(choice, look_at(contacts), EraseManyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user, form = self.request.user, EraseManyForm(request.POST)
        shown = request.POST.get("shown", "")
        if earlier := led_before(user=user, data=request.POST):
            return redirect(earlier)
        try:
            choice, contacts = self.chosen(request.POST)
        except CannotChoose as error:
            return self.refuse(str(error), REFUSED)
        if not form.is_valid():
            return self.show(choice, look_at(contacts), form, REFUSED)

        def make() -> str:
            job = ask_for_many(actor=user, contacts=contacts, shown=shown, **form.cleaned_data)
            return job.get_absolute_url()

        try:
            return redirect(once(user=user, data=request.POST, make=make))
        except MadeAlready as again:
            return redirect(again.url)
        except ValidationError as error:
            add_refusal(form, error)
            return self.show(choice, look_at(contacts), form, REFUSED)

    def chosen(self, data: Any) -> tuple[Choice, list[Contact]]:
        """The contacts that are meant. Raises CannotChoose, for too many, too."""
        choice = Choice.read(LABEL, data)
        contacts = list(choice.rows(self.request.user).order_by("sort_name", "pk")[: MOST + 1])
        if len(contacts) > MOST:
            raise CannotChoose(f"At most {MOST:,} people are erased at once: narrow the list.")
        return choice, contacts

    def refuse(self, problem: str, status: int = 200) -> HttpResponse:
        return render(self.request, "contacts/privacy/erase_many.html", {"problem": problem}, status=status)

    def show(self, choice: Choice, preview: Preview, form: EraseManyForm, status: int = 200) -> HttpResponse:
        form.fields["typed"].help_text = f"Type {len(preview.ready)}: there is no way back."
        context = {
            "choice": choice,
            "preview": preview,
            "ready": preview.ready[:SHOWN],
            "more": max(0, len(preview.ready) - SHOWN),
            "refused": preview.refused[:SHOWN],
            "more_refused": max(0, len(preview.refused) - SHOWN),
            "form": form,
            "form_token": form.data.get(TOKEN_FIELD) or new_token(),
        }
        return render(self.request, "contacts/privacy/erase_many.html", context, status=status)
