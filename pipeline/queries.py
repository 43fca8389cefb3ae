"""Reads of deals that lists, the board and record pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.access import Unseen
from crm.field_rights import mask
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from pipeline.choices import Outcome, StageKind
from pipeline.models import Deal, DealCompetitor, DealShare, OutcomeReason, Stage

KINDS = (StageKind.OPEN, StageKind.WON, StageKind.LOST)


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


def with_parts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Deals with what is small and shown on their page, read by the same statement: the `stage_rows` of their pipeline,
    `share_rows` and `competitor_rows`, each as a list of mappings; and their roles, by a second one."""
    own = {"deal": OuterRef("pk")}
    stages = Stage.objects.filter(pipeline=OuterRef("pipeline")).order_by("position", "pk")
    shares = DealShare.objects.filter(**own).order_by("-percent", "pk")
    rivals = DealCompetitor.objects.filter(**own).order_by("name", "pk")
    return rows.prefetch_related("roles").annotate(
        stage_rows=_as_mappings(stages, pk="pk", name="name", kind="kind", position="position"),
        share_rows=_as_mappings(shares, pk="pk", user="user__name", percent="percent"),
        competitor_rows=_as_mappings(rivals, pk="pk", name="name", note="note"),
    )


def _as_mappings(rows: QuerySet[Any], **fields: str) -> ArraySubquery:
    return ArraySubquery(rows.values(mapping=JSONObject(**fields)))


def stage_bar(deal: Deal) -> list[StageStep]:
    """The stages of the deal's pipeline in their order, and where it stands; for one that was read `with_parts`."""
    stages = [Stage(**row) for row in deal.stage_rows]  # type: ignore[attr-defined]
    return [StageStep(stage, _state(deal, stage)) for stage in stages]


def _state(deal: Deal, stage: Stage) -> str:
    if stage.pk == deal.stage_id:
        return "now"
    if not stage.is_open:
        return "end"
    return "done" if stage.position < deal.stage.position and deal.outcome != Outcome.LOST else "ahead"


def seen_customers(user: User | None) -> dict[str, Any]:
    """`sees_organization` and `sees_contact`, for `annotate`: whether the person may see whom a deal names."""
    seen = Contact.objects.visible_to(user)
    return {
        f"sees_{name}": Q(**{name: None}) | Q(Exists(seen.filter(pk=OuterRef(name))))
        for name in ("organization", "contact")
    }


def parts_of(user: User | None, deal: Deal, people: Sequence[Contact]) -> dict[str, list[Any]]:
    """What belongs to a deal that was read `with_parts`, by part; `people` are those that the person may see, others
    are without a name."""
    seen, roles = {one.pk: one for one in people}, list(deal.roles.all())
    for role in roles:
        role._state.fields_cache["contact"] = seen.get(role.contact_id) or Unseen(UNSEEN_CONTACT)
    lines = list(deal.lines.select_related("product"))
    for line in lines:
        mask(user, line)
    return {
        "lines": lines,
        "roles": roles,
        "shares": deal.share_rows,  # type: ignore[attr-defined]
        "competitors": deal.competitor_rows,  # type: ignore[attr-defined]
    }


def in_order(pipeline_id: int) -> list[Stage]:
    """The stages of a pipeline as deals go through them: the open ones, won, lost."""
    rows = Stage.objects.filter(pipeline=pipeline_id).order_by("position", "pk")
    return sorted(rows, key=kind_order)


def kind_order(stage: Stage) -> int:
    """Open stages are before won, won before lost."""
    return KINDS.index(StageKind(stage.kind))


def reasons_of(outcome: str) -> list[OutcomeReason]:
    """The reasons of an outcome, as they are offered."""
    return list(OutcomeReason.objects.filter(outcome=outcome))
