"""Writes of routing: rules, how people take tickets, and runs. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from crm import bells
from crm.choices import JobQueue
from crm.jobs import Progress, start_job
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked
from leads.allocation.turns import set_people
from service.models import RoutingRule, RoutingTurn, Ticket, TicketIntake
from service.routing.engine import Routed, route, unrouted
from service.routing.leaving import return_tickets

KIND = "route tickets"
PROGRESS_EVERY = 1_000
MOST_SWEPT = 1_000


@transaction.atomic
def create_routing_rule(*, actor: User | None, fields: Mapping[str, Any], people: Sequence[User]) -> RoutingRule:
    """Make a rule with its people; each comes after those who were named before."""
    rule: RoutingRule = RoutingRule.objects.create(**fields)
    set_people(RoutingTurn, rule, people)
    log(actor=actor, verb="create", object=rule, summary=f"New rule of routing: {rule.name}")
    return rule


@transaction.atomic
def change_routing_rule(
    *, actor: User | None, rule: RoutingRule, version: int, fields: Mapping[str, Any], people: Sequence[User]
) -> RoutingRule:
    """Change what is given; who stays keeps their turn. Raises `StaleRecord`."""
    current: RoutingRule = locked(rule, version)
    changed = assign(current, fields)
    changed += ["people"] if set_people(RoutingTurn, current, people) else []
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def remove_routing_rule(*, actor: User | None, rule: RoutingRule) -> None:
    """Take a rule away; what it gave stays given, and the log of each ticket says so."""
    log(actor=actor, verb="delete", object=rule, summary=f"Removed the rule of routing “{rule.name}”")
    rule.delete()


@transaction.atomic
def save_ticket_intake(*, actor: User | None, intake: TicketIntake, fields: Mapping[str, Any]) -> TicketIntake:
    """Keep how a colleague takes tickets."""
    for name, value in fields.items():
        setattr(intake, name, value)
    intake.save()
    log(actor=actor, verb="change", object=intake, summary=f"How {intake.user} takes tickets")
    return intake


def start_routing(*, actor: User | None) -> JobRun:
    """Ask a worker to give away all unsolved tickets that nobody has."""
    return start_job(actor=actor, kind=KIND, title="Give away the tickets that nobody has")


def run_routing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: by batches."""
    keys = list(unrouted().values_list("pk", flat=True))
    total, found = len(keys), Routed()
    for start in range(0, total, PROGRESS_EVERY):
        part = route(keys[start : start + PROGRESS_EVERY])
        found.count += part.count
        found.without_rule += part.without_rule
        found.nobody_free += part.nobody_free
        progress.report(min(start + PROGRESS_EVERY, total), total, "Giving tickets away")
    log(actor=job.actor, verb="route", summary=f"Gave {found.count:,} of {total:,} tickets away", job=job, kind=Ticket)
    left = {"without_rule": len(found.without_rule), "nobody_free": len(found.nobody_free)}
    return {"tickets": total, "given": found.count, **left}


def sweep_unrouted() -> int:
    """Take back what people have who are gone, and give away what was left behind: who was full, away or not at work
    may be free by now. How many were given."""
    return_tickets()
    return route(list(unrouted().values_list("pk", flat=True)[:MOST_SWEPT])).count


def route_soon(ticket: Ticket) -> None:
    """Have a worker look for somebody, once this transaction is over. Where the broker does not answer, the sweeper
    comes by within a minute."""
    if ticket.owner_id is None:
        transaction.on_commit(partial(_ring, ticket.pk), robust=True)


def _ring(ticket_id: int) -> None:
    from service.tasks import route_tickets_task  # noqa: PLC0415 - tasks import this module

    if RoutingRule.objects.filter(is_active=True).exists():
        bells.ring(route_tickets_task, ticket_id, queue=JobQueue.INTERACTIVE)
