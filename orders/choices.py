"""Enumerations of orders."""

from django.db.models import TextChoices


class SalesChannel(TextChoices):
    """Where a sale came in; a free text from an import is kept as it came."""

    WEB = "web", "Web shop"
    STORE = "store", "Store"
    PHONE = "phone", "Phone"
    PARTNER = "partner", "Partner"
    FIELD = "field", "Sales visit"


class PointsKind(TextChoices):
    """Why points came or went."""

    EARNED = "earned", "Earned"
    RETURNED = "returned", "Taken back with a return"
    SPENT = "spent", "Spent"
    EXPIRED = "expired", "Expired"
    ADJUSTED = "adjusted", "Adjusted by hand"
