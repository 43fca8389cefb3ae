"""How allauth, which signs people in, meets this product."""

from __future__ import annotations

import base64
import datetime as dt
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.accounts.actions import change_password, note_sign_in_change
from crm.accounts.device_names import name_of_device
from crm.accounts.devices import counted_as, remember_device
from crm.accounts.second_factor import is_fresh
from crm.company import current_company
from crm.environment import is_local
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.log import log

logger = logging.getLogger(__name__)
JUST_SHOWN = dt.timedelta(minutes=10)
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - not bound to: a mark


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people are invited by an administrator. Mails are our own (`crm.accounts.mails`)."""

    request: Any

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account: never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request comes from. Behind a server that does not tell (a Unix socket), all share one count."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return UNKNOWN_ADDRESS

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the person has to show again who they are before they change how they sign in."""
        return not is_fresh(self.request, JUST_SHOWN)

    def set_password(self, user: Any, password: str) -> None:
        """One action, whichever page asks; failed tries from before count no more."""
        change_password(actor=user, user=user, password=password, kept_session=self.request.session.session_key)
        self._delete_login_attempts_cached_email(self.request, email=user.email)

    def post_login(self, request: Any, user: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        log(actor=user, verb="sign in", object=user, summary=f"Signed in from {name_of_device(request.session.device)}")
        if user.email:
            remember_device(request, response, user.email)
        return response

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Only what went wrong is said: that somebody has signed in, they see."""
        if messages.SUCCESS not in args[1:2]:
            super().add_message(*args, **kwargs)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Tell the person that how they sign in was changed."""
        note_sign_in_change(user=user, change=template_prefix, device=name_of_device(self.request.session.device))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return counted_as(request, credentials.get("email") or "")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are sealed before they are stored; the names that phones show are the company's."""

    def encrypt(self, text: str) -> str:
        """The sealed secret; its key is made from the secret key of the site."""
        return make_token(Purpose.SECOND_FACTOR, {"secret": text}, None)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Where it cannot be read any more (the key was changed), one that no code fits."""
        found = read_token(Purpose.SECOND_FACTOR, encrypted_text)
        if found is None:
            logger.error("The secret of a second factor cannot be read: its CRM_SECRET_KEY is gone.")
            return base64.b32encode(secrets.token_bytes(20)).decode()
        return str(found["secret"])

    def get_totp_issuer(self) -> str:
        return current_company().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whose passkeys these are: of the host of CRM_BASE_URL, whatever host a request names."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        host = urlsplit(settings.CRM_BASE_URL).hostname or ""
        return {"id": entity["id"] if is_local(settings.CRM_BASE_URL) else host, "name": current_company().name}

    def _get_site_name(self) -> str:
        return current_company().name
