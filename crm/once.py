"""A form that is sent twice makes one record: by two clicks, a retry, or the back button.

Every page that makes something carries a token. The first to send it writes the row in the transaction of its action;
a second one waits for that transaction at the row's key, then finds where the first led.
"""

from __future__ import annotations

import hashlib
import uuid

from django.db import connection
from django.http import QueryDict

from crm.models import FormSubmission, User

TOKEN_FIELD = "form_token"  # noqa: S105 - a name
NOT_TYPED = {"csrfmiddlewaretoken", TOKEN_FIELD, "opened", "version"}
TAKE_SQL = """
INSERT INTO crm_formsubmission (token, user_id, digest, url, created_at) VALUES (%s, %s, %s, '', now())
ON CONFLICT (token) DO NOTHING
"""


def new_token() -> str:
    """For a page that is about to be shown."""
    return str(uuid.uuid4())


def digest_of(data: QueryDict) -> str:
    """The same for the same words typed."""
    typed = sorted((name, values) for name, values in data.lists() if name not in NOT_TYPED)
    return hashlib.sha256(repr(typed).encode()).hexdigest()


def sent_before(*, user: User, data: QueryDict) -> FormSubmission | None:
    """The earlier sending of this form, committed; None for the first, whose row is written now.

    Call it in the transaction that makes the record. A form without a token is always the first.
    """
    token = _read(data.get(TOKEN_FIELD, ""))
    if token is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, [token, user.pk, digest_of(data)])
        if cursor.rowcount:
            return None
    return FormSubmission.objects.filter(token=token, user=user).first()


def led_to(*, user: User, data: QueryDict, url: str) -> None:
    """Where this form led, for whoever sends it again."""
    token = _read(data.get(TOKEN_FIELD, ""))
    if token is not None:
        FormSubmission.objects.filter(token=token, user=user).update(url=url[:500])


def _read(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
