"""Writes of mystery shopping: checklists, visits planned, marked, called off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from feedback.models import Checklist, ChecklistItem, MysteryVisit, VisitMark
from feedback.naming import refuse_taken_name
from feedback.visits.choices import MOST_ITEMS, VisitState
from feedback.visits.scoring import score_of

CENT = Decimal("0.01")


@dataclass(frozen=True)
class ItemInput:
    """An item as it was typed; `pk` of one that stands there already."""

    text: str
    weight: int = 1
    pk: int | None = None


@dataclass(frozen=True)
class MarkInput:
    """How an item was found; without a mark it did not arise."""

    mark: int | None = None
    comment: str = ""


@transaction.atomic
def create_checklist(*, actor: User | None, fields: Mapping[str, Any], items: Sequence[ItemInput]) -> Checklist:
    """Make a checklist with its items, in this order. Raises ValidationError."""
    refuse_taken_name(Checklist, str(fields.get("name", "")), None)
    checklist = Checklist.objects.create(**fields)
    _set_items(checklist, items)
    log(actor=actor, verb="create", object=checklist, summary=f"New checklist: {checklist}")
    return checklist


@transaction.atomic
def change_checklist(
    *,
    actor: User | None,
    checklist: Checklist,
    version: int,
    fields: Mapping[str, Any],
    items: Sequence[ItemInput] | None = None,
) -> Checklist:
    """Change what is given (None: the items stay). Visits that were marked keep their marks and scores. Raises
    `StaleRecord` and ValidationError."""
    current: Checklist = locked(checklist, version)
    refuse_taken_name(Checklist, str(fields.get("name", current.name)), current)
    changed = assign(current, fields)
    if items is not None and _set_items(current, items):
        changed.append("items")
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current}”")
    return current


@transaction.atomic
def plan_visit(*, actor: User | None, fields: Mapping[str, Any]) -> MysteryVisit:
    """Plan a visit by a checklist. Raises ValidationError where the checklist is not used any more."""
    visit = MysteryVisit(**fields)
    if not visit.checklist.is_used:
        raise ValidationError({"checklist": "This checklist is not used any more."})
    visit.touch_point_id = visit.checklist.touch_point_id
    visit.save()
    log(actor=actor, verb="plan", object=visit, summary=f"Planned a visit: {visit}")
    return visit


@transaction.atomic
def change_visit(*, actor: User | None, visit: MysteryVisit, version: int, fields: Mapping[str, Any]) -> MysteryVisit:
    """Change where, when or by whom. Raises `StaleRecord`, and ValidationError for a done one: its marks say it all."""
    current: MysteryVisit = locked(visit, version)
    if current.state == VisitState.DONE and set(fields) & {"checklist"} and fields["checklist"] != current.checklist:
        raise ValidationError({"checklist": "It was marked by this one already."})
    if changed := assign(current, fields):
        if "checklist" in changed:
            current.touch_point_id = current.checklist.touch_point_id
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current}”")
    return current


@transaction.atomic
def mark_visit(
    *,
    actor: User | None,
    visit: MysteryVisit,
    version: int,
    visited_on: dt.date,
    marks: Mapping[int, MarkInput],
    comment: str = "",
) -> MysteryVisit:
    """The marks of a visit by item, all of them at once; again replaces them. Raises `StaleRecord`, ValidationError."""
    current: MysteryVisit = locked(visit, version)
    if visited_on > company_today():
        raise ValidationError({"visited_on": "That day is still to come."})
    items = {one.pk: one for one in ChecklistItem.objects.filter(checklist=current.checklist_id)}
    given = {items[key]: said for key, said in marks.items() if key in items}
    if not any(said.mark is not None for said in given.values()):
        raise ValidationError("Mark at least one item: a visit at which nothing arose says nothing.")
    VisitMark.objects.filter(visit=current).exclude(item__in=given).delete()
    known = {one.item_id: one for one in VisitMark.objects.filter(visit=current)}
    for item, said in given.items():
        row = known.get(item.pk) or VisitMark(visit=current, item=item)
        if row.pk is None or (row.mark, row.comment) != (said.mark, said.comment):
            row.mark, row.comment = said.mark, said.comment
            row.save()
    score = score_of([(item.weight, said.mark) for item, said in given.items()])
    current.score = None if score is None else Decimal(score).quantize(CENT)
    current.state, current.visited_on, current.comment = VisitState.DONE, visited_on, comment.strip()
    current.version += 1
    current.save()
    said_score = "" if score is None else f": {score:.0f} of 100"
    log(actor=actor, verb="mark", object=current, summary=f"Visited {current}{said_score}")
    return current


@transaction.atomic
def drop_visit(*, actor: User | None, visit: MysteryVisit) -> MysteryVisit:
    """Call off a planned one. Twice is once. Raises ValidationError where it is done."""
    current = MysteryVisit.objects.select_for_update().get(pk=visit.pk)
    if current.state == VisitState.DONE:
        raise ValidationError("It is done: its marks stay.")
    if current.state != VisitState.DROPPED:
        current.state = VisitState.DROPPED
        current.version += 1
        current.save()
        log(actor=actor, verb="drop", object=current, summary=f"Called off: {current}")
    return current


def _set_items(checklist: Checklist, items: Sequence[ItemInput]) -> bool:
    """Bring the items to these, in this order; whether anything changed."""
    if not items:
        raise ValidationError("Give it an item: what is looked at?")
    if len(items) > MOST_ITEMS:
        raise refused("At most %(most)s items: nobody keeps more in mind.", most=MOST_ITEMS)
    known = {one.pk: one for one in ChecklistItem.objects.filter(checklist=checklist)}
    by_text = {one.text.lower(): one for one in known.values()}
    kept: set[int] = set()
    is_changed = False
    for position, given in enumerate(items, start=1):
        item = by_text.get(given.text.lower()) or known.get(given.pk or 0) or ChecklistItem(checklist=checklist)
        if item.pk in kept:
            raise refused("“%(text)s” stands here twice.", text=given.text)
        is_marked = item.pk is not None and item.text != given.text and item.marks.exists()
        if is_marked:  # other words are another item: the old marks are of the old words
            item = ChecklistItem(checklist=checklist)
        values = {"text": given.text, "weight": given.weight, "position": position, "is_asked": True}
        if item.pk is None or any(getattr(item, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(item, name, value)
            item.save()
            is_changed = True
        kept.add(item.pk)
    for item in known.values():
        if item.pk in kept or not item.is_asked:
            continue
        is_changed = True
        if item.marks.exists():
            item.is_asked = False
            item.save(update_fields=["is_asked"])
        else:
            item.delete()
    return is_changed
