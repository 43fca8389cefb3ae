"""What the page of routing shows: rules in words, how colleagues take tickets, what waits and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q

from crm.company import company_today
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import User
from leads.models import Intake
from service.choices import Priority, TicketChannel, TicketKind
from service.languages import LANGUAGES
from service.models import RoutingRule, RoutingTurn, Ticket, TicketIntake
from service.routing.engine import standing, unrouted
from service.routing.people import AT_WORK

MOST_LOOKED_AT = 300
MOST_SHOWN = 12


@dataclass(frozen=True)
class RuleLine:
    """A rule with its conditions and its people in words; `problem` says why it cannot be asked."""

    rule: RoutingRule
    conditions: list[str]
    people: list[str]
    way: str
    problem: str


@dataclass(frozen=True)
class IntakeLine:
    """A colleague: how many tickets they are at, of how many; languages and days away as for whatever comes."""

    intake: TicketIntake
    open_count: int
    languages: Sequence[str]
    is_away: bool


@dataclass(frozen=True)
class Waiting:
    """What nobody has: of the most urgent ones, `without_rule` and `nobody_free`, those that the person may see; and
    whether there are more than were looked at."""

    count: int
    without_rule: list[Ticket]
    nobody_free: list[Ticket]
    is_cut: bool


def rule_lines() -> list[RuleLine]:
    """All rules in order; the people of each, whose turn is next first."""
    turns = Prefetch("turns", RoutingTurn.objects.select_related("user").order_by("order", "id"))
    rows = RoutingRule.objects.select_related("queue", "to_queue", "product", "tier").prefetch_related(turns)
    return [
        RuleLine(rule, conditions_of(rule), [turn.user.name for turn in rule.turns.all()], _way(rule), _problem(rule))
        for rule in rows
    ]


def conditions_of(rule: RoutingRule) -> list[str]:
    """`in Claims`, `urgent or high`, `about Oak frame`; empty for a rule that takes all."""
    found = [f"in the segment “{rule.segment}”"] if rule.segment else []
    found += [f"in {rule.queue}"] if rule.queue else []
    found += _either("", rule.kinds, dict(TicketKind.choices))
    found += _either("", rule.priorities, dict(Priority.choices))
    found += _either("by ", rule.channels, dict(TicketChannel.choices))
    found += _either("in ", rule.languages, LANGUAGES)
    found += [f"tagged {' or '.join(rule.tags)}"] if rule.tags else []
    found += [f"with {' or '.join(f'“{word}”' for word in rule.words)}"] if rule.words else []
    found += [f"about {rule.product}"] if rule.product else []
    return found + ([f"of customers with {rule.tier}"] if rule.tier else [])


def intake_lines(user: User) -> list[IntakeLine]:
    """Colleagues whose intake the person may see."""
    is_open = Q(user__tickets__state__in=AT_WORK)
    rows: Any = TicketIntake.objects.visible_to(user).select_related("user")
    rows = list(rows.annotate(n=Count("user__tickets", filter=is_open)))
    hours = {one.user_id: one for one in Intake.objects.filter(user__in=[row.user_id for row in rows])}
    today = company_today()
    return [
        IntakeLine(
            row,
            row.n,
            [LANGUAGES.get(name, name) for name in (hours[row.user_id].languages if row.user_id in hours else ())],
            row.user_id in hours and hours[row.user_id].is_away(today),
        )
        for row in rows
    ]


def waiting(user: User) -> Waiting:
    """What nobody has now, and what the rules would leave where it is."""
    seen = unrouted().filter(pk__in=Ticket.objects.visible_to(user).values("pk"))
    keys = list(seen.values_list("pk", flat=True)[: MOST_LOOKED_AT + 1])
    left = standing(keys[:MOST_LOOKED_AT])
    return Waiting(len(keys), _shown(left.without_rule), _shown(left.nobody_free), len(keys) > MOST_LOOKED_AT)


def _shown(keys: Sequence[int]) -> list[Ticket]:
    rows = Ticket.objects.select_related("queue", "contact").defer("search_text", "custom").in_bulk(keys[:MOST_SHOWN])
    return [rows[key] for key in keys[:MOST_SHOWN] if key in rows]


def _either(before: str, values: Sequence[str], names: dict[str, Any]) -> list[str]:
    return [before + " or ".join(str(names.get(value, value)).lower() for value in values)] if values else []


def _way(rule: RoutingRule) -> str:
    parts = ["each in turn" if rule.way == "round robin" else "who has the fewest"]
    parts += [f"with {', '.join(rule.skills)}"] if rule.skills else []
    parts += ["speaking the customer’s language"] if rule.by_language else []
    return ", ".join(parts)


def _problem(rule: RoutingRule) -> str:
    try:
        node = tree_of(rule.tree) if rule.tree else None
        if node is not None:
            TreeList("service.ticket", None).meant(node)
    except TreeProblem as problem:
        return f"It is passed over: {problem}"
    return "" if rule.turns.all() else "It has no people: it gives nothing away."
