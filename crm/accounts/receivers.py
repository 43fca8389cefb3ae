"""What is kept of a sign-in."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from crm.accounts.second_factor import SIGNED_IN_AT


@receiver(user_logged_in, dispatch_uid="crm.note_sign_in")
def note_sign_in(sender: Any, *, request: HttpRequest, **kwargs: Any) -> None:
    """When this session's person showed who they are."""
    request.session[SIGNED_IN_AT] = time.time()
