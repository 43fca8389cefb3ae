"""Reads of deals that lists, the board and record pages show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.field_rights import mask
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from pipeline.choices import Outcome
from pipeline.models import Deal, Stage, StageChange


def search_deals(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Deals whose title or external id the text finds, or whose customer it finds; the two are looked up apart."""
    text = text.strip()
    if not text:
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    by_title = Deal.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "pipeline.deal"))
    ).order_by()
    found = by_title.values("pk").union(
        Deal.objects.filter(organization__in=customers).order_by().values("pk"),
        Deal.objects.filter(contact__in=customers).order_by().values("pk"),
        all=True,
    )
    return rows.filter(pk__in=found)


def deals_of(user: User | None, contact: Contact) -> QuerySet[Deal]:
    """The deals in which a contact is the person or the organization and that the person may see, open ones first."""
    rows = Deal.objects.visible_to(user).current().filter(Q(contact=contact) | Q(organization=contact))
    return rows.order_by("-outcome", "-created_at", "-pk")


@dataclass(frozen=True)
class StageStep:
    """A stage of a deal's bar: `state` is done, now, ahead or end."""

    stage: Stage
    state: str


@dataclass(frozen=True)
class Step:
    """A step of a deal's way, with how many days it stayed in the stage before."""

    change: StageChange
    days: int | None


def stage_bar(deal: Deal) -> list[StageStep]:
    """The stages of the deal's pipeline in their order, and where it stands."""
    stages = Stage.objects.filter(pipeline=deal.pipeline_id).order_by("position", "pk")
    return [StageStep(stage, _state(deal, stage)) for stage in stages]


def _state(deal: Deal, stage: Stage) -> str:
    if stage.pk == deal.stage_id:
        return "now"
    if not stage.is_open:
        return "end"
    return "done" if stage.position < deal.stage.position and deal.outcome != Outcome.LOST else "ahead"


def history_of(user: User | None, deal: Deal) -> list[Step]:
    """The deal's way through the stages, the newest step first; what is hidden from the person is taken off."""
    rows = StageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage", "actor")
    steps: list[Step] = []
    before: dt.date | None = None
    for change in rows.order_by("changed_on", "pk"):
        steps.append(Step(change, None if before is None else (change.changed_on - before).days))
        before = change.changed_on
        mask(user, change)
    return steps[::-1]


def parts_of(user: User | None, deal: Deal) -> dict[str, list[Any]]:
    """What belongs to the deal, by part; people that the person may not see are there without a name."""
    roles = list(deal.roles.select_related("contact"))
    veil(user, roles, {"contact": UNSEEN_CONTACT})
    lines = list(deal.lines.select_related("product"))
    for line in lines:
        mask(user, line)
    return {
        "lines": lines,
        "roles": roles,
        "shares": list(deal.shares.select_related("user")),
        "competitors": list(deal.competitors.all()),
    }
