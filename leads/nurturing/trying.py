"""How the mails of a sequence will look to a lead, and one of them to oneself, before anybody else gets it."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import current_company
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.merge_fields import Unknown
from crm.models import OutgoingMail, User
from leads.models import Lead, Sequence, SequenceStep
from leads.nurturing.composing import NO_LINK, Written, written

MOST_OFFERED = 30


@dataclass(frozen=True)
class Look:
    """A mail as it will look; `why` says in words why it would not be sent."""

    step: SequenceStep
    mail: Written | None = None
    why: str = ""


def leads_to_look_at(user: User, sequence: Sequence) -> Rows[Lead]:
    """Whose mails can be looked at: the newest in the sequence that the person may see, else the newest leads."""
    seen = Lead.objects.visible_to(user).select_related("owner", "product").order_by("-pk")
    inside = list(seen.filter(enrolments__sequence=sequence)[:MOST_OFFERED])
    return inside or list(seen.open()[:MOST_OFFERED])


def looks_of(sequence: Sequence, lead: Lead) -> list[Look]:
    """Every mail of the sequence as this lead would get it."""
    company = current_company().name
    return [_look(step, lead, company) for step in sequence.steps.filter(removed_at=None) if step.is_mail]


def _look(step: SequenceStep, lead: Lead, company: str) -> Look:
    try:
        return Look(step, written(step, lead, company, NO_LINK))
    except Unknown as error:
        return Look(step, why=f"{str(error)[:1].upper()}{str(error)[1:]}: this lead would get no mail by this step.")


@transaction.atomic
def send_test(*, actor: User, step: SequenceStep, lead: Lead) -> OutgoingMail:
    """Send the mail of a step, as this lead would get it, to the person who asks. Nothing of it stands with the lead,
    and its link to say no leads nowhere.

    Raises ValidationError where the person has no address or the lead would get no mail.
    """
    if not actor.email:
        raise ValidationError("You have no e-mail address to send it to.")
    look = _look(step, lead, current_company().name)
    if look.mail is None:
        raise ValidationError(look.why)
    mail = send_mail(
        actor=actor,
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(actor.name, actor.email),
        subject=f"[Test] {look.mail.subject}",
        text=look.mail.text,
        html=look.mail.html,
    )
    log(actor=actor, verb="try", kind=Sequence, summary=f"Sent a test of “{step.title}” to themselves")
    return mail
