"""The fields of replies, and the words of a macro for one ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from contacts.models import Contact
from crm.company import current_company
from crm.languages.refusing import refused
from crm.languages.speaking import for_machines
from crm.merge_fields import MergeFields
from crm.models import User
from crm.templatetags.figures import full_day
from service.choices import TicketState
from service.languages import LANGUAGES
from service.models import Macro, Ticket

FIELDS = MergeFields(
    {
        "first_name": "the first name",
        "name": "the name of who asks",
        "organization": "the organization",
        "number": "the number of the ticket",
        "subject": "the subject",
        "product": "the product",
        "opened": "the day it was opened",
        "queue": "the queue",
        "agent": "the name of who answers",
        "company": "our company",
    }
)
LONGEST_VALUE = 300


@dataclass(frozen=True)
class Proposal:
    """A macro as it is for one ticket: its words in the customer's language (`language`: of the text), what it changes,
    and how the ticket stands after it (empty: as whoever sends it says)."""

    macro: Macro
    text: str
    language: str
    does: Sequence[str]
    then: str


@for_machines()
def values_of(ticket: Ticket, actor: User | None, company: str) -> dict[str, str]:
    """What the fields say of a ticket, each on one line: parts of it are a stranger's. An address is no name."""
    contact, organization = (
        one if isinstance(one, Contact) else None for one in (ticket.contact, ticket.organization)
    )  # what stands in place of one that the person may not see is no name
    name = contact.name if contact is not None else ticket.requester_name
    first = contact.first_name if contact is not None else name.split()[0] if len(name.split()) > 1 else ""
    found = {
        "first_name": "" if "@" in first else first,
        "name": "" if "@" in name else name,
        "organization": organization.name if organization else "",
        "number": ticket.number,
        "subject": ticket.subject,
        "product": ticket.product.name if ticket.product else "",
        "opened": _day(ticket),
        "queue": ticket.queue.name,
        "agent": actor.name if actor else "",
        "company": company,
    }
    return {name: " ".join(value.split())[:LONGEST_VALUE] for name, value in found.items()}


def _day(ticket: Ticket) -> str:
    day = ticket.opened_at.astimezone(current_company().zone).date()
    return full_day(day) if ticket.language in ("", "en") else f"{day:%d.%m.%Y}"


def text_in(macro: Macro, language: str) -> tuple[str, str]:
    """The words of a macro in a language, or as they were written first; and the language that was found."""
    text = macro.texts.get(language, "") if language else ""
    return (text, language) if text else (macro.text, "")


def propose(macro: Macro, ticket: Ticket, actor: User | None, company: str = "") -> Proposal:
    """What a macro would say and do. A field of which nothing is known stays as it stands, for whoever sends it."""
    text, language = text_in(macro, ticket.language)
    values = values_of(ticket, actor, company or current_company().name)
    return Proposal(macro, FIELDS.fill_known(text, values), language, changes_in_words(macro), macro.then)


def changes_in_words(macro: Macro) -> list[str]:
    """`priority high`, `tag price`, `to the queue Claims`."""
    found = [f"to the queue {macro.queue}"] if macro.queue else []
    found += [f"priority {macro.get_priority_display().lower()}"] if macro.priority else []
    found += [macro.get_kind_display().lower()] if macro.kind else []
    found += [f"tag {tag}" for tag in macro.tags]
    found += ["yours"] if macro.takes else []
    return found + ([_then(macro.then)] if macro.then else [])


def refuse_gaps(text: str) -> None:
    """A reply by a macro does not leave with a field in it. Raises ValidationError with a sentence."""
    FIELDS.check(text)
    if gaps := FIELDS.gaps(text):
        raise ValidationError(
            {"text": refused("Nobody knows %(gaps)s: write something in place of the braces.", gaps=gaps[0])}
        )


def language_name(language: str) -> str:
    return LANGUAGES.get(language, language)


def _then(state: str) -> str:
    return f"then {TicketState(state).label.lower()}"
