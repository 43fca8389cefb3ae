"""The mail of a survey: its words, the personal link, and for a score one link for each, which only marks it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft
from feedback.answering.links import link_to, token_of
from feedback.choices import QuestionKind
from feedback.models import Invitation, Question, Survey

GREETING = "{first_name}"
DEFAULT_SUBJECT = "How did we do?"
DEFAULT_TEXT = "We would like to know how you find us. It takes a minute."
SCORES_HTML = '<a href="{}?score={}">{}</a>'
PAGE = (
    '{body}\n{scores}<p><a href="{link}">{call}</a></p>\n<hr>\n'
    '<p><small>{company}<br>You do not want to be asked any more? <a href="{refuse}">Tell us here</a>.</small></p>\n'
)
TEXT = "{body}\n\n{call}: {link}\n\n-- \n{company}\nYou do not want to be asked any more? {refuse}\n"


def check_words(text: str) -> None:
    """Refuse braces other than those of the first name. Raises ValidationError with a sentence."""
    if set("{}") & set(text.replace(GREETING, "")):
        raise ValidationError("The only field is {first_name}.")


def refusal_link(token: str) -> str:
    return f"{settings.CRM_BASE_URL}{reverse('feedback:public_refusal', args=[token])}"


def draft_of(invitation: Invitation, survey: Survey, first: Question | None, company: str) -> Draft:
    """The mail of one invitation. Raises ValidationError where it cannot be sent. Asked for twice, it is sent once."""
    token = token_of(invitation)
    link, refuse = link_to(token), refusal_link(token)
    contact = invitation.contact
    first_name = contact.first_name or ("" if "@" in contact.name else contact.name)
    body = (survey.mail_text or DEFAULT_TEXT).replace(GREETING, first_name or "there").strip()
    subject = (survey.mail_subject or DEFAULT_SUBJECT).replace(GREETING, first_name or "there")
    call = survey.title or survey.name
    scores = format_html("")
    if first is not None and first.kind == QuestionKind.NPS:
        marks = format_html_join(" ", SCORES_HTML, ((link, score, score) for score in range(first.low, first.high + 1)))
        scores = format_html("<p>{}</p>\n<p>{}</p>\n", first.text, marks)
    html = format_html(
        PAGE, body=linebreaks_filter(body), scores=scores, link=link, call=call, company=company, refuse=refuse
    )
    return Draft(
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(contact.name, invitation.address) if "@" not in contact.name else invitation.address,
        subject=" ".join(subject.split()),
        text=TEXT.format(body=body, call=call, link=link, company=company, refuse=refuse),
        html=html,
        headers={"List-Unsubscribe": f"<{refuse}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        contact_id=contact.pk,
        about=survey,
        key=f"survey:{invitation.pk}",
        takes_answers=True,
    )
