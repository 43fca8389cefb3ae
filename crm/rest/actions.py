"""Writes about tokens: make one, revoke one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from crm.catalogue import api_areas
from crm.log import log
from crm.models import ApiToken, User
from crm.rest.tokens import HINT_LENGTH, digest_of, new_secret


@transaction.atomic
def issue_token(
    *, actor: User, name: str, scopes: Iterable[str], expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token that works in the actor's own name; the row and the secret, which nobody can read again.

    Raises `ValueError` for a scope that there is not.
    """
    wanted = sorted(set(scopes))
    known = {scope for area in api_areas() for scope in area.scopes}
    if unknown := set(wanted) - known:
        raise ValueError(f"There is no scope {', '.join(sorted(unknown))}.")
    secret = new_secret()
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        hint=secret[:HINT_LENGTH],
        digest=digest_of(secret),
        scopes=wanted,
        expires_at=expires_at,
    )
    log(actor=actor, verb="create", object=token, summary=f"Made the API token “{name}”")
    return token, secret


@transaction.atomic
def revoke_token(*, actor: User | None, token: ApiToken) -> None:
    """End a token for good; the next call with it is refused."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log(actor=actor, verb="revoke", object=token, summary=f"Revoked the API token “{token.name}” of {token.user}")
