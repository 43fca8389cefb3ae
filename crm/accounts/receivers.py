"""What is kept of a sign-in."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from crm.accounts.second_factor import SIGNED_IN_AT
from crm.log import log
from crm.models import User


@receiver(user_logged_in, dispatch_uid="crm.note_sign_in")
def note_sign_in(sender: Any, *, request: HttpRequest, **kwargs: Any) -> None:
    """When this session's person showed who they are."""
    request.session[SIGNED_IN_AT] = time.time()


@receiver(user_logged_out, dispatch_uid="crm.note_sign_out")
def note_sign_out(sender: Any, *, user: User | None, **kwargs: Any) -> None:
    """Who left."""
    if user is not None:
        log(actor=user, verb="sign out", object=user, summary="Signed out")


@receiver(user_login_failed, dispatch_uid="crm.note_failed_sign_in")
def note_failed_sign_in(sender: Any, *, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A wrong password for somebody who is here. What was typed for nobody is not kept: it may be a password."""
    address = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=address).first() if address else None
    log(actor=None, verb="sign in failed", object=user, kind=User, summary="A sign-in failed: wrong password or name")
