"""A form that is sent twice makes one record: by two clicks, a retry, or the back button.

Every page that makes something carries a token. The first to send it writes the row in the transaction of its action;
a second one waits for that transaction at the row's key, then finds where the first led.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import QueryDict
from django.utils.html import format_html

from crm.models import FormSubmission, User

TOKEN_FIELD = "form_token"  # noqa: S105 - a name
NOT_TYPED = {"csrfmiddlewaretoken", TOKEN_FIELD, "opened", "version"}
TAKE_SQL = """
INSERT INTO crm_formsubmission (token, user_id, digest, url, created_at) VALUES (%s, %s, %s, '', now())
ON CONFLICT (token) DO NOTHING
"""


class MadeAlready(ValidationError):
    """The form was sent before, with other words: making another record has to be meant. `url` is where it led."""

    def __init__(self, url: str) -> None:
        self.url = url
        sentence = 'This page has made <a href="{}">a record</a> already. Save again to make another one.'
        super().__init__(format_html(sentence, url))


def once(*, user: User, data: QueryDict, make: Callable[[], str], files: Any = None) -> str:
    """The address that a sent form leads to. `make` does the work and tells it, for the first sending only.

    Sent again, the same words lead where the first ones led. Raises `MadeAlready` for other words.
    """
    with transaction.atomic():
        earlier = sent_before(user=user, data=data, files=files)
        if earlier is None:
            url = make()
            led_to(user=user, data=data, url=url)
            return url
    if earlier.digest != digest_of(data, files):
        raise MadeAlready(earlier.url)
    return earlier.url


def led_before(*, user: User, data: QueryDict, files: Any = None) -> str:
    """Where the same form led when it was sent before; empty for the first time. Asked before the words are checked:
    what the first one made may be in the way of the second (an address that is taken)."""
    token = _read(data.get(TOKEN_FIELD, ""))
    earlier = FormSubmission.objects.filter(token=token, user=user).first() if token else None
    return earlier.url if earlier is not None and earlier.digest == digest_of(data, files) else ""


def new_token() -> str:
    """For a page that is about to be shown."""
    return str(uuid.uuid4())


def digest_of(data: QueryDict, files: Any = None) -> str:
    """The same for the same words typed and the same files chosen (told by name and size)."""
    typed: list[Any] = sorted((name, values) for name, values in data.lists() if name not in NOT_TYPED)
    typed += sorted((name, file.name, file.size) for name, file in (files or {}).items())
    return hashlib.sha256(repr(typed).encode()).hexdigest()


def sent_before(*, user: User, data: QueryDict, files: Any = None) -> FormSubmission | None:
    """The earlier sending of this form, committed; None for the first, whose row is written now.

    Call it in the transaction that makes the record. A form without a token is always the first.
    """
    token = _read(data.get(TOKEN_FIELD, ""))
    if token is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, [token, user.pk, digest_of(data, files)])
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
