"""Writes about how people sign in."""

from __future__ import annotations

import logging

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm import bells
from crm.accounts import mails
from crm.accounts.addresses import sign_in_address
from crm.accounts.sessions import hash_of
from crm.choices import JobQueue, Role
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.languages.refusing import refused
from crm.log import log
from crm.mail.addresses import normal_address
from crm.models import PasswordRequest, Session, Team, User

logger = logging.getLogger(__name__)
LONGEST_ADDRESS = 320
SEALED = {"secret", "seed"}  # what of a second factor is stored sealed
# what allauth calls a change, and the sentence of our log and mail
CHANGES = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_reset": gettext_noop("Your password was set anew by a link from a mail."),
    "account/email/password_set": gettext_noop("A password was set."),
    "mfa/email/totp_activated": gettext_noop("An authenticator app was added to your sign-in."),
    "mfa/email/totp_deactivated": gettext_noop("The authenticator app was taken away from your sign-in."),
    "mfa/email/webauthn_added": gettext_noop("A passkey was added to your sign-in."),
    "mfa/email/webauthn_removed": gettext_noop("A passkey was taken away from your sign-in."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made; the old ones are void."),
}


def end_sessions(*, actor: User | None, user: User, kept_session: str | None = None) -> int:
    """End the person's sessions, all but the one with this key; returns how many there were."""
    with transaction.atomic():
        rows = Session.objects.filter(user=user)
        ended, _ = (rows.exclude(key_hash=hash_of(kept_session)) if kept_session else rows).delete()
        if ended:
            log(actor=actor, verb="end sessions", object=user, summary=f"{user}: {ended} sessions ended")
    return ended


def end_session(*, actor: User, session: Session) -> None:
    """End one session."""
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).delete()
        log(actor=actor, verb="end sessions", object=session.user, summary=f"{session.user}: a session ended")


def change_password(*, actor: User | None, user: User, password: str, kept_session: str | None = None) -> None:
    """Set the password; whoever is signed in by the old one is signed out, but for the session with this key."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        log(actor=actor, verb="set password", object=user, summary=f"{user}: new password")
        end_sessions(actor=actor, user=user, kept_session=kept_session)


def note_sign_in_change(*, user: User, change: str, device: str) -> None:
    """Log that the way the person signs in has changed, and tell them by mail. Unknown changes are nothing to tell."""
    sentence = CHANGES.get(change)
    if sentence is None:
        return
    with transaction.atomic():
        if change.startswith("mfa/"):
            log(actor=user, verb="change sign-in", object=user, summary=f"{user}: {sentence}")
        if user.email:
            mails.send_notice(user=user, sentence=sentence, device=device)


def invite_person(*, actor: User | None, email: str, name: str, role: str, team: Team | None = None) -> User:
    """Make a person who cannot sign in yet, and mail them a link to set their password.

    Only administrators make administrators (PermissionDenied). Raises ValidationError.
    """
    if actor is not None and role == Role.ADMIN and actor.role != Role.ADMIN:
        raise PermissionDenied
    with transaction.atomic():
        user = User.objects.create_user(sign_in_address(email), None, name=name, role=role, team=team)
        log(actor=actor, verb="create", object=user, summary=f"{user.name}: {user.role}")
        invite(actor=actor, user=user)
    return user


def invite(*, actor: User | None, user: User) -> None:
    """Mail a person who has no password a link to set one. Raises ValidationError where that makes no sense."""
    if not user.email or not user.is_active:
        raise ValidationError("An invitation needs an e-mail address, and a person who may sign in.")
    if user.has_usable_password():
        raise refused("%(user)s has a password already; they can get a new one from the sign-in page.", user=user)
    with transaction.atomic():
        user.invited_at = timezone.now()
        user.save(update_fields=["invited_at"])
        mails.send_invitation(actor=actor, user=user)
        log(actor=actor, verb="invite", object=user, summary=f"Invited {user}")


def remove_second_factors(*, actor: User, user: User) -> None:
    """For who has lost the phone and the recovery codes: sign-in by password alone, until a new factor is set up."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        log(actor=actor, verb="change sign-in", object=user, summary=f"{user}: second factors taken away")
        end_sessions(actor=actor, user=user)
        if user.email:
            mails.send_notice(
                user=user, sentence=gettext_noop("An administrator took your second factors away."), device=""
            )


def seal_factors_anew(*, actor: User | None) -> tuple[int, int]:
    """Seal the secrets of second factors with the key of now; (how many were, how many cannot be read any more)."""
    sealed = lost = 0
    with transaction.atomic():
        for factor in Authenticator.objects.select_for_update().order_by("pk"):
            for name in SEALED & factor.data.keys():
                found = read_token(Purpose.SECOND_FACTOR, factor.data[name])
                lost += found is None
                sealed += found is not None
                factor.data[name] = make_token(Purpose.SECOND_FACTOR, found, None) if found else factor.data[name]
            factor.save(update_fields=["data"])
        log(actor=actor, verb="rotate secrets", summary=f"{sealed} secrets of second factors sealed anew")
    return sealed, lost


def request_password(*, address: str) -> None:
    """Keep that somebody asked for a new password, whether anybody has this address or not.

    Nothing is looked up here, so the answer takes the same time for all.
    """
    with transaction.atomic():
        PasswordRequest.objects.create(address=address[:LONGEST_ADDRESS])
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Tell a worker that somebody asked. Where the broker does not answer, the sweeper comes by."""
    from crm.tasks import answer_password_requests_task  # noqa: PLC0415 - tasks import this module

    bells.ring(answer_password_requests_task, queue=JobQueue.INTERACTIVE)


def answer_password_requests() -> int:
    """Answer what is asked for; returns how many requests there were. Each is one transaction."""
    answered = 0
    while _answer_one():
        answered += 1
    return answered


def _answer_one() -> bool:
    with transaction.atomic():
        request = PasswordRequest.objects.select_for_update(skip_locked=True).order_by("pk").first()
        if request is None:
            return False
        request.delete()
        try:
            with transaction.atomic():
                _answer(request.address)
        except ValidationError:
            logger.exception("A mail with a link to a new password could not be written.")
    return True


def _answer(address: str) -> None:
    """A mail to the stored address; nothing to who was made by an import and never invited."""
    user = User.objects.filter(email=normal_address(address), is_active=True).first()
    if user is None:
        return
    if user.has_usable_password():
        mails.send_password_link(user=user)
    elif user.invited_at:
        mails.send_invitation(actor=None, user=user)
