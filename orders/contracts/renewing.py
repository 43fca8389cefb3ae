"""The night of contracts: those that say so are renewed; owners hear before a term ends and after a contract ended.

Doing it again adds nothing: a term stands once, and a contract keeps the days that its owner was told of.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from crm.agenda.actions import create_task
from crm.agenda.choices import TaskKind
from crm.company import company_today
from crm.jobs import Progress
from crm.log import log
from crm.models import JobRun
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell
from crm.templatetags.figures import full_day, money
from orders.contracts.terms import first_renewal, term_after
from orders.models import Subscription, SubscriptionRenewal

logger = logging.getLogger(__name__)
AT_ONCE = 1_000
BY_ITSELF = "By itself"
MOST_TERMS = 24
"""Of terms that were missed (a file brought a day long past) so many of the last stand as rows; those before as one."""
TOLD_BEFORE, TOLD_BEFORE_SHORT, LATEST_END = (dt.timedelta(days=days) for days in (30, 7, 14))
SHORT_MONTHS = 3
CALL_BEFORE = dt.timedelta(days=14)


def run_renewing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `renewals`."""
    today = company_today()
    renewed = renew_due(today, progress, job)
    told = tell_owners(today)
    progress.report(1, 1, "Subscriptions are up to date")
    return {"renewed": renewed, **told}


def renew_due(today: dt.date, progress: Progress | None = None, job: JobRun | None = None) -> int:
    """Renew every contract that says so and whose day has come, term by term up to `today`; how many. One without a day
    (a file said only its term) gets it. What was done stays where it is stopped."""
    renewed = after = 0
    while rows := _renew_some(today, after, job):
        renewed, after = renewed + sum(one.was_due for one in rows), rows[-1].subscription.pk
        if progress is not None:
            progress.report(renewed, None, f"{renewed:,} subscriptions renewed")
    return renewed


@dataclass(frozen=True)
class _Seen:
    """A contract that was looked at; `days` are the first days of the terms to add, and the one after them."""

    subscription: Subscription
    days: list[dt.date]

    @property
    def was_due(self) -> bool:
        return len(self.days) > 1


@transaction.atomic
def _renew_some(today: dt.date, after: int, job: JobRun | None) -> list[_Seen]:
    due = Subscription.objects.filter(
        Q(renews_on__lte=today) | Q(renews_on=None),
        pk__gt=after, auto_renews=True, term_months__gt=0, ended_on=None, cancelled_on=None,
    )  # fmt: skip
    seen = [_Seen(one, _days_up_to(one, today)) for one in due.select_for_update().order_by("pk")[:AT_ONCE]]
    renewals = [
        SubscriptionRenewal(subscription=one.subscription, starts_on=starts, renews_on=renews, note=BY_ITSELF)
        for one in seen
        for starts, renews in pairwise(one.days)
    ]
    for one in seen:
        one.subscription.renews_on, one.subscription.version = one.days[-1], one.subscription.version + 1
    SubscriptionRenewal.objects.bulk_create(renewals, ignore_conflicts=True)
    Subscription.objects.bulk_update([one.subscription for one in seen], ["renews_on", "version"])
    if renewed := sum(one.was_due for one in seen):
        summary = f"Subscriptions that renew by themselves: {renewed:,} renewed"
        log(actor=None, verb="renew", kind=Subscription, summary=summary, job=job)
    return seen


def _days_up_to(subscription: Subscription, today: dt.date) -> list[dt.date]:
    """The first days of the terms to add, and the one after them, which is still to come."""
    day = subscription.renews_on or first_renewal(subscription)
    days: list[dt.date] = []
    while day is not None:
        days.append(day)
        if day > today:
            break
        day = term_after(subscription, day)
    return [days[0], *days[1:][-MOST_TERMS:]]


def tell_owners(today: dt.date) -> dict[str, int]:
    """A line of the bell before a longer term begins by itself; a task for the owner before a contract has to be
    renewed, and after one has ended. Each once; a fault in one leaves the others alone."""
    told = Subscription.objects.filter(contact__owner__is_active=True, contact__archived_at=None)
    is_short = Q(term_months__lt=SHORT_MONTHS)
    soon = Q(renews_on__lte=today + TOLD_BEFORE) & ~is_short | Q(renews_on__lte=today + TOLD_BEFORE_SHORT) & is_short
    coming = told.filter(soon, renews_on__gte=today - LATEST_END, ended_on=None, cancelled_on=None)
    coming = coming.exclude(renewal_told_for=F("renews_on"), renewal_told_for__isnull=False)
    ended = told.filter(ended_on__lt=today, ended_on__gte=today - LATEST_END).exclude(
        end_told_for=F("ended_on"), end_told_for__isnull=False
    )
    same = Subscription.objects.filter(contact=OuterRef("contact"), plan=OuterRef("plan"), ended_on=None)
    kinds: tuple[tuple[str, QuerySet[Subscription], Callable[[Subscription], None]], ...] = (
        ("announced", coming.filter(auto_renews=True, term_months__gte=SHORT_MONTHS), _announce),
        ("to_renew", coming.exclude(auto_renews=True, term_months__gt=0), partial(_ask_to_renew, today=today)),
        ("ended", ended.exclude(Exists(same)), partial(_say_ended, today=today)),
    )
    return {name: _tell_each(rows, say) for name, rows, say in kinds}


def _tell_each(rows: QuerySet[Subscription], say: Callable[[Subscription], None]) -> int:
    told = 0
    keys = list(rows.order_by("renews_on", "pk").values_list("pk", flat=True))
    for key in keys:
        try:
            with transaction.atomic():
                row = rows.select_for_update(of=("self",)).filter(pk=key).first()
                if row is not None:  # neither told nor changed since
                    say(row)
                    told += 1
        except Exception:
            logger.exception("The owner of subscription %s was not told.", key)
    return told


def _announce(one: Subscription) -> None:
    """It goes on by itself: the last chance to call them before."""
    assert one.renews_on is not None  # noqa: S101 - the rows are chosen by it
    owner: Any = one.contact.owner
    title = f"{one} of {one.contact} renews by itself on {full_day(one.renews_on)}"
    key = f"renewal:{one.pk}:{one.renews_on.isoformat()}"
    tell([News(owner, NoticeKind.REMINDER, title, one.get_absolute_url(), key, _worth(one))])
    _mark(one, renewal_told_for=one.renews_on)


def _ask_to_renew(one: Subscription, today: dt.date) -> None:
    assert one.renews_on is not None  # noqa: S101 - the rows are chosen by it
    day = max(today, one.renews_on - CALL_BEFORE)
    _give_task(one, f"Renew {one} by {full_day(one.renews_on)}", day)
    _mark(one, renewal_told_for=one.renews_on)


def _say_ended(one: Subscription, today: dt.date) -> None:
    assert one.ended_on is not None  # noqa: S101 - the rows are chosen by it
    _give_task(one, f"{one} ended on {full_day(one.ended_on)}: win them back?", today)
    _mark(one, end_told_for=one.ended_on)


def _give_task(one: Subscription, title: str, day: dt.date) -> None:
    reason = f"Why it ended: {one.cancel_reason}" if one.cancel_reason else ""
    lines = (_worth(one), reason, reverse("orders:subscription_detail", args=[one.pk]))
    fields = {
        "kind": TaskKind.CALL,
        "title": title[:200],
        "text": "\n".join(line for line in lines if line),
        "owner": one.contact.owner,
        "due_on": day,
    }
    create_task(actor=None, record=one.contact, fields=fields)


def _worth(one: Subscription) -> str:
    return "" if one.monthly_amount is None else f"{money(one.monthly_amount, one.currency)} a month"


def _mark(one: Subscription, **days: dt.date) -> None:
    Subscription.objects.filter(pk=one.pk).update(**days)
