"""Colleagues: who they are; for administrators also how they sign in, and inviting new ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.access import can
from crm.accounts.actions import end_sessions, invite, invite_person, remove_second_factors
from crm.accounts.queries import SIGN_INS, people, sessions_of
from crm.accounts.second_factor import has_second_factor
from crm.accounts.step_up import StepUp
from crm.choices import Verb
from crm.forms import InviteForm
from crm.models import User
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage


class PersonListView(ScopedView):
    """Everybody who works here."""

    model = User

    def get(self, request: HttpRequest) -> HttpResponse:
        search, asked = request.GET.get("q", "").strip()[:100], request.GET.get("sign_in", "")
        may_change = can(self.request.user, Verb.CHANGE, User)
        sign_in = asked if may_change and asked in SIGN_INS else ""
        context = {
            "people": people(search, sign_in),
            "sign_in": sign_in,
            "sign_in_words": SIGN_INS[sign_in].label if sign_in else "",
            "nothing_found": {"title": "Nobody is called so", "text": "Look for a part of the name, address or team."},
            "search_value": search,
            "may_invite": can(self.request.user, Verb.ADD, User),
            "may_change": may_change,
        }
        return render(request, "crm/people/list.html", context)


class PersonDetailView(ScopedView):
    """One colleague."""

    model = User

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_record()
        may_change = can(self.request.user, Verb.CHANGE, person)
        context = {
            "person": person,
            "may_change": may_change,
            "may_hand_over": can(self.request.user, Verb.RUN, person),
            "sessions": sessions_of(person) if may_change else [],
            "has_factor": has_second_factor(person),
        }
        return render(request, "crm/people/person.html", context)


class PersonInviteView(StepUp, FormPage):
    """Makes a colleague, who gets a mail with a link to set their password."""

    model = User
    verb = Verb.ADD
    form_class = InviteForm
    heading = "Invite a colleague"
    list_url_name = "crm:person_list"
    submit_label = "Send the invitation"
    done = "{record} gets a mail with a link to set a password."

    def save(self, form: Any) -> User:
        return invite_person(actor=self.request.user, **form.cleaned_data)

    def get_success_url(self, record: User) -> str:
        return reverse("crm:person_detail", args=[record.pk])


class PersonAction(StepUp, ActionView):
    """What administrators do about how a colleague signs in."""

    model = User

    def get_success_url(self, record: User) -> str:
        return reverse("crm:person_detail", args=[record.pk])


class PersonInviteAgainView(PersonAction):
    """Sends the invitation again, with a fresh link."""

    done = "{record} gets a mail with a link to set a password."

    def act(self, record: User) -> None:
        invite(actor=self.request.user, user=record)


class PersonSessionsEndView(PersonAction):
    """Signs the person out everywhere."""

    done = "{record} is signed out everywhere."

    def act(self, record: User) -> None:
        end_sessions(actor=self.request.user, user=record)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        is_self = str(request.user.pk) == str(kwargs["pk"])
        return redirect("account_login") if is_self else response


class PersonFactorsRemoveView(PersonAction):
    """For who has lost phone and recovery codes."""

    done = "{record} signs in by password alone until a new second factor is set up."

    def act(self, record: User) -> None:
        remove_second_factors(actor=self.request.user, user=record)
