"""The mails of sequences: a template with fields of the lead, signed off with the way to say no."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html, urlize

from crm.foreign.tokens import Purpose, make_token
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft
from crm.merge_fields import MergeFields
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
PLACES = MergeFields(FIELDS, "{", "}")
SIGNED_OFF = "\n\n-- \n"
PAGE = (
    "{}\n<hr>\n<p><small>{company}<br>You do not want to hear from us about this any more?"
    ' <a href="{link}">Tell us here</a>.</small></p>\n'
)
FOOTER = f"{SIGNED_OFF}{{company}}\nYou do not want to hear from us about this any more? {{link}}\n"


NO_LINK = "#"
"""In place of the link to say no, where a mail is only looked at."""


@dataclass(frozen=True)
class Written:
    """A mail of a step for one lead, as plain text and as HTML that says the same."""

    subject: str
    text: str
    html: str


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
    return PLACES.fill(text, {name: value or "–" for name, value in values_of(lead, company).items()})


def draft_of(enrolment: Enrolment, step: SequenceStep, address: str, company: str) -> Draft:
    """The mail of a step in the name of the lead's owner. Raises Unknown, and ValidationError where it cannot be sent.

    Its key is the enrolment's and the step's: asked for twice, it is sent once.
    """
    lead = enrolment.lead
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    link = unsubscribe_link(enrolment)
    owner, name = lead.owner, values_of(lead, company)["name"]
    mail = written(step, lead, company, link)
    return Draft(
        kind=MailKind.AT_MOST_ONCE,
        to=named_mailbox(name, address) if name else address,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        sender=named_mailbox(owner.name if owner else company, house),
        reply_to=named_mailbox(owner.name, owner.email) if owner and owner.email else "",
        headers={"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        contact_id=lead.contact_id,
        about=lead,
        key=f"sequence:{enrolment.pk}:{step.pk}",
        takes_answers=True,
    )


def written(step: SequenceStep, lead: Lead, company: str, link: str) -> Written:
    """The mail of a step with the fields of the lead; `link` is where it says no. Raises Unknown."""
    values = values_of(lead, company)
    text = PLACES.fill(step.text, values).rstrip()
    return Written(
        subject=" ".join(PLACES.fill(step.title, values).split()),
        text=text + FOOTER.format(company=company, link=link),
        html=format_html(
            PAGE, linebreaks_filter(urlize(text, autoescape=True), autoescape=False), company=company, link=link
        ),
    )


def unsubscribe_link(enrolment: Enrolment) -> str:
    """Where the lead says no to the purpose of the sequence; good for ever."""
    token = make_token(Purpose.UNSUBSCRIBE, {"enrolment": enrolment.pk}, None)
    return f"{settings.CRM_BASE_URL}{reverse('leads:unsubscribe', args=[token])}"
