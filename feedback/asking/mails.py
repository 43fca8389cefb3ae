"""The mail of a survey: its words, the personal link, and for a score one link for each, which only marks it.

It is in the language of the customer, where the survey speaks it: that of the ticket which is asked about, else that in
which they answered last. Of whom neither is known, the mail is in the survey's own, and the page in their browser's.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft
from feedback.answering.links import link_to, token_of
from feedback.choices import QuestionKind
from feedback.languages import FROM_THE_RIGHT, mailed_in, said_in
from feedback.models import Invitation, Question, Response, Survey
from service.models import Ticket

GREETING = "{first_name}"
SCORES_HTML = '<a href="{}?score={}{}">{}</a>'
PAGE = (
    '<!doctype html>\n<html lang="{language}" dir="{direction}"><body><div lang="{language}" dir="{direction}">\n'
    '{body}\n{scores}<p><a href="{link}">{call}</a></p>\n<hr>\n'
    '<p><small>{company}<br>{no_more} <a href="{refuse}">{tell}</a>.</small></p>\n'
    "</div></body></html>\n"
)
TEXT = "{body}\n\n{call}: {link}\n\n-- \n{company}\n{no_more} {refuse}\n"


def check_words(text: str) -> None:
    """Refuse braces other than those of the first name. Raises ValidationError with a sentence."""
    if set("{}") & set(text.replace(GREETING, "")):
        raise ValidationError("The only field is {first_name}.")


def refusal_link(token: str) -> str:
    return f"{settings.CRM_BASE_URL}{reverse('feedback:public_refusal', args=[token])}"


def languages_of(rows: Sequence[Invitation], survey: Survey) -> dict[int, str]:
    """The language of each invitation's customer by the contact, of those that the survey speaks."""
    keys = [row.contact_id for row in rows]
    answered = Response.objects.filter(contact__in=keys, language__in=survey.languages)
    last = answered.order_by("contact", "-told_at", "-pk").distinct("contact").values_list("contact", "language")
    asked = [row.ticket_id for row in rows if row.ticket_id]
    written = Ticket.objects.filter(pk__in=asked, language__in=survey.languages).values_list("pk", "language")
    of_ticket = dict(written)
    found = dict(last)
    return found | {row.contact_id: of_ticket[row.ticket_id] for row in rows if row.ticket_id in of_ticket}


def named(text: str, name: str, language: str) -> str:
    """A text with the first name filled in; where none is known, it reads well without."""
    if name or language == "en":
        return text.replace(GREETING, name or "there")
    return text.replace(f" {GREETING}", "").replace(GREETING, "")


def draft_of(invitation: Invitation, survey: Survey, first: Question | None, company: str, language: str = "") -> Draft:
    """The mail of one invitation, in a language that is known to be the customer's (empty: the survey's own). Raises
    ValidationError where it cannot be sent. Asked for twice, it is sent once."""
    token, spoken = token_of(invitation), language or survey.language
    page, refuse = link_to(token), refusal_link(token)
    link = f"{page}?lang={language}" if language else page
    contact, words = invitation.contact, mailed_in(spoken)
    name = contact.first_name or ("" if "@" in contact.name else contact.name)
    body = named(said_in(survey, spoken, "mail_text", survey.mail_text) or words["text"], name, spoken).strip()
    subject = named(said_in(survey, spoken, "mail_subject", survey.mail_subject) or words["subject"], name, spoken)
    call = said_in(survey, spoken, "title", survey.title or survey.name)
    scores = SafeString("")
    if first is not None and first.kind == QuestionKind.NPS:
        more = f"&lang={language}" if language else ""
        steps = ((page, score, more, score) for score in range(first.low, first.high + 1))
        marks = format_html_join(" ", SCORES_HTML, steps)
        scores = format_html("<p>{}</p>\n<p>{}</p>\n", said_in(survey, spoken, f"q{first.pk}", first.text), marks)
    html = format_html(
        PAGE, body=linebreaks_filter(body), scores=scores, link=link, call=call, company=company, refuse=refuse,
        no_more=words["no_more"], tell=words["tell"], language=spoken,
        direction="rtl" if spoken in FROM_THE_RIGHT else "ltr",
    )  # fmt: skip
    return Draft(
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(contact.name, invitation.address) if "@" not in contact.name else invitation.address,
        subject=" ".join(subject.split()),
        text=TEXT.format(body=body, call=call, link=link, company=company, refuse=refuse, no_more=words["no_more"]),
        html=html,
        headers={"List-Unsubscribe": f"<{refuse}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        contact_id=contact.pk,
        about=survey,
        key=f"survey:{invitation.pk}",
        takes_answers=True,
    )
