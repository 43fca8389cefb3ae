"""Writes of mailed dashboards: subscribe, change, end, leave, have one sent now. Each is one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.access import can
from crm.agenda.timing import zone_of
from crm.choices import JobQueue, Verb
from crm.dashboards.choices import DeliveryState
from crm.dashboards.timing import next_moment
from crm.jobs import start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import Dashboard, DashboardDelivery, DashboardSubscription, JobRun, User
from crm.saving import assign, locked
from crm.tiles.spec import Question

MOST_SUBSCRIPTIONS = 50
KIND = "dashboard mail"


@transaction.atomic
def subscribe(*, actor: User, fields: Mapping[str, Any], people: Sequence[User] | None = None) -> DashboardSubscription:
    """Have a dashboard mailed, to the person alone unless `people` says to whom. Raises ValidationError."""
    if DashboardSubscription.objects.filter(owner=actor).count() >= MOST_SUBSCRIPTIONS:
        raise refused("You have %(most)s mailed dashboards: end one first.", most=MOST_SUBSCRIPTIONS)
    made = DashboardSubscription(owner=actor, **fields)
    _put_off(made)
    made.save()
    _set_people(actor, made, [actor] if people is None else people)
    log(actor=actor, verb="create", object=made, summary=f"Has mailed: {made}")
    return made


@transaction.atomic
def change_subscription(
    *,
    actor: User,
    subscription: DashboardSubscription,
    version: int,
    fields: Mapping[str, Any],
    people: Sequence[User] | None = None,
) -> DashboardSubscription:
    """Other times, another dashboard, other people (`people` None: the same). Raises `StaleRecord`."""
    current: DashboardSubscription = locked(subscription, version)
    changed = assign(current, fields)
    if people is not None and {one.pk for one in people} != set(current.recipients.values_list("pk", flat=True)):
        _set_people(actor, current, people)
        changed.append("recipients")
    if changed:
        _put_off(current)
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of what is mailed")
    return current


@transaction.atomic
def end_subscription(*, actor: User, subscription: DashboardSubscription) -> None:
    """Nobody gets it by mail any more; what was mailed stands in the ledger of mails."""
    log(actor=actor, verb="delete", object=subscription, summary=f"Ended what was mailed: {subscription}")
    _end(subscription)


def _end(subscription: DashboardSubscription) -> None:
    """What a worker has not handed over yet is not mailed any more."""
    waiting = subscription.deliveries.filter(state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.LEFT_OUT, note="It was ended before it could be mailed.")
    subscription.delete()


@transaction.atomic
def leave_subscription(*, actor: User, subscription: DashboardSubscription) -> None:
    """The person alone gets it no more; without anybody left it ends. Raises ValidationError for who gets none."""
    current = DashboardSubscription.objects.select_for_update().get(pk=subscription.pk)
    if not current.recipients.filter(pk=actor.pk).exists():
        raise ValidationError("You do not get this dashboard by mail.")
    current.recipients.remove(actor)
    current.version += 1
    current.save(update_fields=["version"])
    log(actor=actor, verb="leave", object=current, summary=f"Gets no mails any more: {current}")
    if not current.recipients.exists():
        _end(current)


@transaction.atomic
def send_now(*, actor: User, dashboard: Dashboard | None, question: Question) -> JobRun:
    """Have a worker mail a dashboard to the person, as their page shows it now. The job logs it."""
    delivery = DashboardDelivery.objects.create(
        dashboard=dashboard,
        is_shipped=dashboard is None,
        user=actor,
        due_at=timezone.now(),
        period=question.period,
        segment=question.segment,
    )
    title = f"Mail the dashboard {dashboard or 'of the role'}"
    return start_job(
        actor=actor, kind=KIND, title=title, parameters={"delivery": delivery.pk}, queue=JobQueue.INTERACTIVE
    )


def _put_off(subscription: DashboardSubscription) -> None:
    """To the next moment from now on, on its owner's clock."""
    subscription.next_at = next_after(subscription)


def next_after(subscription: DashboardSubscription) -> Any:
    """The first moment from now on at which it is mailed."""
    return next_moment(
        rhythm=subscription.rhythm,
        weekday=subscription.weekday,
        day=subscription.day,
        hour=subscription.hour,
        zone=zone_of(subscription.owner),
        after=timezone.now(),
    )


def _set_people(actor: User, subscription: DashboardSubscription, people: Sequence[User]) -> None:
    if not people:
        raise ValidationError({"recipients": "Name at least one person."})
    if any(one.pk != actor.pk for one in people) and not can(actor, Verb.RUN, Dashboard):
        raise ValidationError("Your role has dashboards mailed to yourself, not to others.")
    subscription.recipients.set(people)
