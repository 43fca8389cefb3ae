"""The mails of sequences: a template with fields of the lead, signed off with the way to say no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.foreign.tokens import Purpose, make_token
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft
from leads.models import Enrolment, Lead, SequenceStep

FIELDS: dict[str, str] = {
    "first_name": "first name",
    "last_name": "last name",
    "name": "name",
    "organization": "organization",
    "city": "city",
    "product": "interest",
    "source": "source",
    "owner": "owner’s name",
    "company": "our company",
}
"""Names between braces, and what they stand for."""
PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")
SIGNED_OFF = "\n\n-- \n"
FOOTER = f"{SIGNED_OFF}{{company}}\nYou do not want to hear from us about this any more? {{link}}\n"


class Unknown(ValueError):
    """A field of the mail is empty for this lead, and the mail names nothing to write instead."""


def check_template(text: str) -> None:
    """Refuse names between braces that are no field. Raises ValidationError with a sentence."""
    wrong = [name for name, _ in PLACE.findall(text) if name.strip() not in FIELDS]
    if wrong:
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise ValidationError(f"“{{{wrong[0]}}}” is no field. These are: {known}.")
    if set("{}") & set(PLACE.sub("", text)):
        raise ValidationError("A brace stands alone: write a field like {first_name}, or {first_name|there}.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in; `{first_name|there}` says `there` where the name is empty. Raises Unknown."""

    def put(found: re.Match[str]) -> str:
        name, instead = found[1].strip(), found[2]
        value = values.get(name, "").strip() or (instead or "").strip()
        if not value:
            raise Unknown(f"{FIELDS.get(name, name)} is not known, and the mail says nothing instead")
        return value

    return PLACE.sub(put, text)


def values_of(lead: Lead, company: str) -> dict[str, str]:
    """What the fields say of a lead; the name of an address is no name."""
    return {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "name": "" if "@" in lead.name else lead.name,
        "organization": lead.organization,
        "city": lead.city,
        "product": lead.product.name if lead.product else "",
        "source": lead.source,
        "owner": lead.owner.name if lead.owner else "",
        "company": company,
    }


def for_colleagues(text: str, lead: Lead, company: str) -> str:
    """A title or a text as a colleague reads it: a field that nothing is known of is a dash."""
    return fill(text, {name: value or "–" for name, value in values_of(lead, company).items()})


def draft_of(enrolment: Enrolment, step: SequenceStep, address: str, company: str) -> Draft:
    """The mail of a step in the name of the lead's owner. Raises Unknown, and ValidationError where it cannot be sent.

    Its key is the enrolment's and the step's: asked for twice, it is sent once.
    """
    lead, values = enrolment.lead, values_of(enrolment.lead, company)
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    link = unsubscribe_link(enrolment)
    owner = lead.owner
    name = values["name"]
    return Draft(
        kind=MailKind.AT_MOST_ONCE,
        to=named_mailbox(name, address) if name else address,
        subject=" ".join(fill(step.title, values).split()),
        text=fill(step.text, values).rstrip() + FOOTER.format(company=company, link=link),
        sender=named_mailbox(owner.name if owner else company, house),
        reply_to=named_mailbox(owner.name, owner.email) if owner and owner.email else "",
        headers={"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        contact_id=lead.contact_id,
        about=lead,
        key=f"sequence:{enrolment.pk}:{step.pk}",
        takes_answers=True,
    )


def unsubscribe_link(enrolment: Enrolment) -> str:
    """Where the lead says no to the purpose of the sequence; good for ever."""
    token = make_token(Purpose.UNSUBSCRIBE, {"enrolment": enrolment.pk}, None)
    return f"{settings.CRM_BASE_URL}{reverse('leads:unsubscribe', args=[token])}"
