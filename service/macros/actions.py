"""Writes of macros: made, changed, removed; used without a reply."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from service.actions.steps import held, note_changes, note_event, refuse_merged, set_state, tell
from service.choices import ENDED, EventKind, TicketState
from service.macros.applying import apply_changes, count_use
from service.models import Macro, Ticket

EVENT_OF = {TicketState.SOLVED: EventKind.SOLVED, TicketState.WAITING: EventKind.WAITING}


@transaction.atomic
def create_macro(*, actor: User | None, fields: Mapping[str, Any]) -> Macro:
    """Make a macro of the given model fields; it is its maker's, and of whom it names. Raises ValidationError."""
    macro = Macro(owner=actor, **fields)
    macro.full_clean()
    macro.save()
    log(actor=actor, verb="create", object=macro, summary=f"New macro: {macro.name}")
    return macro


@transaction.atomic
def change_macro(*, actor: User | None, macro: Macro, version: int, fields: Mapping[str, Any]) -> Macro:
    """Change what is given. Raises `StaleRecord`, ValidationError."""
    current: Macro = locked(macro, version)
    if changed := assign(current, fields):
        current.version += 1
        current.full_clean()
        current.save()
        refuse_lost_sight(actor, current)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def remove_macro(*, actor: User | None, macro: Macro) -> None:
    """Take a macro away; what was said and done by it stays."""
    log(actor=actor, verb="delete", object=macro, summary=f"Removed the macro “{macro.name}”")
    macro.delete()


@transaction.atomic
def use_macro(*, actor: User | None, ticket: Ticket, macro: Macro) -> Ticket:
    """Do what a macro without words changes. One that says something is used by a reply: raises ValidationError."""
    if macro.says_something:
        raise refused("“%(name)s” says something to the customer: use it in a reply.", name=macro.name)
    current = held(ticket)
    refuse_merged(current)
    before = copy.copy(current)
    is_other = apply_changes(current, macro, actor)
    is_other |= _stand(current, macro.then, actor)
    if is_other:
        current.version += 1
        current.save()
        note_changes(current, before, actor=actor)
        refuse_lost_sight(actor, current)
        tell(current, "macro", f"Used “{macro.name}” in", actor=actor)
    count_use(macro)
    return current


def _stand(ticket: Ticket, then: str, actor: User | None) -> bool:
    """The state that the macro names, with its row of the ticket's log; whether it was another."""
    if not then or ticket.state == then:
        return False
    now = timezone.now()
    event = EVENT_OF.get(TicketState(then), EventKind.REOPENED if ticket.state in ENDED else EventKind.RESUMED)
    if then == TicketState.OPEN and ticket.state in ENDED:
        ticket.reopenings += 1
        ticket.waiting_since = now
    set_state(ticket, then, now)
    note_event(ticket, event, actor=actor, at=now)
    return True
