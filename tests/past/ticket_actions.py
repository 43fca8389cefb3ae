"""The actions of tickets with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service import actions
from service.actions import watching
from service.models import ServiceHours, SlaPolicy, Ticket
from tests.factories import make_ticket
from tests.past.article_actions import ARTICLE_ACTIONS, ARTICLE_MODULES, ARTICLE_NOT_ALONE

TICKET_MODULES = (actions, watching, *ARTICLE_MODULES)
TICKET_NOT_ALONE = ARTICLE_NOT_ALONE | {
    "default_queue",
    "watch_promises",
}  # part of opening a ticket; writes notices alone


def merged() -> Ticket:
    ticket = make_ticket()
    actions.merge_ticket(actor=None, ticket=ticket, into=make_ticket())
    ticket.refresh_from_db()
    return ticket


def solved() -> Ticket:
    return actions.solve_ticket(actor=None, ticket=make_ticket())


def _of(make: Callable[[], Ticket], act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        ticket = make()
        return lambda: act(actor=actor, ticket=ticket, **given)

    return prepared


def _merge(actor: Any) -> Callable[[], Any]:
    ticket, into = make_ticket(), make_ticket()
    return lambda: actions.merge_ticket(actor=actor, ticket=ticket, into=into)


def _open(actor: Any) -> Callable[[], Any]:
    return lambda: actions.open_ticket(actor=actor, fields={"subject": "One pane is broken"}, body="Hello")


def _refresh(actor: Any) -> Callable[[], Any]:
    make_ticket()
    SlaPolicy.objects.create(name="All", hours=ServiceHours.objects.create(name="Office"), first_reply_minutes=60)
    return watching.refresh_promises


TICKET_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "open_ticket": _open,
    "change_ticket": _of(make_ticket, actions.change_ticket, version=1, fields={"priority": "high"}),
    "take_ticket": _of(make_ticket, actions.take_ticket),
    "solve_ticket": _of(make_ticket, actions.solve_ticket),
    "close_ticket": _of(make_ticket, actions.close_ticket),
    "reopen_ticket": _of(solved, actions.reopen_ticket),
    "reply": _of(make_ticket, actions.reply, text="It leaves today."),
    "add_note": _of(make_ticket, actions.add_note, text="Rang them"),
    "take_message": _of(make_ticket, actions.take_message, text="And the frame?"),
    "merge_ticket": _merge,
    "refresh_promises": _refresh,
    "unmerge_ticket": _of(merged, actions.unmerge_ticket),
    **ARTICLE_ACTIONS,
}
