"""The demo's leads that became customers: each has its person, its organization and the deal that it began with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import numpy as np
from django.db.models import F

from contacts.models import Contact
from crm.demo.house import Batch, House
from leads.choices import LeadStatus
from leads.conversion.actions import Party, convert_lead
from leads.models import Conversion, Lead
from pipeline.actions import move_deal, open_deal
from pipeline.choices import ContactRole, StageKind
from pipeline.models import Deal, DealRole, Stage

MOST = 48  # of the first batch: each is converted by the action that a rep uses, which takes its time
WISHES = ("first order", "fit-out of the rooms", "frames for the exhibition", "framing of the lobby", "trial order")
WON = 0.55
REASONS = ("Best fit", "Service", "Best price")


def convert_enquiries(batch: Batch) -> None:
    """Convert the newest leads that were converted, as on the day on which they were."""
    if not Stage.objects.exists():
        return
    rng, house = batch.rng("enquiries"), batch.house
    rows = Lead.objects.filter(status=LeadStatus.CONVERTED, contact=None, owner__isnull=False, email__gt="")
    leads = list(rows.select_related("owner", "team").order_by("-converted_at", "pk")[:MOST])
    for lead in leads:
        _convert(rng, house, lead)
    house.counts["deals"] += len(leads)


def _convert(rng: np.random.Generator, house: House, lead: Lead) -> None:
    moment, began, qualified = lead.converted_at, lead.created_at, lead.qualified_at
    assert moment is not None  # noqa: S101 - it is converted
    Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.QUALIFIED, converted=None, converted_at=None)
    conversion = convert_lead(
        actor=None,
        lead=lead,
        person=Party(is_new=True),
        organization=Party(is_new=bool(lead.organization)),
        make=partial(_deal, rng, moment.astimezone(house.zone).date()),
    )
    Lead.objects.filter(pk=lead.pk).update(
        converted_at=moment, status_at=moment, qualified_at=qualified or moment, version=F("version")
    )
    Conversion.objects.filter(pk=conversion.pk).update(at=moment)
    made = [key for key in (conversion.contact_id, conversion.organization_id) if key is not None]
    first_day = began.astimezone(house.zone).date()
    Contact.objects.filter(pk__in=made).update(created_on=first_day, created_at=began, updated_at=moment)
    deal = Deal.objects.get(pk=conversion.record_id or 0)
    if deal.contact_id:
        DealRole.objects.create(deal=deal, contact_id=deal.contact_id, role=ContactRole.DECISION_MAKER)
    _go_on(rng, house, deal)


def _deal(rng: np.random.Generator, day: dt.date, lead: Lead, person: Contact | None, firm: Contact | None) -> Deal:
    wish = WISHES[int(rng.integers(len(WISHES)))]
    amount = Decimal(round(float(np.exp(rng.normal(7.6, 0.7))) / 50) * 50 + 50)
    fields = {
        "title": f"{lead.organization or lead.name}: {wish}", "contact": person, "organization": firm,
        "owner": lead.owner, "team": lead.team, "source": lead.source, "amount": amount, "opened_on": day,
        "expected_on": day + dt.timedelta(days=30 + int(rng.integers(0, 30))),
        "next_step": "Send the offer with museum glass",
    }  # fmt: skip
    return open_deal(actor=None, fields=fields)


def _go_on(rng: np.random.Generator, house: House, deal: Deal) -> None:
    """Older ones are won or lost by now; the younger ones stand somewhere on their way."""
    stages = list(Stage.objects.filter(pipeline=deal.pipeline_id, kind=StageKind.OPEN).order_by("position"))
    opened = deal.opened_on
    assert opened is not None  # noqa: S101 - it was opened on the day of the conversion
    age = (house.end - opened).days
    ahead = stages[1 : 1 + min(age // 14, len(stages) - 1)]
    for number, stage in enumerate(ahead, start=1):
        deal = _moved(deal, stage, opened + dt.timedelta(days=12 * number), "")
    if age > 60:
        kind = StageKind.WON if rng.random() < WON else StageKind.LOST
        end = Stage.objects.get(pipeline=deal.pipeline_id, kind=kind)
        reason = REASONS[int(rng.integers(len(REASONS)))] if kind == StageKind.WON else "No decision"
        _moved(deal, end, opened + dt.timedelta(days=50), reason)


def _moved(deal: Deal, stage: Stage, on: dt.date, reason: str) -> Deal:
    """Into the stage, with what it asks for."""
    Deal.objects.filter(pk=deal.pk).update(ticked=deal.stage.checklist)
    return move_deal(actor=None, deal=deal, version=deal.version, stage=stage, on=on, reason=reason, is_agreed=True)
