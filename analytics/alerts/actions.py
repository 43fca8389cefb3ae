"""Answers to selling alerts: accept, dismiss, put off. Each is one transaction and one row of the log."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from analytics.alerts.words import evidence_of
from analytics.choices import AlertKind, AlertReason, AlertState
from analytics.models import SellAlert
from crm.agenda.actions import create_task
from crm.agenda.choices import TaskKind
from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import Task, User
from crm.templatetags.figures import in_sentence

LONGEST_SNOOZE = 365


@transaction.atomic
def accept_alert(*, actor: User | None, alert: SellAlert) -> Task | None:
    """Take it up: a call at the customer stands in the person's tasks for today. Twice is once: then None."""
    current = _locked(alert)
    if current.state == AlertState.ACCEPTED:
        return None
    _answer(actor, current, AlertState.ACCEPTED)
    product = f" and offer {current.product}" if current.product_id else ""
    title = f"Call {current.contact.name}{product}"
    if current.kind == AlertKind.DRIFT:
        title = f"Call {current.contact.name}: quiet for longer than ever"
    elif current.kind == AlertKind.MARGIN:
        title = f"Talk with {current.contact.name} about prices: the margin falls"
    task = create_task(
        actor=actor,
        record=current.contact,
        fields={
            "kind": TaskKind.CALL,
            "title": title[:200],
            "text": evidence_of(current, actor),
            "due_on": company_today(),
        },
    )
    _log(actor, current, "accept", "Took up")
    return task


@transaction.atomic
def dismiss_alert(*, actor: User | None, alert: SellAlert, reason: str = "") -> None:
    """Say no, for a reason (of `AlertReason`) or none: it is not told again for months, and its kind counts for
    less."""
    current = _locked(alert)
    if current.state == AlertState.DISMISSED:
        return
    if reason and reason not in AlertReason.values:
        raise ValidationError({"reason": "There is no such reason."})
    current.reason = reason
    _answer(actor, current, AlertState.DISMISSED)
    _log(actor, current, "dismiss", "Dismissed")


@transaction.atomic
def snooze_alert(*, actor: User | None, alert: SellAlert, until: dt.date) -> None:
    """Put it off to a day. Raises ValidationError for a day that is not ahead, or lies too far."""
    current, today = _locked(alert), company_today()
    if until <= today:
        raise ValidationError({"until": "An alert is put off to a day that lies ahead."})
    if (until - today).days > LONGEST_SNOOZE:
        raise ValidationError({"until": "An alert is put off for a year at most."})
    if not current.is_open:
        raise refused("It is %(state)s already.", state=lambda: in_sentence(current.get_state_display()))
    current.snoozed_until = until
    _answer(actor, current, AlertState.SNOOZED)
    _log(actor, current, "snooze", f"Put off to {until.day} {until:%b %Y}")


def _locked(alert: SellAlert) -> SellAlert:
    return SellAlert.objects.select_for_update().get(pk=alert.pk)


def _answer(actor: User | None, alert: SellAlert, state: AlertState) -> None:
    alert.state, alert.answered_at, alert.answered_by = state, timezone.now(), actor
    alert.save(update_fields=["state", "answered_at", "answered_by", "reason", "snoozed_until"])


def _log(actor: User | None, alert: SellAlert, verb: str, done: str) -> None:
    summary = f"{done}: {alert.get_kind_display().lower()}, {alert.title}"
    log(actor=actor, verb=verb, object=alert, contact_id=alert.contact_id, summary=summary)
