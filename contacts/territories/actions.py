"""Writes of territories and their rules; what changes where contacts belong starts the job that places them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import TerritoryRule
from contacts.territories.placing import KIND
from crm.choices import JobState
from crm.jobs import start_job
from crm.log import log
from crm.models import JobRun, Territory, User
from crm.saving import assign, locked

MOVING = {"name", "position"}  # what decides which of several fitting rules counts


@dataclass(frozen=True)
class RuleInput:
    """A rule as somebody typed it; an empty list fits everything."""

    countries: Sequence[str] = ()
    postal_codes: Sequence[str] = ()
    industries: Sequence[str] = ()
    markets: Sequence[str] = ()


@transaction.atomic
def create_territory(
    *, actor: User | None, fields: Mapping[str, Any], people: Sequence[User], rules: Sequence[RuleInput]
) -> Territory:
    """Make a territory with its people and rules; with rules, all contacts are placed again."""
    territory = Territory.objects.create(**fields)
    territory.people.set(people)
    _save_rules(territory, rules)
    log(actor=actor, verb="create", object=territory, summary=f"Made the territory {territory}")
    if rules:
        start_placing(actor=actor)
    return territory


@transaction.atomic
def change_territory(
    *,
    actor: User | None,
    territory: Territory,
    version: int,
    fields: Mapping[str, Any],
    people: Sequence[User],
    rules: Sequence[RuleInput],
) -> Territory:
    """Make it so; nothing is written where nothing changed. Raises `StaleRecord` as every change does."""
    current: Territory = locked(territory, version)
    _refuse_rings(current, fields.get("parent"))
    before = {name: getattr(current, name) for name in MOVING}
    changed = assign(current, fields)
    moves = any(getattr(current, name) != value for name, value in before.items())
    if {one.pk for one in people} != set(current.people.values_list("pk", flat=True)):
        current.people.set(people)
        changed.append("people")
    if _save_rules(current, rules):
        changed.append("rules")
        moves = True
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of territory {current}")
    if moves:
        start_placing(actor=actor)
    return current


@transaction.atomic
def start_placing(*, actor: User | None) -> JobRun:
    """Place all contacts again; a job for it that has not begun yet will do."""
    waiting = JobRun.objects.filter(kind=KIND, state=JobState.WAITING, parameters={}).first()
    return waiting or start_job(actor=actor, kind=KIND, title="Place all contacts in their territories")


@transaction.atomic
def remove_territory(*, actor: User | None, territory: Territory) -> JobRun:
    """A worker empties it, places its contacts by the other rules and deletes it."""
    if territory.children.exists():
        raise ValidationError("Other territories stand below this one. Move or remove them first.")
    return start_job(
        actor=actor, kind=KIND, title=f"Remove the territory {territory}", parameters={"remove": territory.pk}
    )


def _save_rules(territory: Territory, rules: Sequence[RuleInput]) -> bool:
    """Make these the rules, whether that changed anything."""
    wanted = [{name: list(values) for name, values in asdict(rule).items()} for rule in rules]
    if wanted == list(territory.rules.order_by("id").values(*asdict(RuleInput()))):
        return False
    territory.rules.all().delete()
    for values in wanted:  # one by one, so that their order is that of their ids
        TerritoryRule.objects.create(territory=territory, **values)
    return True


def _refuse_rings(territory: Territory, parent: Territory | None) -> None:
    if parent is not None and parent.pk in territory.subtree_ids():
        raise ValidationError({"parent": "This one stands below the territory itself."})
