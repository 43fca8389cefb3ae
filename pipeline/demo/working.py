"""The demo's work on deals: calls, mails and meetings about them, notes, tasks, the people and what rivals offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db.models import Q

from contacts.choices import CallOutcome, Channel, Direction
from contacts.models import Contact, Interaction
from crm.agenda.choices import TaskKind
from crm.demo.house import Batch, Fill, House
from crm.models import Note, Task
from pipeline.choices import ContactRole
from pipeline.demo.enquiries import convert_enquiries
from pipeline.models import Deal, DealCompetitor, DealLine, DealRole

LABEL = "pipeline.deal"
MOST = 400  # deals of the first batch, the open ones first
# channel, direction, minutes (0: none), what it is called, what was said, and how far the deal has to be (its stage)
TALKS: tuple[tuple[str, str, int, str, str, int], ...] = (
    (Channel.PHONE, Direction.OUTBOUND, 11, "What they need, and by when",
     "Forty to sixty frames, two widths. The curator decides, the bookkeeper pays. Wants to see the oak first.", 1),
    (Channel.EMAIL, Direction.OUTBOUND, 0, "Samples of the oak profiles",
     "As agreed: three corners in oak, one in walnut. The natural oil darkens in the first weeks.", 1),
    (Channel.PHONE, Direction.INBOUND, 6, "Are the samples on their way?",
     "They arrive on Thursday. Asked about museum glass as well.", 1),
    (Channel.MEETING, Direction.OUTBOUND, 60, "Measured the rooms",
     "Eleven walls, two with daylight. Anti-reflection glass for those two only.", 2),
    (Channel.EMAIL, Direction.INBOUND, 0, "Questions about delivery",
     "Can half of it come in the week before the opening, and the rest after? The store room is small.", 2),
    (Channel.PHONE, Direction.OUTBOUND, 14, "Went through the proposal",
     "Likes the narrow profile. Compares with a cheaper aluminium frame; what counts is who hangs it.", 3),
    (Channel.EMAIL, Direction.OUTBOUND, 0, "The revised prices",
     "Two per cent less for delivery in one go, as discussed on the phone.", 3),
    (Channel.PHONE, Direction.INBOUND, 8, "The board meets next week",
     "The head of finance asks for payment in two parts. Said we can do that from the second order on.", 4),
)  # fmt: skip
NOTES = (
    "The decision is made by two: the director signs, but the technician who hangs the pictures has the last word.",
    "Their budget year ends in March. What is not ordered by then waits until autumn.",
    "Was burnt by late deliveries of another supplier. A fixed date is worth more to them than two per cent.",
    "Bring the walnut corner to the next visit; the director asked for it twice.",
)
TO_DO = (
    (TaskKind.CALL, "Call about the decision", 1), (TaskKind.MAIL, "Send the drawing with the wall plan", 2),
    (TaskKind.CALL, "Ask whether the samples convinced", 0), (TaskKind.TODO, "Check delivery in two parts", 3),
    (TaskKind.MEETING, "Present the proposal", 5), (TaskKind.CALL, "Follow up: who signs above 10,000?", -1),
)  # fmt: skip
RIVAL_NOTES = (
    "About eight per cent below us, delivers in six weeks.", "Aluminium only; no museum glass.",
    "They have framed for them for years.", "Came in late, with a flat price for everything.", "",
)  # fmt: skip
FURTHER_ROLES = (ContactRole.INFLUENCER, ContactRole.USER, ContactRole.CHAMPION)


def load(house: House) -> Fill:
    return fill


def fill(batch: Batch) -> None:
    """Convert the enquiries that became customers, and write what was done about the deals of the first batch."""
    if batch.number:
        return
    convert_enquiries(batch)
    rng, house = batch.rng("work on deals"), batch.house
    known = Q(contact__isnull=False) | Q(organization__isnull=False)
    rows = Deal.objects.current().filter(known, opened_on__isnull=False).order_by("-outcome", "-opened_on", "pk")
    deals = list(rows.select_related("contact", "organization", "stage", "product")[:MOST])
    open_deals = [deal for deal in deals if deal.is_open]
    Interaction.objects.bulk_create(_touches(rng, house, deals), batch_size=2_000)
    Note.objects.bulk_create(_notes(rng, house, open_deals))
    Task.objects.bulk_create(_tasks(rng, house, open_deals))
    DealLine.objects.bulk_create(_lines(rng, open_deals))
    DealRole.objects.bulk_create(_roles(rng, open_deals), ignore_conflicts=True)
    rivals = list(DealCompetitor.objects.filter(deal__in=deals, note=""))
    for rival in rivals:
        rival.note = RIVAL_NOTES[int(rng.integers(len(RIVAL_NOTES)))]
    DealCompetitor.objects.bulk_update(rivals, ["note"])


def _touches(rng: np.random.Generator, house: House, deals: Sequence[Deal]) -> Iterator[Interaction]:
    """Along the way of each deal, not before its person was known, not after the last day."""
    for deal in deals:
        who = deal.contact or deal.organization
        assert who is not None and deal.opened_on is not None  # noqa: S101
        first = max(deal.opened_on, who.created_on or deal.opened_on)
        last = min(deal.closed_on or house.end, house.end)
        told = [talk for talk in TALKS if talk[5] <= (deal.stage.position if deal.is_open else len(TALKS))]
        kept = [talk for talk in told if rng.random() < 0.65]
        days = max((last - first).days, 0)
        for place, (channel, direction, minutes, subject, body, _) in enumerate(kept, start=1):
            day = first + dt.timedelta(days=days * place // (len(kept) + 1))
            hour = dt.time(9 + int(rng.integers(0, 8)), int(rng.integers(0, 12)) * 5)
            yield Interaction(
                contact=who, occurred_at=dt.datetime.combine(day, hour, tzinfo=house.zone), channel=channel,
                direction=direction, subject=subject, body=body, user_id=deal.owner_id, about_model=LABEL,
                about_id=deal.pk, duration_seconds=minutes * 60 or None,
                outcome=CallOutcome.ANSWERED.value if channel == Channel.PHONE else "",
            )  # fmt: skip


def _on(deal: Deal) -> dict[str, Any]:
    return {"record_model": LABEL, "record_id": deal.pk, "contact_id": deal.customer_id}


def _notes(rng: np.random.Generator, house: House, deals: Sequence[Deal]) -> Iterator[Note]:
    for deal in deals:
        if rng.random() < 0.4:
            yield Note(author_id=deal.owner_id, text=NOTES[int(rng.integers(len(NOTES)))], **_on(deal))


def _tasks(rng: np.random.Generator, house: House, deals: Sequence[Deal]) -> Iterator[Task]:
    """What is to be done for a good part of the open deals; one that is overdue among them."""
    for deal in deals:
        if rng.random() < 0.5:
            kind, title, ahead = TO_DO[int(rng.integers(len(TO_DO)))]
            day = house.end + dt.timedelta(days=1 + ahead)
            yield Task(
                kind=kind, title=title, owner_id=deal.owner_id, maker_id=deal.owner_id, due_on=day,
                zone=house.zone.key, **_on(deal),
            )  # fmt: skip


def _lines(rng: np.random.Generator, deals: Sequence[Deal]) -> Iterator[DealLine]:
    """One line that makes the amount, where it divides evenly by the price of its product."""
    for deal in deals:
        if deal.product is None or not deal.product.unit_price or deal.amount is None or rng.random() < 0.5:
            continue
        quantity = (deal.amount / deal.product.unit_price).quantize(deal.amount)
        if quantity >= 1 and quantity * deal.product.unit_price == deal.amount:
            yield DealLine(
                deal=deal, position=1, product=deal.product, quantity=quantity, unit_price=deal.product.unit_price,
                amount=deal.amount,
            )  # fmt: skip


def _roles(rng: np.random.Generator, deals: Sequence[Deal]) -> Iterator[DealRole]:
    """Colleagues of the one who decides."""
    firms = {deal.organization_id for deal in deals if deal.organization_id}
    people: dict[int, list[int]] = {}
    for key, firm in Contact.objects.filter(organization__in=firms, archived_at=None).values_list("pk", "organization"):
        people.setdefault(firm or 0, []).append(key)
    for deal in deals:
        others = [key for key in people.get(deal.organization_id or 0, []) if key != deal.contact_id]
        for key in others[:2]:
            yield DealRole(deal=deal, contact_id=key, role=FURTHER_ROLES[int(rng.integers(len(FURTHER_ROLES)))])
