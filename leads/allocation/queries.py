"""What the page of allocation shows: rules in words, people with their load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, Prefetch, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from contacts.countries import country_names
from crm.company import company_today
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import RowChange, User
from leads.choices import OPEN_STATUSES
from leads.models import AllocationRule, AllocationTurn, Intake, Lead, LeadAssignment

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class RuleLine:
    """A rule with its conditions and its people in words; `problem` says why it cannot be asked."""

    rule: AllocationRule
    conditions: list[str]
    people: list[str]
    problem: str


@dataclass(frozen=True)
class IntakeLine:
    """A colleague: how many open leads, of how many, when at work."""

    intake: Intake
    open_count: int
    hours: str
    is_away: bool


def rule_lines() -> list[RuleLine]:
    """All rules in order; the people of each, whose turn is next first."""
    turns = Prefetch("turns", AllocationTurn.objects.select_related("user").order_by("order", "id"))
    rows = AllocationRule.objects.select_related("territory", "product").prefetch_related(turns)
    return [
        RuleLine(rule, conditions_of(rule), [turn.user.name for turn in rule.turns.all()], _problem(rule))
        for rule in rows
    ]


def conditions_of(rule: AllocationRule) -> list[str]:
    """`from Germany`, `interested in Frame A3`; empty for a rule that takes all."""
    names = country_names()
    found = [f"in the segment “{rule.segment}”"] if rule.segment else []
    found += [f"from {', '.join(names.get(code, code) for code in rule.countries)}"] if rule.countries else []
    found += [f"speaking {', '.join(rule.languages)}"] if rule.languages else []
    found += [f"by {', '.join(rule.sources)}"] if rule.sources else []
    found += [f"interested in {rule.product}"] if rule.product else []
    found += [f"in {rule.territory}"] if rule.territory else []
    return found + ([f"with a score of at least {rule.least_score}"] if rule.least_score is not None else [])


def intake_lines(user: User) -> list[IntakeLine]:
    """Colleagues whose intake the person may see."""
    is_open = Q(user__leads__status__in=OPEN_STATUSES, user__leads__archived_at=None)
    rows: Any = Intake.objects.visible_to(user).select_related("user").annotate(n=Count("user__leads", filter=is_open))
    today = company_today()
    return [IntakeLine(row, row.n, _hours(row), row.is_away(today)) for row in rows]


def _hours(intake: Intake) -> str:
    days = ", ".join(DAYS[day - 1] for day in sorted(intake.workdays)) if intake.workdays else "every day"
    if days == "Mon, Tue, Wed, Thu, Fri":
        days = "Mon to Fri"
    if intake.works_from is None and intake.works_until is None:
        return days
    first = f"{intake.works_from:%H:%M}" if intake.works_from else "00:00"
    return f"{days}, {first} to {f'{intake.works_until:%H:%M}' if intake.works_until else '24:00'}"


def _problem(rule: AllocationRule) -> str:
    try:
        node = tree_of(rule.tree) if rule.tree else None
        if node is not None:
            TreeList("leads.lead", None).meant(node)
    except TreeProblem as problem:
        return f"It is passed over: {problem}"
    return "" if rule.turns.all() else "It has no people: it gives nothing away."


def still_holds(lead: Lead, given: LeadAssignment) -> bool:
    """Whether its owner has it by this assignment: nobody gave it to them since, nor did another have it in between."""
    if lead.assigned_at and lead.assigned_at > given.at:
        return False
    rows = RowChange.objects.filter(table_name=Lead._meta.db_table, row_id=lead.pk, operation="U")
    since = rows.annotate(was_since=Cast(KT("was__assigned_at"), DateTimeField()), had=KT("was__owner_id"))
    return not since.filter(was_since__gte=given.at).exclude(had=str(lead.owner_id)).exists()
