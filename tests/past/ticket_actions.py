"""The actions of tickets with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.bulk.choosing import Choice
from crm.choices import Role
from crm.models import JobWindow
from service import actions
from service.actions import closing, many, watching
from service.choices import LinkKind
from service.macros import actions as macros
from service.models import Macro, Queue, RoutingRule, ServiceHours, SlaPolicy, Ticket, TicketIntake, TicketLink
from service.promises import actions as promises
from service.queues import actions as queues
from service.routing import actions as routing
from service.ties import actions as ties
from tests.factories import make_ticket, make_user
from tests.past.article_actions import ARTICLE_ACTIONS, ARTICLE_MODULES, ARTICLE_NOT_ALONE

TICKET_MODULES = (actions, closing, many, watching, macros, promises, queues, routing, ties, *ARTICLE_MODULES)
# part of opening a ticket, of a run; what writes notices alone; reads, holds and bells
TICKET_NOT_ALONE = ARTICLE_NOT_ALONE | {
    *(f"run_{what}" for what in ("routing", "incidents", "steps")),
    *(f"to_{what}" for what in ("remind", "solve", "close")),
    "default_queue", "watch_promises", "route_soon", "reminder_of", "hold_promises", "withdraw", "ring",
    "hold_queues", "named_by",
    "close_quiet",  # each ticket is whole or was not, and the others go on: tests/service/test_closing.py
}  # fmt: skip


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
    JobWindow.objects.create(job=watching.READ_UP_TO, window="0 0")
    return watching._refresh_next  # a pass is made of these; each is one transaction


def _office() -> ServiceHours:
    return ServiceHours.objects.create(name="Office")


def _promise_made(actor: Any) -> Callable[[], Any]:
    fields = {"name": "All", "hours": _office(), "first_reply_minutes": 60}
    return lambda: promises.save_promise(actor=actor, promise=None, fields=fields)


def _promise_gone(actor: Any) -> Callable[[], Any]:
    promise = SlaPolicy.objects.create(name="All", hours=_office(), first_reply_minutes=60)
    return lambda: promises.remove_promise(actor=actor, promise=promise)


def _hours_gone(actor: Any) -> Callable[[], Any]:
    hours = _office()
    return lambda: promises.remove_hours(actor=actor, hours=hours)


def _queue_gone(actor: Any) -> Callable[[], Any]:
    queue = Queue.objects.create(name="Claims")
    return lambda: queues.remove_queue(actor=actor, queue=queue)


def make_macro(**given: Any) -> Macro:
    return Macro.objects.create(**{"name": "To claims", "code": "claims", "priority": "urgent", **given})


def _use(actor: Any) -> Callable[[], Any]:
    ticket, macro = make_ticket(), make_macro()
    return lambda: macros.use_macro(actor=actor, ticket=ticket, macro=macro)


def _change_macro(actor: Any) -> Callable[[], Any]:
    macro = make_macro(owner=actor)
    return lambda: macros.change_macro(actor=actor, macro=macro, version=1, fields={"name": "Claims"})


def _remove_macro(actor: Any) -> Callable[[], Any]:
    macro = make_macro(owner=actor)
    return lambda: macros.remove_macro(actor=actor, macro=macro)


def _change_rule(actor: Any) -> Callable[[], Any]:
    rule = RoutingRule.objects.create(name="All")
    people = [make_user()]
    return lambda: routing.change_routing_rule(actor=actor, rule=rule, version=1, fields={"position": 2}, people=people)


def _remove_rule(actor: Any) -> Callable[[], Any]:
    rule = RoutingRule.objects.create(name="All")
    return lambda: routing.remove_routing_rule(actor=actor, rule=rule)


def _save_intake(actor: Any) -> Callable[[], Any]:
    intake = TicketIntake(user=make_user())
    return lambda: routing.save_ticket_intake(actor=actor, intake=intake, fields={"capacity": 5})


def _sweep(actor: Any) -> Callable[[], Any]:
    routing.create_routing_rule(actor=actor, fields={"name": "All"}, people=[make_user()])
    make_ticket()
    return routing.sweep_unrouted


def _steps(actor: Any) -> Callable[[], Any]:
    choice = Choice("service.ticket", keys=(make_ticket().pk,))
    person = actor or make_user(Role.ADMIN)
    return lambda: many.start_steps(actor=person, choice=choice, step="solve", macro=None, announced="1 ticket")


def _link(actor: Any) -> Callable[[], Any]:
    ticket, other = make_ticket(), make_ticket()
    return lambda: ties.link_tickets(actor=actor, ticket=ticket, other=other, kind=LinkKind.RELATED)


def _unlink(actor: Any) -> Callable[[], Any]:
    link = TicketLink.objects.create(ticket=make_ticket(), other=make_ticket(), kind=LinkKind.RELATED)
    return lambda: ties.unlink_tickets(actor=actor, link=link)


def _split(actor: Any) -> Callable[[], Any]:
    ticket = make_ticket()
    message = ticket.messages.get()
    return lambda: ties.split_ticket(actor=actor, ticket=ticket, message=message, fields={"subject": "A second one"})


def _watched(act: Callable[..., Any]) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        ticket, person = make_ticket(), actor or make_user()
        if act is ties.unwatch_ticket:
            ties.watch_ticket(actor=person, ticket=ticket)
        return lambda: act(actor=person, ticket=ticket)

    return prepared


TICKET_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_macro": lambda actor: (
        lambda: macros.create_macro(actor=actor, fields={"name": "A", "code": "a", "text": "B"})
    ),
    "create_routing_rule": lambda actor: (
        lambda: routing.create_routing_rule(actor=actor, fields={"name": "All"}, people=[])
    ),
    "change_routing_rule": _change_rule,
    "remove_routing_rule": _remove_rule,
    "save_ticket_intake": _save_intake,
    "start_routing": lambda actor: lambda: routing.start_routing(actor=actor),
    "sweep_unrouted": _sweep,
    "start_steps": _steps,
    "link_tickets": _link,
    "unlink_tickets": _unlink,
    "split_ticket": _split,
    "start_incidents": _of(make_ticket, ties.start_incidents, text="It works again.", then="solved"),
    "watch_ticket": _watched(ties.watch_ticket),
    "unwatch_ticket": _watched(ties.unwatch_ticket),
    "change_macro": _change_macro,
    "remove_macro": _remove_macro,
    "use_macro": _use,
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
    "save_promise": _promise_made,
    "remove_promise": _promise_gone,
    "save_queue": lambda actor: lambda: queues.save_queue(actor=actor, queue=None, fields={"name": "Claims"}),
    "remove_queue": _queue_gone,
    "save_hours": lambda actor: (
        lambda: promises.save_hours(actor=actor, hours=None, fields={"name": "Shop", "saturday": "10:00-14:00"})
    ),
    "remove_hours": _hours_gone,
    "unmerge_ticket": _of(merged, actions.unmerge_ticket),
    **ARTICLE_ACTIONS,
}
