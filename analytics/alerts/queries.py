"""Reads of selling alerts for the home page and the page of a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from analytics.alerts.words import KIND_ICONS, KIND_TONES, advice_of, evidence_of
from analytics.models import SellAlert
from analytics.models.alerts import SellAlertQuerySet
from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.company import company_today
from crm.field_rights import mask
from crm.models import User


@dataclass(frozen=True)
class AlertLine:
    """An alert, ready to show."""

    alert: SellAlert
    evidence: str
    advice: str
    icon: str
    tone: str


def waiting_of(user: User, most: int) -> list[AlertLine]:
    """Alerts of the person's own customers that wait for an answer: the best of each kind in turn."""
    rows = _with_related(SellAlert.objects.visible_to(user).waiting(company_today()).filter(contact__owner=user))
    by_kind: dict[str, list[SellAlert]] = {}
    for alert in rows.order_by("-expected_value", "-id")[:100]:
        by_kind.setdefault(alert.kind, []).append(alert)
    in_turn = [one for one in chain.from_iterable(zip_longest(*by_kind.values())) if one is not None]
    return lines_of(user, in_turn[:most])


def lines_of(user: User | None, alerts: Sequence[SellAlert]) -> list[AlertLine]:
    """The alerts with their words, without what is hidden from the person."""
    veil(user, alerts, {"contact": UNSEEN_CONTACT})
    found = []
    for alert in alerts:
        evidence, advice = evidence_of(alert, user), advice_of(alert)
        icon, tone = KIND_ICONS[alert.kind], KIND_TONES[alert.kind]
        mask(user, alert)
        found.append(AlertLine(alert, evidence, advice, icon, tone))
    return found


def alerts_at(user: User, contact_id: int) -> list[AlertLine]:
    """What is told of one customer and waits for an answer, the most valuable first."""
    rows = _with_related(SellAlert.objects.visible_to(user).filter(contact=contact_id).waiting(company_today()))
    return lines_of(user, list(rows.order_by("-expected_value", "-id")))


def _with_related(rows: SellAlertQuerySet) -> SellAlertQuerySet:
    return rows.select_related("contact", "product", "instead_of")
