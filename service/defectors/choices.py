"""Enumerations of customers who ended."""

from django.db.models import TextChoices


class DefectionSource(TextChoices):
    """How we know."""

    SUBSCRIPTION = "subscription", "Contract ended"
    SILENT = "silent", "Stopped buying"
    TICKET = "ticket", "Said so in a ticket"
    HAND = "hand", "Written down by hand"


class DefectionReason(TextChoices):
    """Why they went, as far as they say."""

    PRICE = "price", "Price"
    PRODUCT = "product", "Product or its quality"
    SERVICE = "service", "Service"
    DELIVERY = "delivery", "Delivery"
    COMPETITOR = "competitor", "A competitor"
    NO_NEED = "no_need", "No need any more"
    CLOSED = "closed", "Closed down or moved away"
    OTHER = "other", "Something else"


class DefectionState(TextChoices):
    """How far it is."""

    OPEN = "open", "To be asked"
    TRIED = "tried", "Tried"
    WON = "won", "Won back"
    LOST = "lost", "Lost"
    DROPPED = "dropped", "Not followed up"


class AttemptWay(TextChoices):
    """How somebody tried: a channel of the contact history."""

    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    MEETING = "meeting", "Meeting"


UNSETTLED = (DefectionState.OPEN, DefectionState.TRIED)
RESULTS = ((DefectionState.WON, "They are back"), (DefectionState.LOST, "They are gone"),
           (DefectionState.DROPPED, "We let it rest"))  # fmt: skip
STATE_TONES: dict[str, str] = {
    DefectionState.OPEN: "warn",
    DefectionState.TRIED: "accent",
    DefectionState.WON: "good",
    DefectionState.LOST: "bad",
    DefectionState.DROPPED: "neutral",
}
