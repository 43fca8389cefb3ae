"""Opening, changing, archiving a deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.company import company_today, current_company
from crm.customfields.saving import set_custom
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from pipeline.actions.moving import keep_stage
from pipeline.actions.pipelines import default_pipeline
from pipeline.choices import StageKind
from pipeline.keeping import refresh_deals
from pipeline.models import Deal, DealCompetitor, DealLine, DealRole, DealShare, Stage, StageChange

SMALLEST = Decimal("0.0001")
PARTS: dict[str, Any] = {"lines": DealLine, "shares": DealShare, "roles": DealRole, "competitors": DealCompetitor}
"""What belongs to a deal and is replaced as a whole: mappings of the fields of each row, in order."""


@transaction.atomic
def open_deal(
    *,
    actor: User | None,
    fields: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
    parts: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> Deal:
    """Open a deal of the given model fields (at least `title`) and `parts` (see `PARTS`).

    Without a pipeline it goes the default one, without a stage it begins at the first open one; without an owner it is
    the actor's, without a team the owner's. It is opened today, unless `opened_on` says another day.
    """
    deal = Deal(**fields)
    if deal.stage_id is None:
        pipeline = deal.pipeline if deal.pipeline_id else default_pipeline(actor=actor)
        deal.stage = first_stage(pipeline.pk)
    deal.pipeline_id = deal.stage.pipeline_id
    if not deal.stage.is_open:
        raise ValidationError({"stage": "A deal begins in an open stage; it is won or lost by moving it."})
    keep_stage(deal.stage)
    deal.owner = deal.owner or actor
    deal.team = deal.team or (deal.owner.team if deal.owner else None)
    deal.currency = deal.currency or current_company().currency
    today = company_today()
    deal.opened_on = deal.opened_on or today
    if deal.opened_on > today:
        raise ValidationError({"opened_on": "A deal cannot have been opened after today."})
    deal.stage_since = deal.opened_on
    set_custom(deal, custom or {})
    deal.save()
    _save_parts(deal, parts or {})
    refresh_deals([deal.pk])
    deal.refresh_from_db()
    StageChange.objects.create(
        deal=deal, to_stage=deal.stage, changed_on=deal.opened_on, base_amount=deal.base_amount, actor=actor
    )
    refuse_lost_sight(actor, deal)
    log(actor=actor, verb="create", object=deal, contact_id=deal.customer_id, summary=f"Opened the deal {deal.title}")
    return deal


@transaction.atomic
def change_deal(
    *,
    actor: User | None,
    deal: Deal,
    version: int,
    fields: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
    parts: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> Deal:
    """Change what is given; nothing is written or logged where nothing changed. The stage changes by `move_deal`.

    Raises `StaleRecord` when somebody saved the deal after `version` was read.
    """
    current: Deal = locked(deal, version)
    changed = assign(current, {name: value for name, value in fields.items() if name not in ("stage", "pipeline")})
    changed += set_custom(current, custom or {})
    changed += _save_parts(current, parts or {})
    if not changed:
        return current
    if current.opened_on and current.opened_on > company_today():
        raise ValidationError({"opened_on": "A deal cannot have been opened after today."})
    current.version += 1
    current.full_clean(validate_unique=False, exclude=["external_id"])
    current.save()
    refresh_deals([current.pk])
    refuse_lost_sight(actor, current)
    log(
        actor=actor,
        verb="change",
        object=current,
        contact_id=current.customer_id,
        summary=f"Changed {', '.join(changed)} of the deal {current.title}",
    )
    return current


@transaction.atomic
def archive_deal(*, actor: User | None, deal: Deal) -> None:
    """Take a deal off the board, the lists and every figure; its page stays."""
    if Deal.objects.filter(pk=deal.pk, archived_at=None).update(archived_at=timezone.now(), version=F("version") + 1):
        log(
            actor=actor,
            verb="archive",
            object=deal,
            contact_id=deal.customer_id,
            summary=f"Archived the deal {deal.title}",
        )


@transaction.atomic
def restore_deal(*, actor: User | None, deal: Deal) -> None:
    """Bring an archived deal back."""
    if Deal.objects.filter(pk=deal.pk, archived_at__isnull=False).update(archived_at=None, version=F("version") + 1):
        log(
            actor=actor,
            verb="restore",
            object=deal,
            contact_id=deal.customer_id,
            summary=f"Restored the deal {deal.title}",
        )


def first_stage(pipeline_id: int) -> Stage:
    """The first open stage of a pipeline."""
    stage = Stage.objects.filter(pipeline=pipeline_id, kind=StageKind.OPEN).order_by("position", "pk").first()
    if stage is None:
        raise ValidationError({"pipeline": "This pipeline has no open stage."})
    return stage


def _save_parts(deal: Deal, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Make the parts that are given these rows; the names of those that changed. Lines make amount and product."""
    changed = []
    for name, rows in parts.items():
        model = PARTS[name]
        wanted = _lines(rows) if name == "lines" else [dict(row) for row in rows]
        if name == "shares" and sum(row["percent"] for row in wanted) > 100:
            raise ValidationError("The shares come to more than 100 %.")
        stored = list(model.objects.filter(deal=deal))
        keys = list(wanted[0]) if wanted else []
        if len(stored) == len(wanted) and all(
            [getattr(row, key) for key in keys] == [new[key] for key in keys]
            for row, new in zip(stored, wanted, strict=True)
        ):
            continue
        model.objects.filter(deal=deal).delete()
        model.objects.bulk_create(model(deal=deal, **row) for row in wanted)
        changed.append(name)
        if name == "lines" and wanted:
            deal.amount = sum((row["amount"] for row in wanted), Decimal(0))
            deal.product = max(wanted, key=lambda row: row["amount"])["product"]
            Deal.objects.filter(pk=deal.pk).update(amount=deal.amount, product=deal.product)
    return changed


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines with their place and their total: quantity x price less the discount in percent."""
    lines = []
    for position, row in enumerate(rows, start=1):
        full = row["quantity"] * row["unit_price"]
        amount = (full * (1 - (row.get("discount") or Decimal(0)) / 100)).quantize(SMALLEST, ROUND_HALF_UP)
        lines.append({"position": position, **row, "amount": amount})
    return lines
