"""Reads of macros: which a person may use in a ticket, and what they look like there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from crm.access import can, veil
from crm.catalogue import unseen_words
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import mask
from crm.models import User
from service.macros.filling import FIELDS, Proposal, changes_in_words, propose, values_of
from service.models import Macro, Ticket

MOST_OFFERED = 300
MOST_TICKETS = 12
EXCERPT = 140


@dataclass(frozen=True)
class MacroLine:
    """A macro in the list of all: what it does in words, the first words of its reply, whether it may be changed."""

    macro: Macro
    does: Sequence[str]
    says: str
    may_change: bool


def macro_lines(user: User) -> list[MacroLine]:
    """All that the person may see, the most used first."""
    rows = Macro.objects.visible_to(user).select_related("owner", "team", "queue").order_by("-used_count", "name", "pk")
    changed = set(Macro.objects.visible_to(user, Verb.CHANGE).values_list("pk", flat=True))
    return [MacroLine(one, changes_in_words(one), excerpt_of(one.text), one.pk in changed) for one in rows]


def macro_named(user: User, key: str | int | None) -> Macro | None:
    """The macro of this id that the person may use."""
    text = str(key or "")
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        return None
    return Macro.objects.visible_to(user).in_use().select_related("queue").filter(pk=int(text)).first()


def proposals(user: User, ticket: Ticket) -> list[Proposal]:
    """What the macros that the person may use would say and do here, the most used first. The ticket is for looking at
    only from here on."""
    _hide(user, ticket)
    rows = Macro.objects.visible_to(user).in_use().select_related("queue").order_by("-used_count", "name", "pk")
    company = current_company().name
    return [propose(one, ticket, user, company) for one in rows[:MOST_OFFERED]]


def proposal_of(user: User, ticket: Ticket, key: str) -> Proposal | None:
    """The same for one macro; None where there is none that the person may use."""
    macro = macro_named(user, key)
    if macro is None:
        return None
    _hide(user, ticket)
    return propose(macro, ticket, user)


@dataclass(frozen=True)
class Preview:
    """A reply as it would look in a ticket; `problem` says what is wrong with it."""

    text: str = ""
    problem: ValidationError | None = None
    gaps: Sequence[str] = ()


def preview_of(user: User, text: str, ticket: Ticket | None) -> Preview:
    """The words of a reply with the fields of a ticket."""
    try:
        FIELDS.check(text)
    except ValidationError as error:
        return Preview(problem=error)
    if ticket is None:
        return Preview(text)
    _hide(user, ticket)
    filled = FIELDS.fill_known(text, values_of(ticket, user, current_company().name))
    return Preview(filled, gaps=FIELDS.gaps(filled))


def tickets_to_look_at(user: User) -> list[Ticket]:
    """The newest tickets of which the person may see how a reply would look."""
    related = ("contact", "organization", "product", "queue")
    rows = Ticket.objects.visible_to(user).select_related(*related).defer("search_text", "custom")
    return list(rows.order_by("-opened_at", "-pk")[:MOST_TICKETS]) if can(user, Verb.VIEW, Ticket) else []


def excerpt_of(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _hide(user: User, ticket: Ticket) -> None:
    """What the person may not see is no value of a field."""
    veil(user, [ticket], unseen_words("service.ticket"))
    mask(user, ticket)
