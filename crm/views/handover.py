"""Somebody leaves: their records go to a colleague or a team, and their sign-in ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.accounts.step_up import StepUp
from crm.choices import Verb
from crm.handover import count_owned, deactivate_person, start_handover
from crm.models import Team, User
from crm.once import once
from crm.views.base import ActionView, ScopedView

REFUSED = 422


class HandoverForm(forms.Form):
    """To whom the records go; a colleague or a team."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), label="To a colleague", required=False)
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), label="or to a team", required=False, help_text="Then without an owner."
    )

    def __init__(self, data: Any = None, *, user: User, person: User) -> None:
        super().__init__(data)
        people = User.objects.visible_to(user).filter(is_active=True).exclude(pk=person.pk)
        self.fields["to"].queryset = people.order_by("name", "id")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]


class PersonHandoverView(ScopedView):
    """What the person is in charge of, and to whom it goes."""

    model = User
    verb = Verb.RUN
    template_name = "crm/people/handover.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_record()
        return self.show(person, HandoverForm(user=self.request.user, person=person))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_record()
        form = HandoverForm(request.POST, user=self.request.user, person=person)
        if form.is_valid():
            user, asked = self.request.user, form.cleaned_data

            def make() -> str:
                return start_handover(actor=user, user=person, **asked).get_absolute_url()

            try:
                return redirect(once(user=user, data=request.POST, make=make))
            except ValidationError as error:
                form.add_error(None, error)
        return self.show(person, form, REFUSED)

    def show(self, person: User, form: HandoverForm, status: int = 200) -> HttpResponse:
        context = {
            "person": person,
            "form": form,
            "counts": count_owned(person),
            "heading": f"Hand over the records of {person}",
            "submit_label": "Hand over",
            "cancel_url": reverse("crm:person_detail", args=[person.pk]),
            "may_deactivate": person.is_active and can(self.request.user, Verb.CHANGE, person),
        }
        return render(self.request, self.template_name, context, status=status)


class PersonDeactivateView(StepUp, ActionView):
    """Ends a person's sign-in, sessions, tokens and shares; then offers to hand their records over."""

    model = User
    done = "{record} may not sign in any more. Who takes over?"

    def act(self, record: User) -> None:
        deactivate_person(actor=self.request.user, user=record)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if str(request.user.pk) == str(kwargs["pk"]):
            messages.error(request, "You would lock yourself out.")
            return redirect("crm:person_detail", kwargs["pk"])
        return super().post(request, *args, **kwargs)

    def get_success_url(self, record: User) -> str:
        return reverse("crm:person_handover", args=[record.pk])
