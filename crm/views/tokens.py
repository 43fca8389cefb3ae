"""Tokens of the API as people see them: their own list, a new one shown once, the button that ends one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.choices import Verb
from crm.models import ApiToken
from crm.requests import SignedInRequest
from crm.rest.actions import issue_token, revoke_token
from crm.rest.forms import TokenForm
from crm.rest.queries import tokens_for
from crm.views.base import ActionView, ScopedView

REFUSED = 422


class TokenListView(ScopedView):
    """The person's tokens (an administrator sees everybody's), and the form for a new one: its secret is shown once."""

    model = ApiToken
    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(TokenForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=REFUSED)
        name, scopes = form.cleaned_data["name"], form.cleaned_data["scopes"]
        token, secret = issue_token(actor=self.request.user, name=name, scopes=scopes, expires_at=form.expires_at)
        return self.show(TokenForm(), fresh=token, secret=secret)

    def show(self, form: TokenForm, status: int = 200, **fresh: Any) -> HttpResponse:
        tokens = tokens_for(self.request.user)
        return render(self.request, "crm/token_list.html", {"form": form, "tokens": tokens, **fresh}, status=status)


class TokenRevokeView(ActionView):
    model = ApiToken
    verb = Verb.DELETE
    done = "“{record.name}” opens nothing any more."

    def act(self, record: ApiToken) -> None:
        revoke_token(actor=self.request.user, token=record)

    def get_success_url(self, record: ApiToken) -> str:
        return reverse("crm:token_list")
