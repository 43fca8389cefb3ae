"""The mail that tells a customer what became of a suggestion: through the ledger of outgoing mail, once a state."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from contacts.models import Contact
from contacts.permission.rule import SERVICE, permitted
from crm.company import current_company
from crm.mail.actions import send_mails
from crm.mail.addresses import named_mailbox
from crm.mail.channels import channel_named
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft, row_of
from crm.models import User
from crm.templatetags.figures import full_day
from feedback.asking.audience import with_address
from feedback.ideas.choices import IdeaState
from feedback.models import Suggestion, SuggestionVote

AT_ONCE = 500
WORDS: dict[str, str] = {
    IdeaState.PLANNED: "We are going to do it{when}:",
    IdeaState.DONE: "It is done:",
    IdeaState.DECLINED: "We have thought about it and will not do it, and you should know why:",
}
TEXT = "Hello {name},\n\nyou suggested: “{title}”\n\n{became}\n\n{answer}\n\nThank you for telling us.\n\n{company}\n"


def untold(suggestion: Suggestion) -> QuerySet[SuggestionVote]:
    """Who asked for it and was not told of its state."""
    return SuggestionVote.objects.filter(suggestion=suggestion).exclude(told_state=suggestion.state)


def send_word(*, actor: User | None, suggestion: Suggestion) -> int:
    """Write the mails to who can be written to and was not told; how many are new. The suggestion's row is held."""
    told, now = 0, timezone.now()
    waiting = list(untold(suggestion).order_by("pk"))
    for start in range(0, len(waiting), AT_ONCE):
        drafts = _drafts(suggestion, waiting[start : start + AT_ONCE])
        told += send_mails(actor=actor, drafts=drafts.values())
        SuggestionVote.objects.filter(pk__in=drafts).update(told_state=suggestion.state, told_at=now)
    return told


def _drafts(suggestion: Suggestion, votes: Sequence[SuggestionVote]) -> dict[int, Draft]:
    """By vote; a customer who may not be written to, or whose address will not do, is left out alone."""
    company, channel = current_company().name, channel_named()
    rows = permitted(Contact.objects.filter(pk__in=[one.contact_id for one in votes]), purpose=SERVICE)
    contacts = {one.pk: one for one in with_address(rows).defer("search_text", "custom")}
    found: dict[int, Draft] = {}
    for vote in votes:
        contact = contacts.get(vote.contact_id)
        address = getattr(contact, "ask_at", None)
        if contact is None or not address:
            continue
        draft = _draft(suggestion, contact, address, company)
        try:
            row_of(draft, actor=None, channel=channel)
        except ValidationError:
            continue
        found[vote.pk] = draft
    return found


def _draft(suggestion: Suggestion, contact: Contact, address: str, company: str) -> Draft:
    when = f" (planned for {full_day(suggestion.planned_on)})" if suggestion.planned_on else ""
    name = contact.first_name or ("" if "@" in contact.name else contact.name) or "there"
    return Draft(
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(contact.name, address) if "@" not in contact.name else address,
        subject=" ".join(f"Your suggestion: {suggestion.title}".split()),
        text=TEXT.format(
            name=name, title=suggestion.title, became=WORDS[suggestion.state].format(when=when),
            answer=suggestion.answer.strip(), company=company,
        ),
        contact_id=contact.pk,
        about=suggestion,
        key=f"suggestion:{suggestion.pk}:{suggestion.state}:{contact.pk}",
        takes_answers=True,
    )  # fmt: skip
