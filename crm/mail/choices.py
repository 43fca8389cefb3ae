"""Enumerations of outgoing mail."""

from django.db.models import TextChoices


class MailKind(TextChoices):
    """What is promised to who gets it, where a crash hides whether the mail left."""

    AT_MOST_ONCE = "at_most_once", "at most once"
    AT_LEAST_ONCE = "at_least_once", "at least once"


class MailState(TextChoices):
    """The life of a mail. `uncertain`: it may have left; `parked`: its sending broke off three times."""

    QUEUED = "queued", "queued"
    HELD = "held", "held"
    IN_FLIGHT = "in_flight", "in flight"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"
    UNCERTAIN = "uncertain", "uncertain"
    PARKED = "parked", "parked"
    CANCELLED = "cancelled", "cancelled"


class SuppressionReason(TextChoices):
    """Why nothing goes to an address any more."""

    HARD_BOUNCE = "hard_bounce", "it does not exist"
    COMPLAINT = "complaint", "its owner complained"
    MANUAL = "manual", "somebody entered it by hand"
    WITHDRAWN = "withdrawn", "they said no before they were erased"


DEFAULT_CHANNEL = "default"
# lower goes first: a password mail does not wait behind a campaign
SERVICE_PRIORITY, BULK_PRIORITY = 10, 50
WAITING_STATES = (MailState.QUEUED, MailState.HELD)
# a person may have these sent again
ENDED_BADLY = (MailState.FAILED, MailState.UNCERTAIN, MailState.PARKED, MailState.CANCELLED)
