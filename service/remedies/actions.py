"""Writes of compensation: given, asked for, decided once, taken back. Each is one transaction and one row of the log.

Who gives or decides holds first the ticket, then the compensation, then the customer's row: two who give to one
customer at once wait for each other there, so that both together cannot pass the limit of the month.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from crm.agenda.actions import complete_task, create_task
from crm.company import current_company
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.saving import locked
from crm.templatetags.figures import in_sentence
from orders.loyalty.actions import adjust_points
from orders.models import LoyaltyMember
from service.actions.steps import held, note_event, refuse_merged
from service.choices import EventKind
from service.models import Compensation, CompensationApprover, CompensationEntry, Ticket
from service.remedies.choices import Remedy, RemedyState, RemedyStep
from service.remedies.limits import (
    CENT,
    approvers_for,
    cost_of,
    given_in_month,
    limits_of,
    may_decide,
    remedy_rules,
)

logger = logging.getLogger(__name__)
LARGEST = 10**9
AT_ONCE = 200


@transaction.atomic
def compensate(
    *,
    actor: User | None,
    ticket: Ticket,
    remedy: str,
    reason: str,
    amount: Decimal | None = None,
    points: int | None = None,
) -> Compensation:
    """Give the ticket's customer money (`amount`) or `points`. Beyond what the actor may give, approval is asked for
    instead, and the state says so. Raises ValidationError where it can be neither given nor asked for."""
    current = held(ticket)
    refuse_merged(current)
    _refuse_nonsense(remedy, amount, points, reason)
    customer, now = _customer_held(current.contact_id), timezone.now()
    compensation = Compensation(
        ticket=current, contact=customer, remedy=remedy, amount=amount, points=points, reason=reason.strip(),
        currency=current_company().currency, cost_amount=cost_of(amount=amount, points=points), asked_by=actor,
    )  # fmt: skip
    if remedy == Remedy.POINTS:
        _member_of(compensation)
    given = given_in_month(customer, now)
    if limits_of(actor).covers(compensation, given):
        compensation.state = RemedyState.GRANTED
        _grant(compensation, RemedyStep.GRANTED, actor, now)
    elif actor is not None:
        _ask(compensation, actor, given, now)
    return compensation


@transaction.atomic
def approve_compensation(
    *, actor: User | None, compensation: Compensation, version: int, words: str = ""
) -> Compensation:
    """Give what was asked for; who asked is told. Raises ValidationError where the own limit is below it, the deadline
    has passed, or it was decided before."""
    current, now = _awaiting(actor, compensation, version)
    if not may_decide(actor, current):
        raise refused(
            "%(size)s is beyond your own limit, at once or for this customer in a month.", size=lambda: current.size
        )
    current.decided_by, current.decided_at = actor, now
    current.state = RemedyState.GRANTED
    _grant(current, RemedyStep.APPROVED, actor, now, words)
    _end_tasks(current, actor)
    _tell_asker(current, f"{current} for {current.ticket.number} is approved", words)
    return current


@transaction.atomic
def refuse_compensation(*, actor: User | None, compensation: Compensation, version: int, words: str) -> Compensation:
    """Say no, and why; who asked is told. Raises ValidationError without a reason."""
    if not words.strip():
        raise ValidationError({"words": "Say why: who asked has to explain it to the customer."})
    current, now = _awaiting(actor, compensation, version)
    if not may_decide(actor, current):
        raise ValidationError("This is decided by somebody whose own limit covers it.")
    current.decided_by, current.decided_at = actor, now
    _end(current, RemedyState.REFUSED, RemedyStep.REFUSED, actor, now, words)
    _tell_asker(current, f"{current} for {current.ticket.number} is not approved", words)
    return current


@transaction.atomic
def withdraw_compensation(*, actor: User | None, compensation: Compensation) -> None:
    """Ask no more; who asked is told, where another does so. Doing it twice is doing it once. Raises ValidationError
    where it has ended in another way, which stays as it ended."""
    held(compensation.ticket)
    current = Compensation.objects.select_for_update().get(pk=compensation.pk)
    now = timezone.now()
    if current.state == RemedyState.WITHDRAWN:
        return
    _refuse_ended(current.state_at(now))
    _end(current, RemedyState.WITHDRAWN, RemedyStep.WITHDRAWN, actor, now)
    if actor != current.asked_by:
        title = f"{actor.name if actor else 'Somebody'} asks no more for {current} for {current.ticket.number}"
        _tell_asker(current, title, "It was withdrawn. Ask again, if it is still wanted.")


@transaction.atomic
def reverse_compensation(*, actor: User | None, compensation: Compensation, version: int, words: str) -> Compensation:
    """Take back what was given by mistake, points from the loyalty ledger too; the rows of before stay. Raises
    ValidationError without a reason, beyond the own limit, or where the points are spent."""
    if not words.strip():
        raise ValidationError({"words": "Say why: it stands in the ledger."})
    held(compensation.ticket)
    current: Compensation = locked(compensation, version)
    _customer_held(current.contact_id)
    if not current.is_granted:
        raise ValidationError("Only what was given can be taken back.")
    if not limits_of(actor).covers_at_once(current):
        raise refused(
            "%(size)s is beyond your own limit: somebody with a higher one takes it back.", size=lambda: current.size
        )
    if current.points is not None:
        note = f"Taken back: ticket {current.ticket.number}"
        adjust_points(actor=actor, member=_member_of(current), points=-current.points, note=note)
    _end(current, RemedyState.REVERSED, RemedyStep.REVERSED, actor, timezone.now(), words, cost=-current.cost_amount)
    note_event(current.ticket, EventKind.COMPENSATED, actor=actor, value=f"{current.get_remedy_display()} taken back")
    return current


def expire_compensations() -> int:
    """End what nobody decided in time: nothing was given, who asked and who was asked are told. How many; called every
    minute, safe to run twice. One that cannot be ended does not keep the others waiting."""
    due = Compensation.objects.filter(state=RemedyState.AWAITING, decide_by__lte=timezone.now()).order_by("decide_by")
    count = 0
    for key in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            count += expire_compensation(key)
        except Exception:
            logger.exception("Compensation %s could not be ended at its deadline.", key)
    return count


@transaction.atomic
def expire_compensation(key: int) -> bool:
    """End one whose deadline has passed; False where there is nothing to end."""
    current = Compensation.objects.select_for_update().get(pk=key)
    now = timezone.now()
    if not current.is_awaiting or current.is_in_time(now):
        return False
    _end(current, RemedyState.EXPIRED, RemedyStep.EXPIRED, None, now)
    title = f"Nobody decided in time: {current} for {current.ticket.number}"
    _tell_asker(current, title, "Nothing was given. Ask again, if it is still wanted.")
    _tell([one.user for one in current.approvers.select_related("user")], current, title, "Nothing was given.")
    return True


def _grant(compensation: Compensation, step: RemedyStep, actor: User | None, now: dt.datetime, words: str = "") -> None:
    compensation.granted_at = now
    if compensation.points is not None:
        ticket = compensation.ticket
        note = f"Ticket {ticket.number}: {compensation.reason}"[:200]
        adjust_points(actor=actor, member=_member_of(compensation), points=compensation.points, note=note)
    _save(compensation)
    _book(compensation, step, actor, now, words, compensation.cost_amount)
    note_event(compensation.ticket, EventKind.COMPENSATED, actor=actor, value=compensation.get_remedy_display(), at=now)


def _ask(compensation: Compensation, actor: User, given: Decimal, now: dt.datetime) -> None:
    asked = approvers_for(actor, compensation.ticket, compensation, given)
    if not asked:
        raise refused(
            "%(size)s is beyond what you may give, and nobody here may allow it: an administrator sets the limits "
            "of the roles.",
            size=lambda: compensation.size,
        )
    compensation.state = RemedyState.AWAITING
    compensation.decide_by = now + dt.timedelta(hours=remedy_rules().approval_hours)
    _save(compensation)
    _book(compensation, RemedyStep.ASKED, actor, now)
    for user in asked:
        fields = {
            "owner": user,
            "title": f"Decide: {compensation} for {compensation.ticket.number}"[:200],
            "text": f"{actor.name} asks: {compensation.reason}\n{compensation.get_absolute_url()}",
            "due_at": compensation.decide_by,
        }
        task = create_task(actor=None, fields=fields, record=compensation.ticket)
        CompensationApprover.objects.create(compensation=compensation, user=user, task=task)
    title = f"{actor.name} asks you to approve: {compensation} for {compensation.ticket.number}"
    _tell(asked, compensation, title, compensation.reason)


def _end(
    compensation: Compensation, state: RemedyState, step: RemedyStep, actor: User | None, now: dt.datetime,
    words: str = "", *, cost: Decimal = Decimal(0),
) -> None:  # fmt: skip
    compensation.state = state
    _save(compensation)
    _book(compensation, step, actor, now, words, cost)
    _end_tasks(compensation, actor)


def _book(
    compensation: Compensation, step: RemedyStep, actor: User | None, now: dt.datetime, words: str = "",
    cost: Decimal = Decimal(0),
) -> None:  # fmt: skip
    """The row of the ledger, and that of the log."""
    CompensationEntry.objects.create(
        compensation=compensation, step=step, actor=actor, at=now, words=words.strip()[:500], cost_amount=cost
    )
    summary = f"{step.label}: {compensation} for {compensation.ticket.number}"
    log(actor=actor, verb=f"compensation {step}", object=compensation, contact_id=compensation.contact_id,
        summary=summary)  # fmt: skip


def _save(compensation: Compensation) -> None:
    compensation.version += 1 if compensation.pk else 0
    compensation.save()


def _awaiting(actor: User | None, compensation: Compensation, version: int) -> tuple[Compensation, dt.datetime]:
    """The compensation, held with its ticket and its customer, while it can still be decided."""
    held(compensation.ticket)
    current: Compensation = locked(compensation, version)
    now = timezone.now()
    _refuse_ended(current.state_at(now))
    if actor is not None and actor.pk == current.asked_by_id:
        raise ValidationError("Nobody decides what they asked for themselves.")
    _customer_held(current.contact_id)
    return current, now


def _refuse_ended(state: RemedyState) -> None:
    if state == RemedyState.EXPIRED:
        raise ValidationError("The deadline has passed: nothing is given any more. It can be asked for again.")
    if state != RemedyState.AWAITING:
        raise refused("This was decided before: %(state)s.", state=lambda: in_sentence(state.label))


def _customer_held(contact: int | None) -> Contact:
    """The customer's row, locked against others who give, not against those who write what hangs on it."""
    if contact is None:
        raise ValidationError("Say first whose ticket this is: what is given is kept with a customer.")
    return Contact.objects.select_for_update(no_key=True).get(pk=contact)


def _member_of(compensation: Compensation) -> LoyaltyMember:
    member = LoyaltyMember.objects.filter(contact=compensation.contact_id).first()
    if member is None:
        raise ValidationError({"remedy": "This customer does not take part in the loyalty programme."})
    return member


def _refuse_nonsense(remedy: str, amount: Decimal | None, points: int | None, reason: str) -> None:
    if remedy not in Remedy.values:
        raise ValidationError({"remedy": "There is no such remedy."})
    name, size, other = ("points", points, amount) if remedy == Remedy.POINTS else ("amount", amount, points)
    if size is None or size <= 0:
        raise ValidationError({name: "Say how many points." if name == "points" else "Say how much, above nothing."})
    if other is not None:
        raise ValidationError("It is money or points, not both.")
    if size >= LARGEST or (amount is not None and amount != amount.quantize(CENT)):
        raise ValidationError({name: "Less than a thousand million, and no parts of a cent."})
    if not reason.strip():
        raise ValidationError({"reason": "Say what it makes good."})


def _end_tasks(compensation: Compensation, actor: User | None) -> None:
    for one in compensation.approvers.select_related("task"):
        if one.task is not None:
            complete_task(actor=actor, task=one.task)


def _tell_asker(compensation: Compensation, title: str, words: str) -> None:
    if compensation.asked_by is not None:
        _tell([compensation.asked_by], compensation, title, words)


def _tell(people: Sequence[User], compensation: Compensation, title: str, words: str) -> None:
    url = compensation.get_absolute_url()
    tell(
        News(user=one, kind=NoticeKind.APPROVAL, title=title, text=words, url=url,
             key=f"compensation:{compensation.pk}:{compensation.version}:{one.pk}")
        for one in people
    )  # fmt: skip
