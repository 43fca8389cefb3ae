"""A person's own page: who they are, how pages look to them, where they are signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_noop
from django.views import View

from crm.accounts.actions import end_session, end_sessions
from crm.accounts.queries import sessions_of
from crm.accounts.second_factor import has_second_factor
from crm.actions import keep_look, save_profile
from crm.forms import LookForm, ProfileForm
from crm.models import Session, User
from crm.requests import SignedInRequest
from crm.views.forms import CONFLICT, REFUSED


class ProfileView(View):
    """Name, phone, time zone, language, colours, rows."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(ProfileForm(instance=self.request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            stored = User.objects.select_for_update().get(pk=self.request.user.pk)
            form = ProfileForm(request.POST, instance=stored)
            if form.is_valid():
                save_profile(actor=self.request.user, fields=form.cleaned_data)
        if form.errors:
            return self.show(form, CONFLICT if form.conflict else REFUSED)
        messages.success(request, gettext_noop("Saved."))
        return redirect("crm:profile")

    def show(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        user = self.request.user
        context = {"form": form, "has_factor": has_second_factor(user), "session_count": len(sessions_of(user))}
        return render(self.request, "crm/profile/profile.html", context, status=status)


class LookKeepView(View):
    """Keeps the colours or the height of rows that a person has just chosen in the menu."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LookForm(request.POST)
        if not form.is_valid():
            return HttpResponse("There is no such choice.", status=REFUSED, content_type="text/plain")
        keep_look(user=self.request.user, **form.cleaned_data)
        return HttpResponse(status=204)


class SessionListView(View):
    """Where the person is signed in."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        sessions = sessions_of(self.request.user, request.session.session_key)
        return render(request, "crm/profile/sessions.html", {"sessions": sessions})


class SessionEndView(View):
    """Ends one of the person's own sessions; ending the one in use is signing out."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = get_object_or_404(Session, pk=pk, user=self.request.user)
        end_session(actor=self.request.user, session=session)
        messages.success(request, "That session has ended.")
        return redirect("crm:session_list")


class OtherSessionsEndView(View):
    """Ends all of the person's sessions but the one in use."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        ended: int = end_sessions(actor=self.request.user, user=self.request.user, kept_session=key)
        said: Any = f"{ended} other sessions have ended." if ended != 1 else "The other session has ended."
        messages.success(request, said)
        return redirect("crm:session_list")
