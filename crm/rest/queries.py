"""Reads of tokens."""

from __future__ import annotations

from crm.models import ApiToken, ApiUse, User
from crm.rest.throttling import token_subject

MOST = 200


def tokens_for(user: User) -> list[ApiToken]:
    """The tokens that a person may see, newest first, live ones before the others; each with `last_used_at`."""
    tokens = list(ApiToken.objects.visible_to(user).select_related("user")[:MOST])
    uses = ApiUse.objects.filter(subject__in=[token_subject(token) for token in tokens])
    last = dict(uses.values_list("subject", "last_at"))
    for token in tokens:
        token.last_used_at = last.get(token_subject(token))  # type: ignore[attr-defined]
    return sorted(tokens, key=lambda token: not token.is_live)
