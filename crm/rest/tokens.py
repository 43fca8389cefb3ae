"""Who calls: `Authorization: Bearer TOKEN`, and nothing else. The API takes no cookie."""

from __future__ import annotations

import hashlib
import secrets
from typing import cast

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from ninja.security import HttpBearer

from crm.accounts.middleware import SET_UP_FIRST
from crm.accounts.second_factor import must_set_up
from crm.acting import acts
from crm.choices import Door
from crm.models import ApiToken, User
from crm.rest.problems import Problem, plain_problem
from crm.rest.throttling import count_failure, count_token

MARK = "crm_"
HINT_LENGTH = 8
LONGEST_TOKEN = 200


class ApiRequest(HttpRequest):
    """A request with a token (for type checkers only)."""

    user: User
    auth: ApiToken


def caller(request: HttpRequest) -> User:
    """Whose token the request came with."""
    return cast(ApiRequest, request).user


def new_secret() -> str:
    """A fresh token: a mark that scanners of leaked secrets can know, and 256 random bits."""
    return MARK + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_for(secret: str) -> ApiToken | None:
    """The live token with this secret whose person may sign in."""
    if not secret or len(secret) > LONGEST_TOKEN:
        return None
    rows = ApiToken.objects.select_related("user__team")
    found = rows.filter(digest=digest_of(secret), user__is_active=True).first()
    return found if found is not None and found.is_live else None


class Token(HttpBearer):
    """A token with a scope: `Token("contacts:read")`; without one, any live token."""

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token of the request. Raises a 401, 403 or 429."""
        found = token_for(token)
        if found is None:
            count_failure(str(get_adapter().get_client_ip(request)))
            raise refused_token()
        count_token(found)
        if must_set_up(found.user):
            raise Problem(403, "second_factor_needed", SET_UP_FIRST)
        if self.scope and self.scope not in found.scopes:
            raise Problem(403, "missing_scope", f"This token lacks the scope “{self.scope}”.")
        request.user = found.user
        acts(found.user.pk, door=Door.API, token_id=found.pk)
        return found


def refused_token() -> Problem:
    problem = plain_problem(401)
    problem.code, problem.detail = "wrong_token", "This token opens nothing: it is wrong, has ended or was revoked."
    problem.headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return problem


def reads(area: str) -> Token:
    return Token(f"{area}:read")


def writes(area: str) -> Token:
    return Token(f"{area}:write")


def has_scope(request: HttpRequest, scope: str) -> bool:
    return scope in cast(ApiRequest, request).auth.scopes
