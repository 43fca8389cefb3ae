"""Tokens of the API as people see them: their own list, a new one shown once, the button that ends one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.choices import Verb
from crm.models import ApiToken
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.rest.actions import issue_token, revoke_token
from crm.rest.forms import TokenForm
from crm.rest.queries import tokens_for
from crm.views.base import ActionView, ScopedView

REFUSED = 422
SENT_TWICE = (
    "This form came twice, so one token was made, and its secret was in the first answer. If you did not see it, "
    "revoke the token and make another one."
)


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
        made: dict[str, Any] = {}

        def make() -> str:
            fields = {"name": form.cleaned_data["name"], "scopes": form.cleaned_data["scopes"]}
            made["fresh"], made["secret"] = issue_token(actor=self.request.user, expires_at=form.expires_at, **fields)
            return reverse("crm:token_list")

        try:
            url = once(user=self.request.user, data=request.POST, make=make)
        except MadeAlready as again:
            form.add_error(None, again)
            return self.show(form, status=REFUSED)
        if made:
            return self.show(TokenForm(), **made)
        messages.warning(request, SENT_TWICE)
        return redirect(url)

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
