"""Enumerations of compensation."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import TextChoices

from crm.choices import Role


class Remedy(TextChoices):
    """What the customer is given."""

    REFUND = "refund", "Refund"
    CREDIT = "credit", "Credit"
    GIFT = "gift", "Gift"
    POINTS = "points", "Loyalty points"


class RemedyState(TextChoices):
    """How it stands. Only a `granted` one was given."""

    AWAITING = "awaiting", "Awaiting approval"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"
    EXPIRED = "expired", "Not decided in time"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVERSED = "reversed", "Taken back"


class RemedyStep(TextChoices):
    """A row of the ledger."""

    ASKED = "asked", "Approval asked"
    GRANTED = "granted", "Granted"
    APPROVED = "approved", "Approved and granted"
    REFUSED = "refused", "Refused"
    EXPIRED = "expired", "Deadline passed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVERSED = "reversed", "Taken back"


STATE_TONES: dict[str, str] = {
    RemedyState.AWAITING: "warn",
    RemedyState.GRANTED: "good",
    RemedyState.REFUSED: "bad",
    RemedyState.EXPIRED: "bad",
    RemedyState.WITHDRAWN: "neutral",
    RemedyState.REVERSED: "neutral",
}
REMEDY_ICONS: dict[str, str] = {
    Remedy.REFUND: "cash-coin",
    Remedy.CREDIT: "receipt",
    Remedy.GIFT: "gift",
    Remedy.POINTS: "star",
}
NONE, FREE = Decimal(0), None
# role: money at once as refund, as credit, as gift; points at once; money for one customer in a month. None: no limit
SHIPPED_LIMITS: dict[str, tuple[Decimal | None, Decimal | None, Decimal | None, int | None, Decimal | None]] = {
    Role.REP: (NONE, Decimal(25), Decimal(25), 500, Decimal(50)),
    Role.MARKETER: (NONE, NONE, NONE, 0, NONE),
    Role.AGENT: (Decimal(50), Decimal(50), Decimal(30), 1_000, Decimal(100)),
    Role.MANAGER: (Decimal(500), Decimal(500), Decimal(250), 10_000, Decimal(1_000)),
    Role.ADMIN: (FREE, FREE, FREE, FREE, FREE),
}
SHIPPED_HOURS, SHIPPED_POINT_VALUE, SHIPPED_DAYS = 48, Decimal("0.01"), 90
