"""Mails about signing in. Their links begin with CRM_BASE_URL: what host a request names is a stranger's word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from crm.company import current_company
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.languages.speaking import speaking_to
from crm.languages.words import translated
from crm.mail.actions import send_mail
from crm.mail.choices import MailKind

if TYPE_CHECKING:
    from crm.models import User

INVITED_FOR = dt.timedelta(days=7)
ONE_MAIL_IN = 300
"""Seconds: who asks again within them gets no second mail."""


def site_link(path: str) -> str:
    """The whole address of a path of this site."""
    return f"{settings.CRM_BASE_URL}{path}"


def send_password_link(*, user: User) -> None:
    """A link that sets a new password: once, within a day."""
    uid, key = user_pk_to_url_str(user), default_token_generator.make_token(user)
    link = site_link(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key}))
    _send(user, lambda: gettext("Set a new password"), "password", link=link, key=_once("password", user))


def send_invitation(*, actor: User | None, user: User) -> None:
    """A link by which a new colleague sets their first password: once, within a week."""
    token = make_token(Purpose.INVITATION, {"user": user.pk, "seal": _seal(user)}, INVITED_FOR)
    link = site_link(reverse("invitation", args=[token]))
    company = current_company().name

    def subject() -> str:
        return gettext("Your account at %(company)s") % {"company": company}

    _send(user, subject, "invitation", link=link, inviter=actor, key=_once("invitation", user))


def send_notice(*, user: User, sentence: str, device: str) -> None:
    """Tell a person that the way they sign in was changed."""
    link = site_link(reverse("crm:session_list"))
    _send(user, lambda: translated(sentence).rstrip("."), "notice", link=link, sentence=sentence, device=device)


def invited_person(token: str) -> User | None:
    """Whom a link invites; None where it is forged, too old, or was used."""
    from crm.models import User  # noqa: PLC0415 - only this function needs the table

    found = read_token(Purpose.INVITATION, token)
    user = User.objects.filter(pk=found["user"], is_active=True).first() if found else None
    return user if user is not None and found and found["seal"] == _seal(user) else None


def _seal(user: User) -> str:
    """Changes with the password and the address: a link works once, and only for whom it was sent to."""
    return salted_hmac("crm.accounts.invitation", f"{user.password}{user.email}", algorithm="sha256").hexdigest()[:32]


def _once(kind: str, user: User) -> str:
    window = int(timezone.now().timestamp()) // ONE_MAIL_IN
    return f"{kind}:{user.pk}:{window}:{_seal(user)[:8]}"


def _send(user: User, subject_of: Callable[[], str], template: str, *, key: str | None = None, **context: Any) -> None:
    company = current_company()
    with speaking_to(user, company):
        text = render_to_string(f"mail/{template}.txt", {"user": user, "company": company, **context})
        subject = subject_of()
    send_mail(
        actor=None,
        kind=MailKind.AT_LEAST_ONCE,
        to=f"{user.email}",
        subject=subject,
        text=text,
        is_secret=True,
        headers={"Auto-Submitted": "auto-generated"},
        key=key,
    )
