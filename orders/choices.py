"""Enumerations of orders."""

from django.db.models import TextChoices


class SalesChannel(TextChoices):
    """Where a sale came in; a free text from an import is kept as it came."""

    WEB = "web", "Web shop"
    STORE = "store", "Store"
    PHONE = "phone", "Phone"
    PARTNER = "partner", "Partner"
    FIELD = "field", "Sales visit"


CHANNEL_WORDS: dict[str, str] = dict(SalesChannel.choices)


class PointsKind(TextChoices):
    """Why points came or went."""

    EARNED = "earned", "Earned"
    RETURNED = "returned", "Taken back with a return"
    SPENT = "spent", "Spent"
    EXPIRED = "expired", "Expired"
    ADJUSTED = "adjusted", "Adjusted by hand"


class OptionKind(TextChoices):
    """How an option of a product is answered."""

    CHOICE = "choice", "One of the choices"
    TEXT = "text", "A text"


class InvoiceState(TextChoices):
    """Where an invoice stands. `overdue` is never stored: it is what is unpaid after its last day."""

    OPEN = "open", "Open"
    PART_PAID = "part_paid", "Part paid"
    OVERDUE = "overdue", "Overdue"
    PAID = "paid", "Paid"
    CANCELLED = "cancelled", "Cancelled"


class PaymentMethod(TextChoices):
    """How somebody paid."""

    TRANSFER = "transfer", "Bank transfer"
    CARD = "card", "Card"
    CASH = "cash", "Cash"
    DEBIT = "debit", "Direct debit"
    WALLET = "wallet", "Online wallet"
    CREDIT = "credit", "Set off against a credit note"
    OTHER = "other", "Other"


class SubscriptionState(TextChoices):
    """Where a contract stands on a day; reckoned from its dates, never stored."""

    RUNNING = "running", "Running"
    CANCELLED = "cancelled", "Cancelled, still running"
    ENDED = "ended", "Ended"
