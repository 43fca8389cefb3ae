"""Enumerations of quotes."""

from django.db.models import TextChoices


class QuoteState(TextChoices):
    """Where a quote stands. `expired` is stored by the hour; between, `Quote.state_on` says it of one still `sent`."""

    DRAFT = "draft", "Draft"
    AWAITING = "awaiting", "Awaiting approval"
    APPROVED = "approved", "Approved"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REPLACED = "replaced", "Replaced"


EDITABLE = (QuoteState.DRAFT, QuoteState.AWAITING, QuoteState.APPROVED)
"""A quote that nobody outside has seen may still change; an approval ends with the change."""
REVISABLE = (QuoteState.SENT, QuoteState.DECLINED, QuoteState.EXPIRED, QuoteState.WITHDRAWN)


class StepKind(TextChoices):
    """What happened to a quote, in its ledger."""

    CREATED = "created", "Created"
    REVISED = "revised", "A new version was begun"
    ASKED = "asked", "Approval asked"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Approval refused"
    TAKEN_BACK = "taken_back", "Request taken back"
    LAPSED = "lapsed", "Approval ended by a change"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


SHIPPED_LIMITS = {"rep": 10, "marketer": 0, "agent": 0, "manager": 30, "admin": 100}
"""Percent that a role may give without asking, until an administrator says otherwise (`DiscountLimit`)."""
