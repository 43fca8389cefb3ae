"""Enumerations of the analysis."""

from django.db.models import TextChoices


class Usage(TextChoices):
    """How often a customer buys, compared with all others."""

    HEAVY = "heavy", "Heavy user"
    MODERATE = "moderate", "Moderate user"
    INFREQUENT = "infrequent", "Infrequent user"
    NEW = "new", "New"


class RiskBand(TextChoices):
    """How likely a customer is to leave: high from 60 %, medium from 30 %."""

    HIGH = "high", "High risk"
    MEDIUM = "medium", "Medium risk"
    LOW = "low", "Low risk"
