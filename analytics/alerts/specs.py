"""The fields of selling alerts for lists, filters, files and the API."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q

from analytics.alerts.words import KIND_ICONS, KIND_TONES
from analytics.choices import AlertKind, AlertReason, AlertState
from analytics.models import SellAlert
from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.templatetags.pieces import bar, pill

STATE_TONES: dict[str, str] = {
    AlertState.NEW: "accent",
    AlertState.SNOOZED: "neutral",
    AlertState.ACCEPTED: "good",
    AlertState.DISMISSED: "neutral",
    AlertState.ENDED: "neutral",
}


def _alert(record: Any) -> SellAlert:
    return cast(SellAlert, record)


def _kind(record: Any) -> str:
    alert = _alert(record)
    return pill(alert.get_kind_display(), KIND_TONES[alert.kind], KIND_ICONS[alert.kind])


def _state(record: Any) -> str:
    alert = _alert(record)
    return pill(alert.get_state_display(), STATE_TONES[alert.state])


def _waiting(value: Any) -> Q:
    today = company_today()
    waits = Q(state=AlertState.NEW) | Q(state=AlertState.SNOOZED, snoozed_until__lte=today)
    return waits if value in ("yes", True) else ~waits


def _waiting_in_tree(look_up: str, value: Any) -> Q:
    """Every alert waits or does not: nothing is empty here."""
    return _waiting(bool(value)) if look_up == "exact" else Q(pk__isnull=look_up in ("empty", "isnull"))


ALERT_FIELDS = (
    FieldSpec(
        "contact", "Customer", "contact__name", select=("contact",), default=True, sort=True,
        sort_by="contact__sort_name", order=10, unseen=UNSEEN_CONTACT, held_in="contact__search_text",
    ),
    FieldSpec(
        "kind", "What", "kind", kind="choice", choices=lambda: AlertKind.choices, cell=_kind, default=True, order=20,
        always=True,
    ),
    FieldSpec(
        "product", "Offer", "product__name", select=("product",), default=True, order=30,
    ),
    FieldSpec("instead_of", "Because they have", "instead_of__name", select=("instead_of",), order=31),
    FieldSpec(
        "expected_value", "Expected value", "expected_value", kind="money", sort=True, default=True, is_score=True,
        order=40, help="What it would bring, times the chance.",
    ),
    FieldSpec(
        "likelihood", "Chance", "chance", kind="number", sort=True, default=True, is_score=True, order=41,
        cell=lambda record: bar(_alert(record).chance, "accent"), help="From 0 to 1, such as 0.2.",
    ),
    FieldSpec("made_on", "Made on", "made_on", kind="date", sort=True, default=True, order=50),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: AlertState.choices, cell=_state, default=True,
        order=60, always=True,
    ),
    FieldSpec(
        "waits", "Waits for an answer", "state", kind="flag", column=False, order=61, always=True,
        condition=lambda end, value: _waiting(value), compare=_waiting_in_tree,
    ),
    FieldSpec("snoozed_until", "Put off to", "snoozed_until", kind="date", order=62),
    FieldSpec("reason", "Why not", "reason", kind="choice", choices=lambda: AlertReason.choices, order=63),
    FieldSpec("owner", "Owner", "contact__owner", kind="person", select=("contact__owner",), order=70),
    FieldSpec("answered_by", "Answered by", "answered_by", kind="person", select=("answered_by",), order=71),
    FieldSpec("answered_at", "Answered", "answered_at", kind="moment", order=72),
    FieldSpec("outcome_on", "Bought it on", "outcome_on", kind="date", order=80),
    FieldSpec("outcome_amount", "Bought for", "outcome_amount", kind="money", order=81),
)  # fmt: skip
